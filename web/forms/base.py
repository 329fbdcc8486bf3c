"""What every form is built from."""

import io
from collections.abc import Iterable
from datetime import date
from typing import Any

from flask_wtf import FlaskForm
from wtforms import Field, RadioField, SelectChoice, SelectMultipleField, StringField
from wtforms.validators import ValidationError
from wtforms.widgets import CheckboxInput, ListWidget


class Form(FlaskForm):  # type: ignore[misc]
    """A form whose token is checked for the whole application, and printed by the `form` component."""

    class Meta(FlaskForm.Meta):  # type: ignore[misc]
        """The token is not asked for twice."""

        csrf = False


def choices(pairs: Iterable[tuple[str, str]]) -> list[SelectChoice]:
    """What a select, radio or checkbox field offers: each value with its words."""
    return [SelectChoice(value, words) for value, words in pairs]


def stripped(value: str | None) -> str:
    """What was typed, without the blanks around it."""
    return (value or "").strip()


class TextField(StringField):  # type: ignore[misc]
    """Text without blanks around it."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """The text is what was typed, stripped."""
        self.data = stripped(valuelist[0]) if valuelist else ""


class OneOf(RadioField):  # type: ignore[misc]
    """One choice of several; that none was made is for `Needed` to say, in its own words."""

    data: Any  # checked by the form's validators, which types cannot see

    def pre_validate(self, form: Form) -> None:
        """Returns only if what was chosen, if anything, is one of the choices."""
        if self.data:
            super().pre_validate(form)

    def process_data(self, value: str | None) -> None:
        """Nothing is chosen unless it is given."""
        self.data = value


class Many(SelectMultipleField):  # type: ignore[misc]
    """Several of the choices, as checkboxes."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class DayField(Field):  # type: ignore[misc]
    """A day asked for as day, month and year: three boxes of one name, in that order."""

    data: Any  # a date or None, as above

    def __init__(self, label: str, validators: Any = None, **kwargs: Any) -> None:
        super().__init__(label, validators, **kwargs)
        self.parts: list[str] = ["", "", ""]

    def process_data(self, value: date | None) -> None:
        """The boxes show the day."""
        self.data = value
        self.parts = [str(value.day), str(value.month), str(value.year)] if value else ["", "", ""]

    def process_formdata(self, valuelist: list[str]) -> None:
        """The day is what the three boxes say, or none if all are empty."""
        self.parts = [*(stripped(part) for part in valuelist), "", "", ""][:3]
        self.data = None
        if not any(self.parts):
            return
        if not all(part.isdecimal() for part in self.parts) or len(self.parts[2]) != 4:
            raise ValueError(f"{self.label.text} needs a day, a month and a year, for example 17 3 2025")
        try:
            self.data = date(int(self.parts[2]), int(self.parts[1]), int(self.parts[0]))
        except ValueError as error:
            raise ValueError(f"{self.label.text} must be a real day") from error


class NoLargerThan:
    """Refuses a file of more megabytes before any of it is read: one cut off would look like a whole one."""

    def __init__(self, megabytes: int) -> None:
        self.megabytes = megabytes

    def __call__(self, _form: Form, field: Field) -> None:
        """Returns only if the file is no larger.

        Raises:
            ValidationError: It is.
        """
        if field.data and field.data.stream.seek(0, io.SEEK_END) > self.megabytes * 1024 * 1024:
            raise ValidationError(f"The file is larger than {self.megabytes} MB: divide it, or use the command line")
        if field.data:
            field.data.stream.seek(0)


class Needed:
    """Refuses an empty answer with a sentence of its own."""

    field_flags = {"required": True}

    def __init__(self, message: str) -> None:
        self.message = message

    def __call__(self, _form: Form, field: Field) -> None:
        """Returns only if something was given.

        Raises:
            ValidationError: Nothing was.
        """
        if not field.errors and (field.data is None or field.data in ("", [])):
            raise ValidationError(self.message)
