"""What logging one of the inquiry's requests asks for."""

from collections.abc import Sequence
from dataclasses import dataclass

from wtforms.validators import Length

from inquiry.requests import KINDS, STATUSES
from web.forms.base import DayField, Form, Needed, OneOf, TextField, choices, stripped

STATUS_WORDS = {"open": "Open", "answered": "Answered", "withdrawn": "Withdrawn by the inquiry"}
ROWS = 3
MOST_ROWS = 200


@dataclass(frozen=True)
class ParagraphRow:
    """One numbered paragraph as it stands in the form."""

    number: str
    text: str


class RequestForm(Form):
    """The request as the letter states it; its paragraphs are rows of their own (`paragraph_rows`)."""

    reference = TextField(
        "The inquiry’s reference",
        [Needed("Give the inquiry’s reference, as the letter prints it"), Length(max=80, message="Use 80 letters")],
    )
    kind = OneOf(
        "What kind of request is it?", choices=choices(KINDS.items()), validators=[Needed("Choose what kind it is")]
    )
    title = TextField("Title", [Length(max=200, message="Use a title of at most 200 letters")])
    received = DayField("Received", [Needed("Give the day on which it was received")])
    due = DayField("Due", [Needed("Give the day by which it must be answered")])


class StatusForm(Form):
    """What has become of the request."""

    status = OneOf(
        "What has become of it?",
        choices=choices((status, STATUS_WORDS[status]) for status in STATUSES),
        validators=[Needed("Choose what has become of it")],
    )


def paragraph_rows(numbers: Sequence[str], texts: Sequence[str]) -> list[ParagraphRow]:
    """The rows that were posted, whether or not they say anything."""
    return [ParagraphRow(stripped(a), stripped(b)) for a, b in zip(numbers, texts, strict=False)][:MOST_ROWS]


def empty_rows(start: int, count: int) -> list[ParagraphRow]:
    """Rows to be filled in, numbered on from `start`."""
    return [ParagraphRow(str(number), "") for number in range(start, start + count)]


def paragraphs_in(rows: Sequence[ParagraphRow]) -> list[tuple[str, str]]:
    """The paragraphs that say something, each with its number, or its place where it has none."""
    return [(row.number or str(place), row.text) for place, row in enumerate(rows, start=1) if row.text]
