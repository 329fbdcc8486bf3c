"""What a PDF carries beside its pages' text: facts about the document, comments, form fields, attached files."""

import ctypes
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2 as pdfium
import pypdfium2.raw as raw

from ingest.reading import FileFacts, clean_text

_MAXIMUM_ANNOTATIONS = 5000
_COMMENTS = {
    raw.FPDF_ANNOT_TEXT: "Note",
    raw.FPDF_ANNOT_FREETEXT: "Text box",
    raw.FPDF_ANNOT_HIGHLIGHT: "Highlight",
    raw.FPDF_ANNOT_UNDERLINE: "Underline",
    raw.FPDF_ANNOT_STRIKEOUT: "Strike-out",
    raw.FPDF_ANNOT_SQUIGGLY: "Squiggly underline",
    raw.FPDF_ANNOT_STAMP: "Stamp",
    raw.FPDF_ANNOT_CARET: "Insertion",
    raw.FPDF_ANNOT_INK: "Drawing",
    raw.FPDF_ANNOT_SQUARE: "Box",
    raw.FPDF_ANNOT_CIRCLE: "Circle",
    raw.FPDF_ANNOT_FILEATTACHMENT: "Attached file",
}
_DAMAGE = (
    pikepdf.PdfError,
    pikepdf.PasswordError,
    ValueError,
    RuntimeError,
    OSError,
    TypeError,
    KeyError,
    AttributeError,
)
_BUTTON = {raw.FPDF_FORMFIELD_CHECKBOX, raw.FPDF_FORMFIELD_RADIOBUTTON}


def document_facts(document: pdfium.PdfDocument, facts: FileFacts) -> None:
    """The document's own statements about itself are in the facts, as found."""
    try:
        stated = document.get_metadata_dict(skip_empty=True)
    except (pdfium.PdfiumError, UnicodeDecodeError):
        return
    stated = {name: clean_text(value).strip()[:500] for name, value in stated.items()}
    facts.title, facts.author = stated.get("Title") or None, stated.get("Author") or None
    facts.created = stated.get("CreationDate") or None
    facts.metadata.update({name.lower(): value for name, value in stated.items() if value})


def page_comments(page: Any) -> list[str]:
    """What people wrote on the page, each with its kind, its author and its date where they are given."""
    lines: list[str] = []
    for index in range(min(raw.FPDFPage_GetAnnotCount(page), _MAXIMUM_ANNOTATIONS)):
        annotation = raw.FPDFPage_GetAnnot(page, index)
        if not annotation:
            continue
        try:
            kind = _COMMENTS.get(raw.FPDFAnnot_GetSubtype(annotation))
            text = _annotation_string(annotation, b"Contents").strip() if kind else ""
            if text:
                who = ", ".join(filter(None, (_annotation_string(annotation, key) for key in (b"T", b"M"))))
                lines.append(f"{kind}{f' ({who})' if who else ''}: {text}")
        finally:
            raw.FPDFPage_CloseAnnot(annotation)
    return lines


def _annotation_string(annotation: Any, key: bytes) -> str:
    size = raw.FPDFAnnot_GetStringValue(annotation, key, None, 0)
    if not 2 < size < 1_000_000:
        return ""
    buffer = (ctypes.c_ushort * (size // 2 + 1))()
    raw.FPDFAnnot_GetStringValue(annotation, key, buffer, size)
    return _utf16(buffer, size)


def _utf16(buffer: Any, size: int) -> str:
    return bytes(buffer)[: max(0, size - 2)].decode("utf-16-le", "replace").replace("\r", "\n")


def page_fields(document: pdfium.PdfDocument, page: Any) -> list[str]:
    """The form fields of the page that are filled in, each as `name: value`."""
    form = document.formenv
    if form is None:
        return []
    lines: list[str] = []
    for index in range(min(raw.FPDFPage_GetAnnotCount(page), _MAXIMUM_ANNOTATIONS)):
        annotation = raw.FPDFPage_GetAnnot(page, index)
        if not annotation:
            continue
        try:
            if raw.FPDFAnnot_GetSubtype(annotation) == raw.FPDF_ANNOT_WIDGET:
                line = _field_line(form, annotation)
                if line and line not in lines:
                    lines.append(line)
        finally:
            raw.FPDFPage_CloseAnnot(annotation)
    return lines


def _field_line(form: Any, annotation: Any) -> str | None:
    name = _field_string(raw.FPDFAnnot_GetFormFieldAlternateName, form, annotation) or _field_string(
        raw.FPDFAnnot_GetFormFieldName, form, annotation
    )
    if raw.FPDFAnnot_GetFormFieldType(form, annotation) in _BUTTON:
        if not raw.FPDFAnnot_IsChecked(form, annotation):
            return None
        return f"{name}: ticked"
    value = _field_string(raw.FPDFAnnot_GetFormFieldValue, form, annotation).strip()
    return f"{name}: {value}" if value else None


def _field_string(function: Any, form: Any, annotation: Any) -> str:
    size = function(form, annotation, None, 0)
    if not 2 < size < 1_000_000:
        return ""
    buffer = (ctypes.c_ushort * (size // 2 + 1))()
    function(form, annotation, buffer, size)
    return _utf16(buffer, size)


def holds_files(page: Any) -> bool:
    """Whether a file is pinned to the page."""
    for index in range(min(raw.FPDFPage_GetAnnotCount(page), _MAXIMUM_ANNOTATIONS)):
        annotation = raw.FPDFPage_GetAnnot(page, index)
        if annotation:
            kind = raw.FPDFAnnot_GetSubtype(annotation)
            raw.FPDFPage_CloseAnnot(annotation)
            if kind == raw.FPDF_ANNOT_FILEATTACHMENT:
                return True
    return False


def pinned_files(path: Path, facts: FileFacts) -> Iterator[tuple[str, bytes]]:
    """Each file pinned to a page of the PDF, which its list of attachments does not name."""
    try:
        with pikepdf.open(path) as document:
            for number, page in enumerate(document.pages, 1):
                for annotation in page.obj.get("/Annots", []):
                    if annotation.get("/Subtype") == "/FileAttachment":
                        described = annotation["/FS"]
                        name = str(described.get("/UF", described.get("/F", f"file on page {number}")))
                        yield name, described["/EF"]["/F"].read_bytes()
    except _DAMAGE:
        facts.note("A file pinned to a page of the PDF is damaged or protected and could not be taken out.")


def attached_files(document: pdfium.PdfDocument, facts: FileFacts) -> Iterator[tuple[str, bytes]]:
    """Each file embedded in the PDF; one that cannot be taken out is noted."""
    for index in range(max(0, document.count_attachments())):
        try:
            attachment = document.get_attachment(index)
            yield attachment.get_name() or f"attachment {index + 1}", bytes(attachment.get_data())
        except pdfium.PdfiumError:
            facts.note(f"Attached file {index + 1} of the PDF is damaged or protected and could not be taken out.")
