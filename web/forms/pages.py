"""What reading one page by eye, or having it read again, asks for."""

from collections.abc import Iterable

from wtforms import BooleanField, SelectField, TextAreaField

from ingest.page_settings import LANGUAGES, LAYOUTS, RESOLUTIONS, TURNS
from ingest.pages_meant import KINDS
from records.unread import REASONS
from web.forms.base import Form, Needed, OneOf, TextField, choices

SECONDS = {"120": "2 minutes", "600": "10 minutes", "1800": "half an hour"}
WHAT = {
    "blank": "Blank",
    "picture": "A picture without text",
    "nothing": "Nothing to transcribe: marks, or an empty form",
}


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]


class TranscriptForm(Form):
    """What a person typed from the page."""

    text = TextAreaField("What the page says", [Needed("Type what the page says")])
    note = TextField("Note, if there is something to say of it")


class SeenForm(Form):
    """What a person sees that the page is."""

    what = OneOf("What is it?", choices=choices(WHAT.items()), validators=[Needed("Choose what the page is")])
    note = TextField("Note, if there is something to say of it")


class PagesAgainForm(Form):
    """Which pages are to be read again, and how."""

    record = TextField("Record")
    batch = SelectField("Batch", default="")
    reason = SelectField(
        "Why they were not read",
        choices=choices([("", "Any page"), *((key, _sentence(words)) for key, words in REASONS.items())]),
    )
    kind = SelectField("Kind of file", choices=choices([("", "Any kind"), *KINDS.items()]))
    language = SelectField("Language", choices=choices((key, _sentence(words)) for key, words in LANGUAGES.items()))
    turn = SelectField(
        "Which way up", choices=choices((str(key), _sentence(words)) for key, words in TURNS.items()), default="0"
    )
    resolution = SelectField(
        "Resolution", choices=choices((key, _sentence(words)) for key, words in RESOLUTIONS.items())
    )
    layout = SelectField("Layout", choices=choices((key, _sentence(words)) for key, words in LAYOUTS.items()))
    seconds = SelectField("Time allowed for each page", choices=choices(SECONDS.items()))
    insist = BooleanField("Use the new readings even if they look no better")

    def offer(self, batches: Iterable[str]) -> None:
        """These batches may be chosen."""
        self.batch.choices = choices([("", "Every batch"), *((name, name) for name in batches)])


class ReadAgainForm(Form):
    """How the machine is to read the page this time."""

    language = SelectField("Language", choices=choices((key, _sentence(words)) for key, words in LANGUAGES.items()))
    turn = SelectField(
        "Which way up", choices=choices((str(key), _sentence(words)) for key, words in TURNS.items()), default="0"
    )
    resolution = SelectField(
        "Resolution", choices=choices((key, _sentence(words)) for key, words in RESOLUTIONS.items())
    )
    layout = SelectField("Layout", choices=choices((key, _sentence(words)) for key, words in LAYOUTS.items()))
    seconds = SelectField("Time allowed", choices=choices(SECONDS.items()))
    insist = BooleanField("Use the new reading even if it looks no better")
