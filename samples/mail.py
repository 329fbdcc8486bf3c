"""Writes electronic mail with its attachments, and the zipped file: papers that hold other papers."""

import re
from collections.abc import Callable
from email import message_from_bytes, policy
from email.message import EmailMessage

from samples.office import one_page, packed
from samples.papers import Made
from samples.spec import Spec

# The Windows names for what an attachment is, by the end of its name.
KINDS = {
    "pdf": ("application", "pdf"),
    "docx": ("application", "vnd.openxmlformats-officedocument.wordprocessingml.document"),
    "xlsx": ("application", "vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "rtf": ("application", "rtf"),
    "jpg": ("image", "jpeg"),
    "tif": ("image", "tiff"),
    "txt": ("text", "plain"),
}


def make_eml(spec: Spec, contents: Callable[[Spec], bytes]) -> Made:
    """A message: its words, then each attachment; a message attached to it stays a message."""
    message = EmailMessage(policy=policy.SMTP)
    for name, value in spec.extra["headers"].items():
        message[name] = value
    key = re.sub(r"\W+", "", spec.path)[-24:].lower()
    message["Message-ID"] = f"<{key}@mail.pellingford.example>"
    message.set_content(spec.text.strip("\n") + "\n", cte="quoted-printable")
    for inner in spec.inside:
        name = inner.path.rsplit("/", 1)[-1]
        data = contents(inner)
        if name.endswith(".eml"):
            part = EmailMessage(policy=policy.SMTP)
            part["Content-Type"] = "message/rfc822"
            part.set_payload([message_from_bytes(data, policy=policy.SMTP)])
            part.add_header("Content-Disposition", "attachment", filename=name)
            if not message.is_multipart():
                message.make_mixed()
            message.attach(part)
        else:
            kind, subtype = KINDS[name.rsplit(".", 1)[-1]]
            message.add_attachment(data, maintype=kind, subtype=subtype, filename=name)
    if spec.inside:
        message.set_boundary(f"----=_Part_{key}")
    return one_page(spec, message.as_bytes())


def make_zip(spec: Spec, contents: Callable[[Spec], bytes]) -> Made:
    """A zipped file of papers."""
    return Made(packed([(inner.path, contents(inner)) for inner in spec.inside]), [])
