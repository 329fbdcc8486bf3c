"""What keeping a search asks for."""

from wtforms.validators import Length

from web.forms.base import Form, TextField


class KeepForm(Form):
    """A name for the search, if the terms themselves are not enough."""

    name = TextField("Name", [Length(max=200, message="Use a shorter name")])
