"""Describing a bundle in a few words, and reading one back."""

import hashlib
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pypdfium2
from PIL import Image

from disclosure.bundle_spec import BundleDocument, BundleSpec, RequestSpec


def describe(path: Path, number: int = 1, **values: Any) -> BundleDocument:
    """A document of a bundle, as registered."""
    kinds = {".pdf": "pdf", ".png": "image", ".jpg": "image", ".tif": "image"}
    settings: dict[str, Any] = {
        "reference": f"R{number:06d}",
        "number": number,
        "title": path.stem.replace("-", " "),
        "file_name": path.name,
        "original": path,
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "media_type": "application/octet-stream",
        "kind": kinds.get(path.suffix, "text"),
        "date_text": "4 June 1987",
    }
    return BundleDocument(**{**settings, **values})


def spec_of(*documents: BundleDocument, **values: Any) -> BundleSpec:
    """A bundle of these documents for a made-up inquiry."""
    settings: dict[str, Any] = {
        "title": "Minutes and registers",
        "prefix": "ABC",
        "authority": "Waterbrook Borough Council",
        "documents": documents,
        "made_at": datetime(2026, 11, 23, 9, 30, tzinfo=UTC),
        "request": RequestSpec("INQ/14", date(2026, 10, 2), date(2026, 11, 30), (("1", "All minutes."),)),
    }
    return BundleSpec(**{**settings, **values})


def words_of(bundle: Path, page: int) -> str:
    """What PDFium reads on a page of the bundle."""
    pdf = pypdfium2.PdfDocument(bundle)
    try:
        return str(pdf[page - 1].get_textpage().get_text_range())
    finally:
        pdf.close()


def picture_of(file: Path, page: int, *, scale: float = 1.0) -> Image.Image:
    """How PDFium draws a page, in greys."""
    pdf = pypdfium2.PdfDocument(file)
    try:
        return pdf[page - 1].render(scale=scale, grayscale=True).to_pil().convert("L")
    finally:
        pdf.close()
