"""What logging effort, spending and rates asks for."""

from collections.abc import Iterable
from decimal import Decimal, InvalidOperation

from wtforms import Field, SelectField
from wtforms.validators import Length

from costs.effort import ACTIVITIES
from costs.rates import ROLES
from costs.spending import CATEGORIES, STATUSES
from web.forms.base import DayField, Form, Needed, TextField, choices, stripped

CHOOSE = [("", "Choose one")]


class PoundsField(TextField):
    """An amount in pounds and pence, with or without a pound sign and commas; empty is none."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """The amount is what was typed; it is shown as it was typed until it can be used."""
        self.typed = stripped(valuelist[0]) if valuelist else ""
        self.amount: Decimal | None = None
        self.data = self.typed
        if not self.typed:
            return
        try:
            amount = Decimal(self.typed.removeprefix("£").replace(",", "").strip())
        except InvalidOperation as error:
            raise ValueError(f"{self.label.text} is an amount in pounds, for example 1234.56") from error
        if not amount.is_finite() or amount < 0:
            raise ValueError(f"{self.label.text} is an amount in pounds, zero or more")
        self.amount = amount

    def process_data(self, value: Decimal | None) -> None:
        """The box shows the amount."""
        self.amount = value
        self.data = "" if value is None else f"{value:.2f}"


class CountField(TextField):
    """A whole number, zero or more; empty is zero."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """The number is what was typed."""
        self.data = stripped(valuelist[0]) if valuelist else ""
        self.number = 0
        if self.data:
            bare = self.data.replace(",", "")
            if not (bare.isascii() and bare.isdecimal() and len(bare) < 10):
                raise ValueError(f"{self.label.text} is a whole number, for example 90")
            self.number = int(bare)

    def process_data(self, value: int | None) -> None:
        """The box shows the number."""
        self.number = value or 0
        self.data = "" if value is None else str(value)


class EffortForm(Form):
    """Time spent on the inquiry, under a role."""

    day = DayField("Day", [Needed("Give the day on which it was spent")])
    role = SelectField("Role", choices=choices(ROLES.items()))
    activity = SelectField(
        "Activity", choices=choices([*CHOOSE, *ACTIVITIES.items()]), validators=[Needed("Choose an activity")]
    )
    minutes = CountField("Minutes", [Needed("Give the minutes it took")])
    items = CountField("Documents, if you counted")
    pages = CountField("Pages, if you counted")
    request = SelectField("For which request?", choices=choices([("", "None in particular")]))
    note = TextField("Note", [Length(max=300, message="Use a shorter note")])


class SpendingForm(Form):
    """Money paid, owed or expected."""

    category = SelectField(
        "Category", choices=choices([*CHOOSE, *CATEGORIES.items()]), validators=[Needed("Choose a category")]
    )
    supplier = TextField("Supplier", [Needed("Name the supplier")])
    net = PoundsField("Net amount", [Needed("Give the net amount")])
    vat = PoundsField("VAT")
    status = SelectField(
        "How far is it?", choices=choices([*CHOOSE, *STATUSES.items()]), validators=[Needed("Choose how far it is")]
    )
    day = DayField("Day", [Needed("Give its day: of the invoice, or when it is expected")])
    invoice = TextField("Number of the invoice")
    request = SelectField("For which request?", choices=choices([("", "None in particular")]))
    note = TextField("Note", [Length(max=300, message="Use a shorter note")])


class MoveForm(Form):
    """The same money, further on."""

    status = SelectField("It is now", choices=[])
    net = PoundsField("Net amount", [Needed("Give the net amount")])
    vat = PoundsField("VAT")
    day = DayField("Day", [Needed("Give its day")])
    invoice = TextField("Number of the invoice")


class WithdrawForm(Form):
    """Why an entry no longer counts."""

    reason = TextField(
        "What was wrong with it?", [Needed("Say what was wrong with it: the entry stays, with the reason")]
    )


class RateForm(Form):
    """What an hour of a role costs from a day on."""

    role = SelectField("Role", choices=choices([*CHOOSE, *ROLES.items()]), validators=[Needed("Choose a role")])
    hourly = PoundsField("Cost of an hour", [Needed("Give the cost of an hour, on-costs included")])
    valid_from = DayField("From", [Needed("Give the first day it applies")])


def offer_requests(field: Field, requests: Iterable[tuple[str, str]]) -> None:
    """These requests can be chosen, or none."""
    field.choices = choices([("", "None in particular"), *requests])
