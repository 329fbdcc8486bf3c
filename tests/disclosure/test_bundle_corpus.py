"""Real documents: each is bundled and proved, or refused in one sentence that names it."""

from collections.abc import Callable
from pathlib import Path

import pypdfium2
import pytest

from disclosure.bundle_build import build_bundle
from disclosure.bundle_spec import BundleDocument, BundleError
from disclosure.bundle_verify import verify_bundle
from tests.disclosure.bundle_helpers import describe, spec_of


@pytest.mark.slow
def test_forty_council_documents_become_one_proved_bundle(corpus: Callable[[str], Path], tmp_path: Path) -> None:
    files = sorted(corpus("files/council").glob("*.pdf"))
    documents = [describe(path, number, expected_pages=_pages(path)) for number, path in enumerate(files, start=1)]

    result = build_bundle(spec_of(*documents), tmp_path / "out.pdf")

    assert result.documents == 40
    assert verify_bundle(tmp_path / "out.pdf").failed() == ()


@pytest.mark.slow
@pytest.mark.parametrize("folder", ["files/scans", "files/pdf-defects", "files/office/images"])
def test_each_odd_or_broken_file_is_whole_in_the_bundle_or_refused_by_name(
    corpus: Callable[[str], Path], tmp_path: Path, folder: str
) -> None:
    kept: list[BundleDocument] = []
    files = [
        path for path in sorted(corpus(folder).iterdir()) if path.suffix in (".pdf", ".png", ".jpg", ".tif", ".tiff")
    ]
    for path in files:
        document = describe(path, len(kept) + 1, kind="pdf" if path.suffix == ".pdf" else "image")
        refusal = _refusal(document, tmp_path)
        if refusal is None:
            kept.append(document)
        else:
            assert path.name in refusal

    result = build_bundle(spec_of(*kept), tmp_path / "out.pdf")

    assert result.documents == len(kept) > len(files) // 2
    assert verify_bundle(tmp_path / "out.pdf").failed() == ()


def _refusal(document: BundleDocument, folder: Path) -> str | None:
    try:
        build_bundle(spec_of(document), folder / "one.pdf")
    except BundleError as refusal:
        return str(refusal)
    return None


def _pages(path: Path) -> int:
    pdf = pypdfium2.PdfDocument(path)
    try:
        return len(pdf)
    finally:
        pdf.close()
