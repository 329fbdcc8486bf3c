"""What a bundle is made from: a plain, frozen description that knows nothing of databases."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Literal

from store.errors import InvalidInputError, RefusedError

UNREDACTED_BANNER = "COMPLETE AND UNREDACTED: FOR THE INQUIRY ONLY"
UNREDACTED_FILE_MARK = "COMPLETE-AND-UNREDACTED-FOR-THE-INQUIRY-ONLY"
A4 = (595.28, 841.89)

DocumentKind = Literal["pdf", "image", "text"]
WordBox = tuple[float, float, float, float, str]
"""Left, top, right, bottom as fractions of the upright page measured from its top left corner, and the word."""


class BundleError(RefusedError):
    """A bundle cannot be made as asked; nothing has been written."""


@dataclass(frozen=True, slots=True)
class PageText:
    """What was read on one page or section of a document.

    For kind `text` this is what gets printed. For kinds `pdf` and `image` give it only for pages whose text came
    from OCR: it is laid invisibly over the picture so that the bundle can be searched. `turn` is how far the page
    must be turned clockwise (0, 90, 180, 270) for a reader; word boxes are measured after turning.
    """

    number: int
    text: str
    heading: str = ""
    words: tuple[WordBox, ...] = ()
    turn: int = 0


@dataclass(frozen=True, slots=True)
class RequestSpec:
    """The inquiry's request that the bundle answers."""

    reference: str
    received: date | None = None
    due: date | None = None
    paragraphs: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class BundleDocument:
    """One document of the bundle, in its place, with the number it will always bear."""

    reference: str
    number: int
    title: str
    file_name: str
    original: Path
    sha256: str
    media_type: str
    kind: DocumentKind
    date_text: str = ""
    pages: tuple[PageText, ...] = ()
    attach_original: bool = False
    source_location: str = ""
    read_note: str = ""
    expected_pages: int | None = None
    # A repaired or unlocked copy, where the original does not open as it is; its pages stand for the original's.
    readable: Path | None = None


@dataclass(frozen=True, slots=True)
class BundleSpec:
    """Everything a bundle is made from; the same spec gives the same bytes."""

    title: str
    prefix: str
    authority: str
    documents: tuple[BundleDocument, ...]
    made_at: datetime
    request: RequestSpec | None = None
    number_width: int = 6
    page_width: int = 3
    banner: str = UNREDACTED_BANNER
    page_size: tuple[float, float] = A4

    def label(self, document: BundleDocument) -> str:
        """The document's number as printed, such as ABC000123."""
        return f"{self.prefix}{document.number:0{self.number_width}d}"

    def stamp(self, document: BundleDocument, page: int) -> str:
        """What is stamped on one page of the document, such as ABC000123_004."""
        return f"{self.label(document)}_{page:0{self.page_width}d}"


@dataclass(frozen=True, slots=True)
class BundleResult:
    """What was made, and what a person should know about it."""

    pages: int
    documents: int
    sha256: str
    manifest: Mapping[str, object]
    warnings: tuple[str, ...] = field(default=())


def bundle_file_name(spec: BundleSpec) -> str:
    """A file name that says whose bundle it is, what it is, and that nothing in it has been redacted."""
    words = re.sub(r"[^\w]+", "-", spec.title, flags=re.ASCII).strip("-_")[:60].rstrip("-") or "bundle"
    return f"{spec.prefix}-{words}-{UNREDACTED_FILE_MARK}.pdf"


def check_spec(spec: BundleSpec) -> None:
    """The spec can be made into a bundle whose every page has one number that fits its width.

    Raises:
        InvalidInputError: Something in the description contradicts itself.
    """
    if not spec.documents:
        raise InvalidInputError("The bundle has no documents: choose at least one record.")
    if not re.fullmatch(r"[A-Z][A-Z0-9]{0,9}", spec.prefix):
        raise InvalidInputError(f"The prefix {spec.prefix!r} is not usable: give 1 to 10 capital letters or digits.")
    if not spec.title.strip():
        raise InvalidInputError("The bundle has no title: give it one.")
    if spec.made_at.tzinfo is None:
        raise InvalidInputError("The bundle's time of making has no time zone: give an aware one.")
    seen: dict[int, BundleDocument] = {}
    for document in spec.documents:
        _check_document(spec, document)
        if document.number in seen:
            other = seen[document.number].reference
            raise InvalidInputError(
                f"{other} and {document.reference} bear the same number {spec.label(document)}: give each its own."
            )
        seen[document.number] = document


def _check_document(spec: BundleSpec, document: BundleDocument) -> None:
    if document.number < 1 or len(str(document.number)) > spec.number_width:
        raise InvalidInputError(
            f"Number {document.number} of {document.reference} does not fit {spec.number_width} digits: "
            "widen the inquiry's numbers."
        )
    if document.kind not in ("pdf", "image", "text"):
        raise InvalidInputError(f"{document.reference} is of kind {document.kind!r}: it must be pdf, image or text.")
    for page in document.pages:
        if page.turn not in (0, 90, 180, 270):
            raise InvalidInputError(
                f"Page {page.number} of {document.reference} is to be turned by {page.turn} degrees: use quarter turns."
            )
