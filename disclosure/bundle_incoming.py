"""Somebody else's PDF made fit for the bundle: its pages as still pictures of content, and nothing that acts.

Only what the content of a page needs is carried over. Scripts, actions, forms, attachments and everything else in
the catalogue stay behind because nothing refers to them any more, not because a list of dangers named them.
"""

import io
import math
import tempfile
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import BinaryIO, cast

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, Pdf, Stream

from disclosure.bundle_comments import Comment, read_comments
from disclosure.bundle_outline import OutlineItem, read_outline
from disclosure.bundle_seal import Known, seal_of
from disclosure.bundle_spec import BundleDocument, BundleError
from ingest.formats.page_resources import Done, Lent, keep_used_resources, lend_resources

Box = tuple[float, float, float, float]
_LETTER: Box = (0.0, 0.0, 612.0, 792.0)
_IN_MEMORY = 24 << 20
_DEEPEST = 50
_QPDF_ERRORS = (pikepdf.PdfError, ValueError, TypeError, KeyError, RuntimeError, AttributeError, IndexError)


@dataclass(frozen=True, slots=True)
class IncomingPage:
    """What is seen of a page, how far it is turned, and the length of its unit in points."""

    box: Box
    turn: int
    unit: float


@dataclass(slots=True)
class Incoming:
    """A PDF ready to be copied: `prepared` holds one form per page, in order."""

    prepared: BinaryIO
    pages: list[IncomingPage]
    outline: list[OutlineItem]
    comments: list[Comment]
    seals: list[bytes]
    removed: Counter[str] = field(default_factory=Counter)
    warnings: list[str] = field(default_factory=list)


@contextmanager
def open_incoming(document: BundleDocument, label: str) -> Iterator[Incoming]:
    """The document's PDF is open and ready to be copied.

    Raises:
        BundleError: It needs a password, cannot be read, has no pages, or has not the pages it was registered with.
    """
    try:
        pdf = pikepdf.open(document.readable or document.original, suppress_warnings=True)
    except pikepdf.PasswordError as error:
        raise _refusal(document, label, "it needs a password", "add a copy that opens without one") from error
    except _QPDF_ERRORS as error:
        raise _refusal(document, label, "it cannot be read as a PDF", "look at the original") from error
    with pdf, tempfile.TemporaryFile() if document.original.stat().st_size > _IN_MEMORY else io.BytesIO() as prepared:
        try:
            incoming = _prepare(pdf, cast("BinaryIO", prepared))
        except _QPDF_ERRORS as error:
            raise _refusal(document, label, "its pages are too damaged to copy", "look at the original") from error
        count = len(incoming.pages)
        if not count:
            raise _refusal(document, label, "no page can be found in it", "look at the original")
        if document.expected_pages is not None and count != document.expected_pages:
            reason = f"{count} pages can be copied and {document.expected_pages} were registered"
            raise _refusal(document, label, reason, "read it in again")
        yield incoming


def _refusal(document: BundleDocument, label: str, reason: str, remedy: str) -> BundleError:
    return BundleError(
        f"{document.reference} ({label}, {document.file_name}) cannot be put in the bundle because {reason}: "
        f"{remedy}, or leave it out and say so."
    )


def _prepare(pdf: Pdf, prepared: BinaryIO) -> Incoming:
    pages = list(pdf.pages)
    removed = _count_active(pdf, pages)
    outline = read_outline(pdf, [page.obj.objgen for page in pages]) if "/Outlines" in pdf.Root else []
    comments = read_comments(pages, removed)
    if any("/Annots" in page.obj for page in pages):
        _flatten(pdf)
    used: set[tuple[int, int]] = set()
    described = []
    forms = Array()
    known: Known = {}
    looked_into: Done = {}
    untold: list[int] = []
    unlike: list[int] = []
    lent: Lent = {}
    for number, page in enumerate(pages, start=1):
        # What no page is drawn with stays behind: a part of a scan may still carry the pictures of its other parts.
        page.obj[Name.Resources] = inherited(page.obj, "/Resources") or Dictionary()
        if not keep_used_resources(page, looked_into):
            untold.append(number)
        if not lend_resources(page, looked_into, lent):
            unlike.append(number)
        described.append(_describe(page.obj))
        forms.append(_as_form(pdf, page, described[-1].box, used))
    # Sealed when all are made: a form may draw another page's content.
    seals = [seal_of(form, known) for form in forms]
    _keep_only(pdf, forms)
    for page in pages:
        # Its appearance is in the content by now; left here it would only make the library warn of orphans.
        if "/Annots" in page.obj:
            del page.obj["/Annots"]
    pdf.save(
        prepared,
        object_stream_mode=pikepdf.ObjectStreamMode.disable,
        stream_decode_level=pikepdf.StreamDecodeLevel.none,
        compress_streams=False,
        static_id=True,
    )
    incoming = Incoming(prepared, described, outline, comments, seals, removed)
    incoming.warnings.extend(_warnings(pdf, removed, untold, unlike))
    return incoming


