"""What trying items of a batch again asks for."""

from wtforms import SelectField, TextAreaField
from wtforms.validators import Length, Optional, Regexp

from ingest.control import Limits
from ingest.counting import ReasonCount
from ingest.custodians import LONGEST
from ingest.models import CANCELLED
from web.forms.base import Form, Needed, OneOf, TextField, choices

EVERYTHING = ""
NUMBER = [Optional(), Regexp(r"[1-9][0-9]{0,6}$", message="Give a whole number from 1 on, or leave it empty")]


FILES = "files"
STEPS = (
    ("categories", "Suggest categories again, under the notice in force"),
    ("names", "Propose people and places again"),
    ("text", "Read every page that has a picture again; both readings are kept"),
    ("index", "Make the entries in the search index again"),
    (FILES, "Try the files that nothing here could read, with the programs and passwords there are now"),
)


class RereadForm(Form):
    """Which step of reading is done again for the whole batch."""

    step = OneOf("Which step", choices=choices(STEPS), validators=[Needed("Choose what is to be done again")])


class CustodianForm(Form):
    """Who kept the papers of the batch before they were handed over."""

    custodian = TextField(
        "Who kept the papers until they were handed over",
        [Needed("Give the person, office or firm"), Length(max=LONGEST, message="Use a shorter name")],
    )


class PasswordsForm(Form):
    """The passwords that the holders of protected files gave; never shown again."""

    words = TextAreaField("Passwords, one a line", [Needed("Type at least one password")])


class RetryForm(Form):
    """Which items, and what they may use this time."""

    reason = SelectField("Which files", default=EVERYTHING)
    page_seconds = TextField("Seconds for one page", NUMBER)
    file_seconds = TextField("Seconds for a file without pages", NUMBER)
    memory_mb = TextField("Megabytes of memory for one file", NUMBER)

    def offer(self, reasons: list[ReasonCount]) -> None:
        """The reasons the batch has, each with how many files it stands for, may be chosen."""
        offered = [(EVERYTHING, "All that were set aside")]
        for reason in reasons:
            words = "Not taken in, because it was cancelled" if reason.code == CANCELLED else reason.sentence
            offered.append((reason.code, f"{reason.count:,}: {words[:90]}"))
        self.reason.choices = choices(offered)

    def limits(self) -> Limits:
        """What was typed, as numbers."""
        fields = (self.page_seconds, self.file_seconds, self.memory_mb)
        return Limits(*(int(field.data) if field.data else None for field in fields))
