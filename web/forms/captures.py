"""What the page of a batch's capture asks for."""

from wtforms import FileField

from web.forms.base import Form, Needed, NoLargerThan

LARGEST_MB = 50


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