def _warnings(pdf: Pdf, removed: Counter[str], untold: Sequence[int], unlike: Sequence[int]) -> list[str]:
    found = []
    if untold:
        found.append(
            f"what is drawn on page {_some(untold)} cannot be told, so all that the file lists for it is taken along, "
            "unseen pictures of other papers as well if there are any: look into the file before it is disclosed"
        )
    if unlike:
        found.append(f"page {_some(unlike)} may not look as in the original: compare it with the original")
    if pdf.get_warnings():
        found.append("the file is damaged and was repaired while it was read; compare it with the original")
    if removed["embedded files"]:
        found.append(f"files embedded in it are not in the bundle: {removed['embedded files']}")
    if removed["changing form (XFA)"]:
        found.append("it is a changing form (XFA); its pages show only what is kept outside the form")
    if removed["signatures"]:
        found.append("it carries a digital signature, which can be checked only in the original")
    if removed["hidden layers"]:
        found.append("it has layers that its maker hid; they are kept, and kept hidden")
    return found


def _some(numbers: Sequence[int]) -> str:
    return ", ".join(map(str, numbers[:10])) + (f" and {len(numbers) - 10} more" if len(numbers) > 10 else "")


def _flatten(pdf: Pdf) -> None:
    form = pdf.Root.get("/AcroForm")
    if isinstance(form, Dictionary) and form.get("/NeedAppearances", False):
        pdf.generate_appearance_streams()
    pdf.flatten_annotations("all")


def inherited(page: Object, key: str) -> Object | None:
    """A page's attribute, its own or its parents', however the tree is knotted."""
    node: Object | None = page
    for _ in range(_DEEPEST):
        if not isinstance(node, Dictionary):
            return None
        if key in node:
            return node[key]
        node = node.get("/Parent")
    return None


def _box(value: object) -> Box | None:
    try:
        left, bottom, right, top = (float(part) for part in cast("Array", value))
    except (TypeError, ValueError):
        return None
    box = (min(left, right), min(bottom, top), max(left, right), max(bottom, top))
    sound = all(map(math.isfinite, box)) and box[2] - box[0] >= 1 and box[3] - box[1] >= 1
    return box if sound and max(map(abs, box)) < 1e7 else None


def _describe(page: Object) -> IncomingPage:
    media = _box(inherited(page, "/MediaBox")) or _LETTER
    crop = _box(inherited(page, "/CropBox")) or media
    shown = (max(media[0], crop[0]), max(media[1], crop[1]), min(media[2], crop[2]), min(media[3], crop[3]))
    if shown[2] - shown[0] < 1 or shown[3] - shown[1] < 1:
        shown = media
    return IncomingPage(shown, _quarter(inherited(page, "/Rotate")), _unit(page.get("/UserUnit")))


def _quarter(value: object) -> int:
    try:
        turn = int(cast("int", value)) % 360
    except (TypeError, ValueError):
        return 0
    return turn if turn % 90 == 0 else 0


def _unit(value: object) -> float:
    try:
        unit = float(cast("float", value))
    except (TypeError, ValueError):
        return 1.0
    return unit if 0.01 <= unit <= 1000 else 1.0


