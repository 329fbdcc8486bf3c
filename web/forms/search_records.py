"""What a search record asks for; everything may be left open until it is signed."""

from wtforms import IntegerField, SelectField, TextAreaField
from wtforms.validators import Length, NumberRange, Optional

from search.search_records import LONGEST_LINE, LONGEST_TEXT, METHODS, PLACES
from web.forms.base import DayField, Form, Many, Needed, OneOf, TextField, choices

LINE = Length(max=LONGEST_LINE, message=f"Use at most {LONGEST_LINE} letters")
TEXT = Length(max=LONGEST_TEXT, message=f"Use at most {LONGEST_TEXT:,} letters")
WHOLE = NumberRange(min=0, max=10**9, message="Give a whole number, 0 or more")


def counted(label: str) -> IntegerField:
    """A number somebody counted, or nothing."""
    return IntegerField(label, [Optional(), WHOLE])


class SearchRecordForm(Form):
    """The record as it is drafted."""

    paragraphs = Many("Made for", coerce=int)
    kind_of_place = OneOf("Where was searched?", choices=choices(PLACES.items()), validators=[Needed("Say where")])
    repository = TextField("Name of the place", [LINE])
    method = OneOf("How was searched?", choices=choices(METHODS.items()), validators=[Needed("Say how")])
    how = TextAreaField("What was done", [TEXT])
    term_report = SelectField("Term report and version")
    covers_from = DayField("Period of the papers searched: from")
    covers_to = DayField("Period of the papers searched: to")
    custodians = TextAreaField("Custodians", [TEXT])
    searched_by = TextField("Who searched", [LINE])
    searched_from = DayField("Searched on, or from")
    searched_to = DayField("Searched until")
    counted_as = TextField("What was counted", [LINE])
    hits = counted("Found")
    reviewed = counted("Of these, read by a person")
    responsive = counted("Of these, answer the request")
    unreadable = counted("Could not be read or opened")
    not_reviewed = TextAreaField("Why not all that was found was read", [TEXT])
    nothing_found = TextAreaField("If nothing answers the request: what that proves, and what not", [TEXT])
    limits = TextAreaField("Limits of this search", [TEXT])
    not_searched = TextAreaField("What was not searched, and why", [TEXT])
    why_new = TextAreaField("Why the version before is superseded", [TEXT])


class WhyForm(Form):
    """Why a signed record is to be corrected."""

    why = TextField("What is to be corrected?", [Needed("Say what is to be corrected"), Length(max=1000)])
