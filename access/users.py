"""Adding people, giving them their one-time link, and knowing who acts."""

import hashlib
import secrets
import unicodedata
from datetime import timedelta

from argon2 import PasswordHasher
from email_validator import EmailNotValidError, validate_email
from sqlalchemy import select
from sqlalchemy.orm import Session

from access.models import User, UserRole
from access.policy import Actor, Permission, Role, require
from store import audit, clock
from store.audit_actions import AuditAction
from store.errors import InvalidInputError, NotFoundError, NotPermittedError, RefusedError

INVITATION_LASTS = timedelta(days=7)
SHORTEST_PASSWORD = 12


def add_user(session: Session, email: str, *, role: Role, actor: Actor) -> tuple[User, str]:
    """The person may set a password with the token returned, once, within a week.

    Raises:
        InvalidInputError: The address cannot be one, or is already there.
    """
    require(actor, Permission.USERS)
    address = _address(email)
    if session.scalar(select(User).where(User.email == address)):
        raise InvalidInputError(f"{address} is already a user: nothing was changed.")
    user = User(
        email=address,
        password=None,
        active=True,
        fs_uniquifier=secrets.token_hex(32),
        added_at=clock.now(),
        roles=[_role(session, role)],
    )
    session.add(user)
    session.flush()
    audit.record(
        session, AuditAction.USER_ADDED, actor=actor.name, subject=f"user:{address}", detail={"role": role.value}
    )
    return user, _invite(user)


def new_invitation(session: Session, user: User, *, actor: Actor) -> str:
    """A fresh one-time token for this person; an earlier one no longer works."""
    require(actor, Permission.USERS)
    token = _invite(user)
    session.flush()
    audit.record(
        session, AuditAction.USER_ADDED, actor=actor.name, subject=f"user:{user.email}", detail={"again": True}
    )
    return token


def _invite(user: User) -> str:
    token = secrets.token_urlsafe(32)
    user.invitation_sha256 = hashlib.sha256(token.encode()).hexdigest()
    user.invitation_until = clock.now() + INVITATION_LASTS
    return token


def invited_user(session: Session, token: str) -> User:
    """Whose one-time link this is.

    Raises:
        NotFoundError: The link was used, is too old, or never was.
    """
    digest = hashlib.sha256(token.encode()).hexdigest()
    user = session.scalar(select(User).where(User.invitation_sha256 == digest))
    if user is None or user.invitation_until is None or user.invitation_until < clock.now():
        raise NotFoundError("This link no longer works: ask the administrator for a new one.")
    return user


def set_password(session: Session, user: User, password: str, *, actor: Actor) -> None:
    """The password is set (argon2id), earlier sign-ins and the one-time link no longer work.

    Raises:
        InvalidInputError: The password is too short or too long.
    """
    if not SHORTEST_PASSWORD <= len(password) <= 128:
        raise InvalidInputError(
            f"A password has {SHORTEST_PASSWORD} to 128 characters: three or four random words are easy to remember."
        )
    # NFKD, as Flask-Security normalises what is typed at sign-in.
    user.password = PasswordHasher().hash(unicodedata.normalize("NFKD", password))
    user.invitation_sha256, user.invitation_until = None, None
    end_sign_ins(session, user)
    audit.record(session, AuditAction.PASSWORD_SET, actor=actor.name, subject=f"user:{user.email}")


def end_sign_ins(session: Session, user: User) -> None:
    """Wherever the user is signed in, they no longer are; whoever ends them records why."""
    user.fs_uniquifier = secrets.token_hex(32)
    session.flush()


def change_role(session: Session, user: User, *, role: Role, actor: Actor) -> None:
    """The user has this role and no other; their sign-ins end, so that what was open to them closes now."""
    require(actor, Permission.USERS)
    before = [held.name for held in user.roles]
    user.roles = [_role(session, role)]
    end_sign_ins(session, user)
    audit.record(
        session,
        AuditAction.USER_ROLE_CHANGED,
        actor=actor.name,
        subject=f"user:{user.email}",
        detail={"from": before, "to": role.value},
    )


def set_active(session: Session, user: User, *, active: bool, actor: Actor) -> None:
    """The user may sign in, or no longer may, not by a link given before either; what they did stays theirs.

    Raises:
        RefusedError: They would lock themselves out.
    """
    require(actor, Permission.USERS)
    if user.email == actor.name and not active:
        raise RefusedError("You cannot close your own account: ask another administrator.")
    if user.active == active:
        return
    user.active = active
    user.invitation_sha256, user.invitation_until = None, None
    end_sign_ins(session, user)
    action = AuditAction.USER_REOPENED if active else AuditAction.USER_CLOSED
    audit.record(session, action, actor=actor.name, subject=f"user:{user.email}")


def find_user(session: Session, email: str) -> User:
    """The user with this address.

    Raises:
        NotFoundError: There is none.
    """
    user = session.scalar(select(User).where(User.email == email.strip().lower()))
    if user is None:
        raise NotFoundError(f"{email} is not a user: check the address, or have an administrator add them.")
    return user


def acting(session: Session, email: str) -> Actor:
    """The actor that this user is.

    Raises:
        NotFoundError: There is no such user.
        NotPermittedError: They are no longer active.
    """
    user = find_user(session, email)
    if not user.active:
        raise NotPermittedError(f"{user.email} is no longer active: ask an administrator.")
    return actor_for(user)


def actor_for(user: User) -> Actor:
    """The actor that this user is, with the roles held now."""
    return Actor(user.email, frozenset(Role(role.name) for role in user.roles))


def all_users(session: Session) -> list[User]:
    """Everyone, by address."""
    return list(session.scalars(select(User).order_by(User.email)))


def _role(session: Session, role: Role) -> UserRole:
    found = session.scalar(select(UserRole).where(UserRole.name == role.value))
    if found is None:
        found = UserRole(name=role.value)
        session.add(found)
        session.flush()
    return found


def normal_address(email: str) -> str:
    """The address as it is kept, whichever of its spellings was typed; what cannot be one stays, in small letters."""
    try:
        return _address(email.strip())
    except InvalidInputError:
        return email.strip().lower()


def _address(email: str) -> str:
    try:
        return validate_email(email, check_deliverability=False, test_environment=True).normalized.lower()
    except EmailNotValidError as error:
        raise InvalidInputError(f"{email!r} is not an e-mail address: {error}") from error
