"""What adding a user asks for."""

from wtforms import StringField

from access.policy import Role
from web.forms.base import Form, Needed, OneOf, TextField, choices

ROLE_WORDS = {
    Role.RECORDS_OFFICER: ("Records officer", "Takes in files, reads them, decides categories and places holds"),
    Role.LEGAL: ("Legal", "Also sees restricted records, works on requests and builds bundles"),
    Role.LEADER: ("Leader", "Sees costs, deadlines and counts, and never the content of a file"),
    Role.ADMINISTRATOR: ("Administrator", "Adds users and reads the audit trail, and never the content of a file"),
}


class UserForm(Form):
    """An e-mail address and a role."""

    email = TextField("E-mail address", [Needed("Give the person's e-mail address at work")])
    role = OneOf(
        "Role",
        choices=choices((role.value, words) for role, (words, _) in ROLE_WORDS.items()),
        validators=[Needed("Choose what the person is here for")],
    )


class NewLinkForm(Form):
    """Whose one-time link is to be made again, or whose account is to be closed or opened again."""

    email = StringField("E-mail address", [Needed("Say whose it is")])
