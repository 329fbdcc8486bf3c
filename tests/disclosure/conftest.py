"""Small real files to make bundles from, and a register to draw statements from, all made here and about nobody."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from PIL import Image
from reportlab.pdfgen.canvas import Canvas

from access.policy import Actor
from store.archive import Archive
from tests.disclosure.statement_helpers import fill_register


@pytest.fixture
def make_pdf(tmp_path: Path) -> Callable[..., Path]:
    """A PDF with one line of text on each page, its first page changed by `change` when given."""

    def make(name: str = "minutes.pdf", *, pages: int = 1, text: str = "Minutes of the committee", change=None) -> Path:
        path = tmp_path / name
        canvas = Canvas(str(path), pagesize=(400, 600), invariant=True)
        for number in range(1, pages + 1):
            canvas.drawString(60, 500, f"{text}, page {number}")
            canvas.rect(60, 80, 120, 40, fill=1)
            canvas.showPage()
        canvas.save()
        if change is not None:
            with pikepdf.open(path, allow_overwriting_input=True) as pdf:
                change(pdf)
                pdf.save(path)
        return path

    return make


@pytest.fixture
def make_picture(tmp_path: Path) -> Callable[..., Path]:
    """A picture, white but for a black corner at its top left and a grey bar down its left side."""

    def make(name: str, *, size: tuple[int, int] = (300, 400), mode: str = "L", **options: Any) -> Path:
        image = Image.new("L", size, 255)
        image.paste(0, (0, 0, size[0] // 3, size[1] // 6))
        image.paste(120 if mode != "1" else 0, (0, size[1] // 2, size[0] // 8, size[1]))
        path = tmp_path / name
        image.convert(mode).save(path, **options)
        return path

    return make


@pytest.fixture
def register(archive: Archive, make_record: Callable[..., str], officer: Actor, lawyer: Actor) -> Archive:
    """Three records of which one is unread and one privileged, a file set aside, a search, repositories, a loss."""
    return fill_register(archive, make_record, officer, lawyer)
