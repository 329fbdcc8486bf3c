"""How a record becomes pages of a bundle, and whether its whole original goes with them."""

from disclosure.bundle_spec import DocumentKind
from ingest.rendering import has_page_pictures
from records.models import Record


def kind_of(record: Record) -> DocumentKind:
    """How the record becomes pages: as the PDF or picture it is, or set from its text with the original attached."""
    if record.media_type == "application/pdf":
        return "pdf"
    return "image" if has_page_pictures(record.media_type) else "text"


def carries_original(record: Record) -> bool:
    """Whether the original is attached to the bundle whole, with everything inside it."""
    return kind_of(record) == "text"
