"""The second reader signs in their own hand: with their own password, on the first reader's form."""

import unicodedata
from typing import cast

from flask import current_app, request
from flask_limiter import Limiter
from flask_security import verify_password
from limits import parse
from werkzeug.exceptions import TooManyRequests

from access.policy import Actor, Permission, can
from access.users import acting, find_user
from store import audit
from store.audit_actions import AuditAction
from store.errors import InvalidInputError, NotFoundError, NotPermittedError
from web.context import current_actor, current_archive, current_session
from web.forms.records import SecondReaderForm

# As slow for whoever guesses here as at the sign-in page, counted for the account and for whoever is signed in.
RATE = parse("10 per 15 minutes")


class NotSignedError(InvalidInputError):
    """The second reader did not sign."""


def signed_second_reader(form: SecondReaderForm) -> Actor:
    """The person whose address and password these are; a wrong one is in the audit trail, and slows the next.

    Not for a view that holds the write lock: the check is slow on purpose, and a failure has a unit of work
    of its own.

    Raises:
        NotSignedError: The two do not belong together, or are not of somebody who may be a second reader.
        TooManyRequests: There were too many wrong ones lately.
    """
    email, actor = str(form.second.data).strip().lower()[:200], current_actor()
    keys = (("second-reader", email), ("second-reader-for", actor.name))
    counted = cast(Limiter, next(iter(current_app.extensions["limiter"]))).limiter
    if not all(counted.test(RATE, *key) for key in keys):
        raise TooManyRequests
    second = _known(email, form.password.data or "")
    if second is None:
        for key in keys:
            counted.hit(RATE, *key)
        raise NotSignedError("That address and that password do not belong together: the second reader types both.")
    if not can(second, Permission.SECOND_READ):
        raise NotSignedError(f"{second.name} may not be the second reader: ask a records officer or a lawyer.")
    return second


def _known(email: str, password: str) -> Actor | None:
    session = current_session()
    try:
        user, second = find_user(session, email), acting(session, email)
    except (NotFoundError, NotPermittedError):
        _record_failure("user:unknown")  # what was typed is not kept: it is often a password in the wrong box
        return None
    # NFKD, as `access.users` normalises a password before it is hashed.
    if user.password and verify_password(unicodedata.normalize("NFKD", password), user.password):
        return second
    _record_failure(f"user:{second.name}")
    return None


def _record_failure(subject: str) -> None:
    detail = {"from": request.remote_addr or "", "as": "second reader"}
    with current_archive().writing() as work:
        audit.record(work, AuditAction.SIGN_IN_FAILED, actor=current_actor().name, subject=subject, detail=detail)
