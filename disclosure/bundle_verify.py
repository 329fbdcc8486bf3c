"""Reads a finished bundle back by another route than made it, and checks every promise it makes.

The structure is read by qpdf, the words on the pages by PDFium; neither is asked what was meant, only what is there.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

import pikepdf
import pypdfium2

from disclosure.bundle_manifest import FORMAT, MADE_BY, MANIFEST_NAME, manifest_path
from disclosure.bundle_own_digest import check_own_digest
from disclosure.bundle_verify_pages import check_pages
from disclosure.bundle_verify_report import Check, Manifest, Verification, read_manifest
from disclosure.bundle_verify_structure import check_structure
from store.errors import InvalidInputError

__all__ = ["Check", "Verification", "verify_bundle"]

_READING_ERRORS = (pikepdf.PdfError, ValueError, TypeError, KeyError, RuntimeError, AttributeError, IndexError)


def verify_bundle(file: Path) -> Verification:
    """Every promise of the bundle has been checked; a promise that could not be checked counts as broken.

    Raises:
        InvalidInputError: The file is not there, or was not made by Candour.
    """
    if not file.is_file():
        raise InvalidInputError(f"There is no file {file.name} to verify: give the path of a bundle.")
    try:
        with pikepdf.open(file, suppress_warnings=True) as pdf:
            return _verify(file, pdf)
    except pikepdf.PasswordError as error:
        raise InvalidInputError(f"{file.name} needs a password, so Candour did not make it as it stands.") from error
    except pikepdf.PdfError:
        return Verification(
            (Check("it opens", ok=False, detail="the file cannot be read as a PDF: it is damaged"),), ()
        )


def _verify(file: Path, pdf: pikepdf.Pdf) -> Verification:
    raw = _attached_manifest(file, pdf)
    checks = [_check_opens(pdf)]
    notes: list[str] = []
    try:
        manifest = read_manifest(raw)
    except (ValueError, KeyError, TypeError) as error:
        checks.append(
            Check("the manifest is whole", ok=False, detail=f"it cannot be understood ({type(error).__name__})")
        )
        return Verification(tuple(checks), ())
    checks.append(Check("the manifest is whole", ok=True, detail=f"{len(manifest.documents)} documents"))
    checks.extend(_check_unchanged(file, raw, notes))
    own = check_own_digest(file)
    if own is not None:
        checks.append(own)
    else:
        notes.append(
            "It carries no digest of itself: it was saved again since, or made by an earlier version of Candour."
        )
    checks.extend(_guarded("the structure can be checked", lambda: check_structure(pdf, manifest)))
    checks.extend(_guarded("the pages can be checked", lambda: _check_all_pages(file, manifest)))
    return Verification(tuple(checks), tuple(notes), len(pdf.pages), len(manifest.documents))


def _guarded(name: str, make: Callable[[], Iterable[Check]]) -> list[Check]:
    """A part of the file too broken to be checked is a broken promise, not a crash."""
    try:
        return list(make())
    except (*_READING_ERRORS, pypdfium2.PdfiumError) as error:
        return [Check(name, ok=False, detail=f"reading it failed ({type(error).__name__}: {str(error)[:120]})")]


def _check_all_pages(file: Path, manifest: Manifest) -> list[Check]:
    document = pypdfium2.PdfDocument(file)
    try:
        return list(check_pages(document, manifest))
    finally:
        document.close()


def _check_opens(pdf: pikepdf.Pdf) -> Check:
    warnings = pdf.get_warnings()
    detail = f"it is damaged: {str(warnings[0])[:120]}" if warnings else "without repair"
    return Check("it opens", ok=not warnings, detail=detail)


def _attached_manifest(file: Path, pdf: pikepdf.Pdf) -> bytes:
    try:
        raw = pdf.attachments[MANIFEST_NAME].get_file().read_bytes()
        made_by = json.loads(raw)
    except _READING_ERRORS as error:
        raise InvalidInputError(
            f"{file.name} carries no manifest of Candour's, so it was not made by Candour or has been altered since: "
            "verify the file that was made."
        ) from error
    if not isinstance(made_by, Mapping) or made_by.get("made_by") != MADE_BY or made_by.get("format") != FORMAT:
        raise InvalidInputError(f"The manifest in {file.name} is not one that this version of Candour makes.")
    return raw


def _check_unchanged(file: Path, raw: bytes, notes: list[str]) -> Iterator[Check]:
    """The manifest beside the bundle is the only place that can hold the bundle's own SHA-256."""
    beside = manifest_path(file)
    if not beside.is_file():
        notes.append(
            f"{beside.name} is not beside the bundle, so the bundle's own SHA-256 could not be compared: "
            "its promises were checked one by one instead."
        )
        return
    try:
        outer = json.loads(beside.read_bytes())
        expected = outer.pop("bundle_sha256")
        outer.pop("bundle_file")
    except (ValueError, KeyError, AttributeError):
        yield Check("unchanged since it was made", ok=False, detail=f"{beside.name} cannot be understood")
        return
    with file.open("rb") as stream:
        actual = hashlib.file_digest(stream, "sha256").hexdigest()
    detail = f"SHA-256 {actual}" if actual == expected else f"its SHA-256 is {actual}, it was made as {expected}"
    yield Check("unchanged since it was made", ok=actual == expected, detail=detail)
    same = outer == json.loads(raw)
    yield Check(
        "both manifests agree",
        ok=same,
        detail="attached and beside" if same else "the one attached differs from the one beside",
    )