def _as_form(pdf: Pdf, page: pikepdf.Page, box: Box, used: set[tuple[int, int]]) -> Stream:
    """The page's content as one form: its graphics state cannot leak into ours, nor ours into it."""
    stream = _content(pdf, page, used)
    stream[Name.Type] = Name.XObject
    stream[Name.Subtype] = Name.Form
    stream[Name.BBox] = Array([round(value, 4) for value in box])
    stream[Name.Resources] = page.obj[Name.Resources]
    group = page.obj.get("/Group")
    if group is not None:
        stream[Name.Group] = group
    for key in ("/Matrix", "/PieceInfo", "/Metadata", "/StructParents", "/Ref", "/OPI"):
        if key in stream:
            del stream[key]
    return stream


def _content(pdf: Pdf, page: pikepdf.Page, used: set[tuple[int, int]]) -> Stream:
    contents = page.obj.get("/Contents")
    if isinstance(contents, Array):
        if len(contents) == 1:
            contents = contents[0]
        elif len(contents):
            return _joined(pdf, page, contents)
    if not isinstance(contents, Stream):
        return Stream(pdf, b"")
    if contents.objgen not in used and "/Subtype" not in contents:
        used.add(contents.objgen)
        return contents
    # Two pages may share one stream and differ in size or resources: each form needs its own.
    copy = Stream(pdf, contents.read_raw_bytes())
    for key in ("/Filter", "/DecodeParms"):
        if key in contents:
            copy[key] = contents[key]
    return copy


def _joined(pdf: Pdf, page: pikepdf.Page, contents: Array) -> Stream:
    """Content in several pieces becomes one; pieces too damaged to read are left to qpdf, which keeps what it can."""
    try:
        data = b"\n".join(piece.read_bytes() for piece in contents if isinstance(piece, Stream))
    except pikepdf.PdfError:
        page.contents_coalesce()
        whole = page.obj.get("/Contents")
        return whole if isinstance(whole, Stream) else Stream(pdf, b"")
    # Compressed here: left to qpdf, it would also unpack and pack again every large picture with a list of filters.
    return Stream(pdf, zlib.compress(data, 5), Filter=Name.FlateDecode)


def _keep_only(pdf: Pdf, forms: Array) -> None:
    root = pdf.Root
    layers, hidden = _layers(root)
    for key in list(root.keys()):
        if key != "/Type":
            del root[key]
    root[Name.Pages] = pdf.make_indirect(Dictionary(Type=Name.Pages, Kids=Array(), Count=0))
    root[Name.CandourForms] = forms
    if layers:
        root[Name.CandourLayers] = Array(layers)
        root[Name.CandourHidden] = Array(hidden)
    if "/Info" in pdf.trailer:
        del pdf.trailer["/Info"]


def _layers(root: Object) -> tuple[Sequence[Object], Sequence[Object]]:
    properties = root.get("/OCProperties")
    if not isinstance(properties, Dictionary) or not isinstance(properties.get("/OCGs"), Array):
        return [], []
    layers = [layer for layer in properties["/OCGs"] if isinstance(layer, Dictionary) and layer.is_indirect]
    state = properties.get("/D", Dictionary())
    if state.get("/BaseState") == Name.OFF:
        shown = {layer.objgen for layer in state.get("/ON", Array())}
        return layers, [layer for layer in layers if layer.objgen not in shown]
    off = {layer.objgen for layer in state.get("/OFF", Array())}
    return layers, [layer for layer in layers if layer.objgen in off]


def _count_active(pdf: Pdf, pages: list[pikepdf.Page]) -> Counter[str]:
    """What will not be carried over, counted so that the manifest can say so."""
    removed: Counter[str] = Counter()
    root = pdf.Root
    names = root.get("/Names", Dictionary())
    if isinstance(names, Dictionary):
        removed["scripts"] += "/JavaScript" in names
        if "/EmbeddedFiles" in names:
            removed["embedded files"] += len(pdf.attachments)
    removed["opening actions"] += isinstance(root.get("/OpenAction"), Dictionary)
    removed["event actions"] += ("/AA" in root) + sum("/AA" in page.obj for page in pages)
    form = root.get("/AcroForm")
    if isinstance(form, Dictionary):
        removed["changing form (XFA)"] += "/XFA" in form
        removed["signatures"] += bool(int(form.get("/SigFlags", 0)) & 1)
    removed["hidden layers"] += len(_layers(root)[1])
    return +removed
