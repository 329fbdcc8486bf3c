"""What the page of a batch's capture asks for."""

from datetime import date

from wtforms import FileField, SelectField
from wtforms.validators import Optional, Regexp

from ingest.capture_sidecars import COLOURS, NOT_CHECKED, RESULTS
from web.forms.base import DayField, Form, Needed, NoLargerThan, OneOf, TextField, choices

LARGEST_MB = 50


class CaptureForm(Form):
    """How some files of the batch were scanned and checked, told by hand."""

    operator = TextField("Who scanned", [Needed("Say who scanned: a person or a firm")])
    device = TextField("With what device", [Needed("Say with what device")])
    pattern = TextField("Which files")
    software = TextField("Software")
    dpi = TextField(
        "Resolution (dpi)", [Optional(), Regexp(r"[0-9]{1,7}$", message="Give a whole number, or leave it empty")]
    )
    colour = SelectField(
        "Colour",
        choices=choices([("", "Not said"), *((each, each.capitalize()) for each in COLOURS if each)]),
        default="",
    )
    sides = SelectField(
        "Sides of each sheet",
        choices=choices([("", "Not said"), ("one", "One side"), ("two", "Both sides")]),
        default="",
    )
    scanned_from = DayField("Scanned from")
    scanned_to = DayField("Scanned to")
    sheets = TextField(
        "Sheets counted", [Optional(), Regexp(r"[0-9]{1,7}$", message="Give a whole number, or leave it empty")]
    )
    original = TextField("Where the paper is")
    result = OneOf(
        "Was it checked against the paper?",
        choices=choices((each, each.capitalize()) for each in RESULTS),
        default=NOT_CHECKED,
        validators=[Needed("Say whether it was checked")],
    )
    checked_by = TextField("Checked by")
    checked_on = DayField("Checked on")
    sample_size = TextField(
        "Pages looked at", [Optional(), Regexp(r"[0-9]{1,7}$", message="Give a whole number, or leave it empty")]
    )
    sample_faults = TextField(
        "Pages with faults", [Optional(), Regexp(r"[0-9]{1,7}$", message="Give a whole number, or leave it empty")]
    )
    exceptions = TextField("Exceptions: what could not be scanned, or differs")

    def told(self) -> dict[str, str]:
        """What was filled in, as fields of a capture."""
        values = {field.name.removeprefix(self._prefix): field.data for field in self if field.data}
        return {name: value.isoformat() if isinstance(value, date) else str(value) for name, value in values.items()}


class SidecarForm(Form):
    """What the supplier says of the scanning."""

    file = FileField(
        "What the supplier says of the scanning (CSV or JSON)",
        [Needed("Choose the supplier’s file"), NoLargerThan(LARGEST_MB)],
    )


class HashesForm(Form):
    """The hashes delivered with the batch."""

    file = FileField(
        "List of SHA-256 hashes delivered with it", [Needed("Choose the list of hashes"), NoLargerThan(LARGEST_MB)]
    )
