"""What the one-time link asks for."""

from wtforms import PasswordField
from wtforms.validators import EqualTo

from web.forms.base import Form, Needed


class WelcomeForm(Form):
    """A password, typed twice."""

    password = PasswordField("New password", [Needed("Type the password you want to use")])
    again = PasswordField(
        "The same password again",
        [Needed("Type the password a second time"), EqualTo("password", "The two passwords are not the same")],
    )
