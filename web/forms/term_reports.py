"""What running a list of terms asks for."""

from wtforms import SelectField
from wtforms.validators import Length, ValidationError

from search.language import parse_query
from store.errors import InvalidInputError
from web.forms.base import DayField, Form, Needed, TextField


class ScopeForm(Form):
    """In what the terms are looked for; left empty, in everything."""

    scope = TextField("Only among what this search finds", [Length(max=2_000, message="Use a shorter search")])
    batch = SelectField("Only in this batch")
    first = DayField("Only records dated from")
    last = DayField("Only records dated until")

    def validate_scope(self, field: TextField) -> None:
        """Returns only if the search can be read."""
        if field.data:
            try:
                parse_query(field.data)
            except InvalidInputError as error:
                raise ValidationError(f"Only among what this search finds: {error}") from error

    def validate_last(self, field: DayField) -> None:
        """Returns only if the days are in their order."""
        if self.first.data and field.data and field.data < self.first.data:
            raise ValidationError("The scope ends before it begins: change one of its two days")


class TermReportForm(ScopeForm):
    """A name, the terms typed or as a file, and the scope."""

    name = TextField("Name of the report", [Needed("Give the report a name"), Length(max=200, message="Use less")])
    terms = TextField("Terms, one on each line")
