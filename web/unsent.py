"""What somebody had written when a page could not take it: shown to them again, to be copied, and kept nowhere."""

from flask import request

from store.errors import NotPermittedError

LONGEST = 1_000_000
_NEVER_SHOWN = ("csrf", "pass", "secret", "again")


class SignedOutError(NotPermittedError):
    """A form was sent by somebody who is no longer signed in, with words in it that would be lost."""

    def __init__(self) -> None:
        super().__init__(
            "You were signed out because nothing was sent for half an hour, or twelve hours had passed since you "
            "signed in. Nothing was changed. What you had written stands below, and only there: copy it, sign in, "
            "and write it into the page again."
        )


def what_was_written() -> list[tuple[str, str]]:
    """The name of each field of the form that was sent, and what stood in it; nothing secret, and no file.

    Nothing where the form came from another site: it could put words here that the person never wrote.
    """
    if request.method != "POST" or request.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
        return []
    if request.content_length is None or request.content_length > LONGEST or "password" in request.path:
        return []
    return [
        (name.replace("_", " "), value)
        for name, value in request.form.items(multi=True)
        if value.strip() and not any(part in name for part in _NEVER_SHOWN)
    ]
