"""Signing in and out, through Flask-Security; each try is in the audit trail, in a unit of work of its own."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from flask import Flask, Response, g, request, session
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_login import logout_user, user_logged_out  # type: ignore[import-untyped]
from flask_security import LoginForm, Security, SQLAlchemySessionUserDatastore, current_user, user_authenticated
from werkzeug.local import LocalProxy

from access.models import User, UserRole
from access.users import end_sign_ins, find_user, normal_address
from store import audit, clock
from store.audit_actions import AuditAction
from store.errors import NotFoundError
from store.settings import Settings, secret_from
from web.context import current_archive
from web.transactions import session_to_read

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=12)
PER_ACCOUNT = "10 per 15 minutes"
PER_ADDRESS = "40 per 15 minutes"
BEGUN = "signed_in_at"


class ReadingDatastore(SQLAlchemySessionUserDatastore):
    """Finds users in the request's own session; users are changed only through `access.users`."""

    def put(self, model: Any) -> Any:
        """Nothing is written."""
        return model

    def commit(self) -> None:
        """Nothing is committed: the request's unit of work ends by itself."""


class SignInForm(LoginForm):
    """An e-mail address and a password; nobody stays signed in beyond the session."""

    remember = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.email.data = (self.email.data or "").strip()
        if not (self.next.data or "").startswith("/"):
            self.next.data = ""  # an address elsewhere is not an error of the person who signs in: it is not followed

    def validate(self, **kwargs: Any) -> bool:
        """Whether the two belong together; that they did not is in the audit trail."""
        good: bool = super().validate(**kwargs)
        if not good:
            _record_failure(self.email.data or "")
        return good


def _record_failure(email: str) -> None:
    with current_archive().writing() as work:
        try:
            subject = f"user:{find_user(work, normal_address(email)).email}"
        except NotFoundError:
            # What was typed is not kept: it is often a password in the wrong box.
            subject = "user:unknown"
        detail = {"from": request.remote_addr or ""}
        audit.record(work, AuditAction.SIGN_IN_FAILED, actor="visitor", subject=subject, detail=detail)


def _record_sign_in(_app: Flask, user: User, **_: Any) -> None:
    session.permanent = True
    session[BEGUN] = clock.now().isoformat()
    with current_archive().writing() as work:
        _record(work, AuditAction.SIGNED_IN, user.email)


def _record_sign_out(_app: Flask, user: User, **_: Any) -> None:
    if g.get("timed_out"):
        return
    with current_archive().writing() as work:
        # A copy of the cookie, as on a shared machine or in a proxy, is worth nothing from now on.
        end_sign_ins(work, find_user(work, user.email))
        _record(work, AuditAction.SIGNED_OUT, user.email)


def _record(work: "Session", action: AuditAction, email: str) -> None:
    detail = {"from": request.remote_addr or ""}
    audit.record(work, action, actor=email, subject=f"user:{email}", detail=detail)


def end_long_sessions() -> None:
    """Whoever signed in too long ago is signed out, however busy they are."""
    if request.endpoint == "static" or not current_user.is_authenticated:
        return
    begun = session.get(BEGUN)
    if begun is None or clock.now() - datetime.fromisoformat(begun) > LONGEST:
        g.timed_out = True
        logout_user()
        session.clear()


def _typed_account() -> str:
    # As Flask-Security reads it: one account has many spellings, and each would have tries of its own.
    return normal_address(request.form.get("email", "")[:200])


def _refused(response: Response) -> bool:
    return response.status_code == 200


def register(app: Flask, settings: Settings) -> None:
    """People sign in at /sign-in; guesses are slowed; the cookie fits the scheme of the address."""
    https = urlsplit(settings.url).scheme == "https"
    app.config.update(
        SECRET_KEY=secret_from(settings.secret_key_file),
        SESSION_COOKIE_NAME="__Host-candour" if https else "candour",
        SESSION_COOKIE_SECURE=https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=IDLE,
        SECURITY_PASSWORD_HASH="argon2",  # noqa: S106 - the name of a method, not a password
        SECURITY_PASSWORD_SINGLE_HASH={"argon2"},
        SECURITY_PASSWORD_SCHEMES=["argon2"],
        SECURITY_LOGIN_URL="/sign-in",
        SECURITY_LOGOUT_URL="/sign-out",
        SECURITY_POST_LOGOUT_VIEW="/sign-in",
        SECURITY_LOGIN_USER_TEMPLATE="sign_in/sign_in.html",
        SECURITY_RETURN_GENERIC_RESPONSES=True,
        SECURITY_FLASH_MESSAGES=False,
        SECURITY_STATIC_FOLDER=None,
        SECURITY_FRESHNESS=timedelta(seconds=-1),
        SECURITY_API_ENABLED_METHODS=["session"],
        SECURITY_EMAIL_VALIDATOR_ARGS={"check_deliverability": False, "test_environment": True},
        RATELIMIT_STORAGE_URI="memory://",
    )
    in_request: Any = LocalProxy(session_to_read)
    datastore = ReadingDatastore(in_request, User, UserRole)
    security = Security(app, datastore, login_form=SignInForm)
    security.want_json(lambda _request: False)
    user_authenticated.connect(_record_sign_in, app)
    user_logged_out.connect(_record_sign_out, app)
    limiter = Limiter(get_remote_address, app=app)
    view: Any = app.view_functions["security.login"]
    for rate, key in ((PER_ACCOUNT, _typed_account), (PER_ADDRESS, get_remote_address)):
        view = limiter.limit(rate, key_func=key, methods=["POST"], deduct_when=_refused)(view)
    app.view_functions["security.login"] = view
