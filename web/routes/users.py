"""Who may sign in: adding a person, giving them their one-time link, and closing the account of one who left."""

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response as Answer

from access.policy import Permission, Role
from access.users import add_user, all_users, find_user, new_invitation, set_active
from store.errors import InvalidInputError
from web.authorisation import requires
from web.context import current_actor, current_archive, current_session
from web.forms.users import ROLE_WORDS, NewLinkForm, UserForm

area = Blueprint("users", __name__)
Page = str | tuple[str, int]


@area.get("/users")
@requires(Permission.USERS)
def users() -> Page:
    """Everyone who may sign in, and the form that adds one more."""
    return _page(UserForm())


@area.post("/users")
@requires(Permission.USERS)
def add() -> Page:
    """The person is added; their link is shown now and never again, because only its hash is kept."""
    form = UserForm()
    if not form.validate():
        return _page(form), 400
    try:
        user, token = add_user(current_session(), form.email.data, role=Role(form.role.data), actor=current_actor())
    except InvalidInputError as error:
        form.email.errors = [str(error)]
        return _page(form), 400
    return _link(user.email, token)


@area.post("/users/link")
@requires(Permission.USERS)
def renew_link() -> Page:
    """The person has a fresh link; an earlier one no longer works."""
    form = NewLinkForm()
    session = current_session()
    user = find_user(session, form.email.data or "")
    return _link(user.email, new_invitation(session, user, actor=current_actor()))


@area.post("/users/close")
@requires(Permission.USERS)
def close() -> Answer:
    """The person can no longer sign in, and is signed out where they are; what they did stays theirs."""
    return _set_active(active=False, said="{} can no longer sign in. What they did stays under their name.")


@area.post("/users/reopen")
@requires(Permission.USERS)
def reopen() -> Answer:
    """The person may sign in again, with the password they had."""
    return _set_active(active=True, said="{} may sign in again.")


def _set_active(*, active: bool, said: str) -> Answer:
    session = current_session()
    user = find_user(session, NewLinkForm().email.data or "")
    set_active(session, user, active=active, actor=current_actor())
    flash(said.format(user.email))
    return redirect(url_for("users.users"))


def _page(form: UserForm) -> str:
    listed = all_users(current_session())
    return render_template("users/users.html", form=form, listed=listed, role_words=ROLE_WORDS, roles=Role)


def _link(email: str, token: str) -> str:
    path = url_for("accounts.welcome", token=token)
    return render_template("users/link.html", email=email, link=f"{current_archive().settings.url.rstrip('/')}{path}")
