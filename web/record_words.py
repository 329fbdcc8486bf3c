"""How the facts of a record read on a page."""

from datetime import date

from ingest.reading import MISSING, NOT_TAKEN_OUT
from records.corrections import DateSaid
from records.models import Page, Record
from records.record_types import record_type_titles
from retention.models import Suggestion
from web.filters import day

STATES = {
    "read": "Read",
    "partly-read": "Partly read",
    "unread": "Not read",
    "not-searchable": "Not searchable",
    "container": "Container",
    "purged": "Purged",
}
READ_BY = {
    "layer": "the text in the file",
    "ocr": "the image, by machine (OCR)",
    "both": "the text in the file and the image together",
    "native": "the text as it was written",
    "transcript": "a transcript: a person typed it from the page",
    "seen": "the page by a person, who found nothing to read on it",
    "none": "nothing that can be relied on",
}


def is_uncertain(record: Record) -> bool:
    """Whether its date is only about right."""
    return record.date_from is not None and record.date_precision in ("circa", "decade")


def written(record: Record | DateSaid) -> str:
    """When it was written, no more exactly than is known."""
    first, last = record.date_from, record.date_to
    if first is None:
        return "Not dated"
    if last is None or last == first:
        words = day(first)
    elif record.date_precision == "month":
        words = f"{first:%B %Y}"
    elif _whole_years(first, last):
        words = str(first.year) if first.year == last.year else f"{first.year} to {last.year}"
    else:
        words = f"{day(first)} to {day(last)}"
    return f"About {words}" if record.date_precision in ("circa", "decade") else words


def _whole_years(first: date, last: date) -> bool:
    return (first.month, first.day, last.month, last.day) == (1, 1, 12, 31)


def kind(value: str | None) -> str:
    """A record type by its title in the vocabulary, or as words: committee minutes, not committee-minutes."""
    if value in record_type_titles():
        return record_type_titles()[value]
    words = (value or "").replace("-", " ")
    return words[:1].upper() + words[1:]


def naming_what_is_missing(page: Page) -> bool:
    """Whether the page is none of the file's own, and names what is lost of it or could not be taken out of it."""
    return page.unread and page.heading in (MISSING, NOT_TAKEN_OUT) and bool(page.text.strip())


def measures(page: Page) -> list[str]:
    """What the choice between the text in the file and its picture was made by, as sentences; none where none was."""
    said = []
    if page.layer_word_share is not None:
        said.append(f"Of the words in the file’s own text, {page.layer_word_share:.0%} are in the dictionary.")
    if page.layer_unnamed_share:
        said.append(f"{page.layer_unnamed_share:.0%} of its characters have no meaning.")
    if page.image_share is not None:
        covered = f"cover {page.image_share:.0%} of the page" if page.image_share else "are not on the page"
        said.append(f"Pictures {covered}.")
    return said


def why(suggestion: Suggestion, title: str) -> str:
    """Why it is suggested, without the category and the strength, which stand in the heading above it."""
    words = suggestion.reason.removeprefix(f"{title}, {suggestion.strength_word}: ")
    return words[:1].upper() + words[1:]


def reading(page: Page) -> str:
    """What the page's text was read from, and how sure the reading is."""
    words = READ_BY.get(page.read_by, page.read_by)
    return f"{words}, {page.confidence:.0f}% sure" if page.confidence is not None and not page.unread else words
