"""What the upload page asks for."""

from wtforms import MultipleFileField
from wtforms.validators import Length, ValidationError

from web.forms.base import Form, Needed, TextField


class UploadForm(Form):
    """Files, the name of their batch, and where they came from."""

    files = MultipleFileField("Files")
    batch = TextField(
        "Name of the batch",
        [Needed("Give the batch a name, so that it can be found again"), Length(max=120, message="Use a shorter name")],
    )
    source = TextField(
        "Where the files came from",
        [Needed("Say where the files came from, for example the store and the box"), Length(max=300)],
    )

    custodian = TextField("Who kept them until now", [Length(max=300)])

    def validate_files(self, field: MultipleFileField) -> None:
        """Returns only if at least one file was chosen.

        Raises:
            ValidationError: None was.
        """
        if not [file for file in field.data or [] if getattr(file, "filename", "")]:
            raise ValidationError("Choose at least one file, or a ZIP of them")
