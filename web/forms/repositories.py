"""What the register of repositories asks for."""

from wtforms import HiddenField, TextAreaField
from wtforms.validators import Length

from records.repositories import KINDS, LONGEST_LINE, LONGEST_TEXT, OUTCOMES
from web.forms.base import DayField, Form, Needed, OneOf, TextField, choices

LINE = Length(max=LONGEST_LINE, message=f"Use at most {LONGEST_LINE} letters")
TEXT = Length(max=LONGEST_TEXT, message=f"Use at most {LONGEST_TEXT:,} letters")


class RepositoryForm(Form):
    """A place or system that papers may lie in."""

    # The version that was looked at: what somebody else changed meanwhile is not overwritten unseen.
    version = HiddenField()
    name = TextField("Name", [Needed("Give its name"), LINE])
    known_as = TextAreaField("Other names it goes by, one a line", [TEXT])
    kind = OneOf("What does it hold?", choices=choices(KINDS.items()), validators=[Needed("Choose what it holds")])
    holder = TextField("Who holds it", [Needed("Say who holds it"), LINE])
    location = TextAreaField("Where it is", [TEXT])
    covers = TextField("Years and series it covers", [LINE])
    volume = TextField("How much it is", [LINE])
    outcome = OneOf("Was it searched?", choices=choices(OUTCOMES.items()), validators=[Needed("Say whether it was")])
    why_not = TextAreaField("If not all of it was searched: why", [TEXT])
    planned_on = DayField("When it is to be searched, if a day is set")
