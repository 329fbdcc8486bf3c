"""What recording an institutional failing asks for."""

from collections.abc import Sequence
from dataclasses import dataclass

from wtforms import TextAreaField
from wtforms.validators import Length, ValidationError

from failings.words import CERTAINTIES, KINDS
from store.errors import InvalidInputError
from web.forms.base import DayField, Form, Needed, OneOf, TextField, choices, stripped

ROWS = 2
MOST_ROWS = 100
Citation = tuple[str, int, str]


@dataclass(frozen=True)
class EvidenceRow:
    """One page of evidence as it stands in the form."""

    reference: str = ""
    page: str = ""
    note: str = ""

    @property
    def is_empty(self) -> bool:
        """Nothing was typed in it."""
        return not (self.reference or self.page or self.note)


class LongTextField(TextAreaField):  # type: ignore[misc]
    """Several lines of text, without blanks around them."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """The text is what was typed, stripped; a browser's line ends are made plain ones."""
        self.data = stripped(valuelist[0]).replace("\r\n", "\n") if valuelist else ""


class WordsForm(Form):
    """The words of a failing: what can be revised later, each change kept beside it."""

    title = TextField("Title", [Needed("Give it a few words for the schedule"), Length(max=200, message="Shorten it")])
    kind = OneOf("What kind of failing?", choices=choices(KINDS.items()), validators=[Needed("Choose what kind it is")])
    body = TextField("Which body or service fell short?", [Needed("Say which body or service fell short")])
    should_have_happened = LongTextField("What should have happened?", [Needed("Say what should have happened")])
    policy_then = LongTextField(
        "Under which policy or law then in force?",
        [Needed("Name the policy or law then in force, or say that none has been found")],
    )
    did_happen = LongTextField("What did happen?", [Needed("Say what did happen, as the evidence shows it")])
    certainty = OneOf(
        "How certain is it?", choices=choices(CERTAINTIES.items()), validators=[Needed("Say how certain it is")]
    )
    owner = TextField("Who answers for it now?", [Needed("Name the post that answers for it now")])
    action = LongTextField("What is being done about it?", [Needed("Say what is being done about it")])


class FailingForm(WordsForm):
    """A failing recorded for the first time: its period and evidence too."""

    period_from = DayField("From", [Needed("Give the first day, as nearly as it is known")])
    period_to = DayField("Until")
    action_due = DayField("By when?")

    def validate_period_to(self, field: DayField) -> None:
        """Returns only if the period does not end before it begins.

        Raises:
            ValidationError: It does.
        """
        if field.data and self.period_from.data and field.data < self.period_from.data:
            raise ValidationError("The period cannot end before it begins")


class EvidenceForm(Form):
    """One more page a failing rests on."""

    reference = TextField("Record", [Needed("Give the record’s reference, for example R000012")])
    page = TextField("Page", [Needed("Give the number of the page")])
    note = TextField("What it shows")


class ReportForm(Form):
    """The self-report to be written."""

    title = TextField("Title of the self-report", [Needed("Give the self-report a title"), Length(max=150)])


def evidence_rows(references: Sequence[str], pages: Sequence[str], notes: Sequence[str]) -> list[EvidenceRow]:
    """The rows that were posted, whether or not they say anything."""
    typed = zip(references, pages, notes, strict=False)
    return [EvidenceRow(*(stripped(part) for part in row)) for row in typed][:MOST_ROWS]


def citation(row: EvidenceRow) -> Citation:
    """The record, page and note of a row.

    Raises:
        InvalidInputError: It lacks the record or a page number.
    """
    if not row.reference or not (row.page.isascii() and row.page.isdecimal() and len(row.page) < 7):
        raise InvalidInputError(
            f"Evidence is a record and the number of a page, such as R000012 and 3: "
            f"“{row.reference} {row.page}” is not.".replace("“ ", "“")
        )
    return row.reference, int(row.page), row.note


def citations(rows: Sequence[EvidenceRow]) -> list[Citation]:
    """The evidence that was given; empty rows are left out.

    Raises:
        InvalidInputError: There is none, or a row is not whole.
    """
    given = [citation(row) for row in rows if not row.is_empty]
    if not given:
        raise InvalidInputError("Give at least one record and page that it rests on")
    return given
