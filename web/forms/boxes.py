"""What the pages of paper ask for."""

from collections.abc import Iterable

from wtforms import FileField, IntegerField, SelectField
from wtforms.validators import NumberRange, Optional

from records.custody_models import KINDS
from records.losses import NATURES
from web.forms.base import DayField, Form, Needed, NoLargerThan, OneOf, TextField, choices

SHOW, APPLY = "show", "apply"


class ListForm(Form):
    """A box list, to be looked at or taken over."""

    file = FileField("Box list (CSV)", [Needed("Choose the box list, saved as CSV"), NoLargerThan(20)])
    what = OneOf(
        "What is to be done with it?",
        choices=choices([(SHOW, "Show what would change"), (APPLY, "Take it over")]),
        default=SHOW,
        validators=[Needed("Choose what is to be done with it")],
    )


class NewPlaceForm(Form):
    """A place, added by hand."""

    kind = OneOf(
        "What is it?",
        choices=choices((kind, kind.capitalize()) for kind in KINDS),
        validators=[Needed("Choose what it is")],
    )
    reference = TextField("Its reference", [Needed("Give the reference that stands on it")])
    within = TextField("It lies in")
    title = TextField("Title, if it has one")
    dates = TextField("Dates, if they are known")


class BatchPlaceForm(Form):
    """Every record of a batch, in one place."""

    batch = SelectField("Batch", validators=[Needed("Choose the batch")])
    place = TextField("Place", [Needed("Say in which place the batch lies")])

    def offer(self, batches: Iterable[str]) -> None:
        """These batches may be chosen."""
        self.batch.choices = choices([("", "Choose a batch"), *((name, name) for name in batches)])


class NamesPlaceForm(Form):
    """Records in the places that their names say."""

    pattern = TextField("Pattern of the paths", [Needed("Give the pattern of the paths")])
    batch = SelectField("Only of the batch", default="")
    what = OneOf(
        "What is to be done?",
        choices=choices([(SHOW, "Show where each would go"), (APPLY, "Put them there")]),
        default=SHOW,
        validators=[Needed("Choose what is to be done")],
    )

    def offer(self, batches: Iterable[str]) -> None:
        """These batches may be chosen."""
        self.batch.choices = choices([("", "Every batch"), *((name, name) for name in batches)])


class CountForm(Form):
    """Pages and folios counted by hand."""

    pages = IntegerField("Pages counted", [NumberRange(0, 100_000, "Give the number of pages, from 0")])
    first = IntegerField("First folio", [Optional()])
    last = IntegerField("Last folio", [Optional()])
    by = TextField("Counted by", [Needed("Say who counted")])


class TakeForm(Form):
    """Paper that goes out."""

    by = TextField("Taken by", [Needed("Say who takes it")])
    to = TextField("Where it goes", [Needed("Say where it goes")])
    why = TextField("Why", [Needed("Say why")])
    due = DayField("Back by", [Needed("Give the day by which it must be back")])


class ReturnForm(Form):
    """Paper that came back."""

    note = TextField("In what condition, and is the seal whole?")


class SealForm(Form):
    """A seal put on."""

    number = TextField("Number of the seal", [Needed("Give the number on the seal")])
    by = TextField("Put on by", [Needed("Say who put it on")])


class BreakForm(Form):
    """A seal that was broken."""

    by = TextField("Broken by", [Needed("Say who broke it")])
    why = TextField("Why", [Needed("Say why it was broken")])


class PutForm(Form):
    """A record that lies in the place."""

    record = TextField("Record", [Needed("Give the record’s reference, for example R000012")])
    first = IntegerField("First folio", [Optional()])
    last = IntegerField("Last folio", [Optional()])


class LossForm(Form):
    """What is known to be gone."""

    what = TextField("What is gone", [Needed("Say what is gone")])
    nature = OneOf(
        "What became of it?", choices=choices(NATURES.items()), validators=[Needed("Choose what became of it")]
    )
    happened = TextField("When it happened, as far as it is known")
    known_by = TextField("Who knew it", [Needed("Say who knew it")])
    known_on = DayField("When it was known", [Needed("Give the day on which it was known")])
    evidence = TextField("How it is known", [Needed("Say how it is known: the list, letter or person")])
    authority = TextField("Under which authority it was destroyed")
    search_made = TextField("Where it was looked for")
    substitutes = TextField("What else may say the same")
    place = TextField("Its box, file or volume, where it has one")


class FoundForm(Form):
    """What was found again."""

    where = TextField("Where it was found", [Needed("Say where it was found")])
