"""What correcting a record asks for."""

from wtforms import BooleanField, SelectField

from records.corrections import NAME_KINDS
from records.record_types import record_type_titles
from web.forms.base import Form, Needed, TextField, choices

WHY = "Say why, in a few words"


class TitleForm(Form):
    """The title."""

    title = TextField("Title", [Needed("Give the title")])
    reason = TextField("Why", [Needed(WHY)])


class DateForm(Form):
    """The date, as exactly as it is known: the year alone, with a month, with a day, or none."""

    day = TextField("Day")
    month = TextField("Month")
    year = TextField("Year")
    about = BooleanField("Only about then")
    undated = BooleanField("It has no date that can be known")
    reason = TextField("Why", [Needed(WHY)])

    @property
    def said(self) -> str:
        """The date as `records.corrections.date_said` reads it."""
        if self.undated.data:
            return "undated"
        parts = [str(part.data or "").strip() for part in (self.year, self.month, self.day)]
        while parts and not parts[-1]:
            parts.pop()
        return "-".join(parts)


class TypeForm(Form):
    """The record type."""

    code = SelectField("Record type", validate_choice=False)
    reason = TextField("Why", [Needed(WHY)])

    def offering(self) -> "TypeForm":
        """The choices are the vocabulary's."""
        self.code.choices = choices([("", "Choose"), *record_type_titles().items()])
        return self


class NameForm(Form):
    """A name that stands in the record."""

    kind = SelectField("What it names", choices=choices((kind, kind.capitalize()) for kind in NAME_KINDS))
    name = TextField("Name", [Needed("Give the name as it stands in the record")])
    page = TextField("Page", [Needed("Give the page it stands on")])
    reason = TextField("Why", [Needed(WHY)])


class RemoveNameForm(Form):
    """Why a name is removed."""

    reason = TextField("Why", [Needed(WHY)])
