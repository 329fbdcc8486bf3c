"""What following an escalation asks for: who was told, and what came of it."""

from collections.abc import Iterable

from wtforms import TextAreaField

from web.forms.base import Form, Needed, OneOf, TextField, choices


class ToldForm(Form):
    """One body that was told, and whom there."""

    body = OneOf("Who was told?", validators=[Needed("Choose who was told")], choices=choices([]))
    whom = TextField(
        "Whom there, and their reference",
        [Needed("Say who was told: the desk or person, and their reference for it")],
    )

    def offer(self, bodies: Iterable[str]) -> None:
        """These are still to be told."""
        self.body.choices = choices((body, body) for body in bodies)


class DoneForm(Form):
    """What came of it."""

    outcome = TextAreaField(
        "What came of it", [Needed("Say what came of it: what whoever was told will do, and their reference")]
    )
