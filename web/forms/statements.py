"""What the pages of a statement ask for."""

from wtforms import BooleanField, HiddenField, SelectField, TextAreaField
from wtforms.validators import Length

from disclosure.statement_models import INTERIM
from disclosure.statements import KINDS, LONGEST_TEXT
from web.forms.base import Form, Needed, OneOf, TextField, choices

TEXT = Length(max=LONGEST_TEXT, message=f"Use at most {LONGEST_TEXT:,} letters")
LINE = Length(max=200, message="Use at most 200 letters")


class DraftForm(Form):
    """The next statement."""

    kind = OneOf("Which is it?", choices=choices(KINDS.items()), default=INTERIM, validators=[Needed("Choose which")])
    request = SelectField("For")


class SayForm(Form):
    """What the authority says on one thing; empty takes out what was said."""

    words = TextAreaField("What the authority says", [TEXT])


class ReasonForm(Form):
    """Why it is sent back, or withdrawn."""

    why = TextField("Why?", [Needed("Say why"), Length(max=2_000, message="Use at most 2,000 letters")])


class SignForm(Form):
    """Who signs, as it is to be printed."""

    signatory = TextField("Your name", [Needed("Give your name"), LINE])
    office = TextField("The office you hold", [Needed("Give your office"), LINE])
    acknowledging = HiddenField()
    seen = BooleanField("I have read what changed since it was drawn, and sign all the same")
