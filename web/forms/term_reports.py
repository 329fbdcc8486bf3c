"""What running a list of terms asks for."""

from wtforms import SelectField
from wtforms.validators import Length

from web.forms.base import DayField, Form, Needed, TextField


class ScopeForm(Form):
    """In what the terms are looked for; left empty, in everything."""

    scope = TextField("Only among what this search finds", [Length(max=2_000, message="Use a shorter search")])
    batch = SelectField("Only in this batch")
    first = DayField("Only records dated from")
    last = DayField("Only records dated until")


class TermReportForm(ScopeForm):
    """A name, the terms typed or as a file, and the scope."""

    name = TextField("Name of the report", [Needed("Give the report a name"), Length(max=200, message="Use less")])
    terms = TextField("Terms, one on each line")
