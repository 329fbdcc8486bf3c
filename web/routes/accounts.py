"""The one-time link by which a person sets their password."""

from flask import Blueprint, redirect, render_template, url_for
from werkzeug.wrappers import Response

from access.users import actor_for, invited_user, set_password
from store.errors import InvalidInputError
from web.authorisation import public
from web.context import current_session
from web.forms.accounts import WelcomeForm

area = Blueprint("accounts", __name__)


@area.route("/welcome/<token>", methods=["GET", "POST"])
@public
def welcome(token: str) -> str | Response | tuple[str, int]:
    """A person who was given the link sets their password, once."""
    session = current_session()
    user = invited_user(session, token)
    form = WelcomeForm()
    if form.validate_on_submit():
        try:
            set_password(session, user, form.password.data, actor=actor_for(user))
        except InvalidInputError as error:
            form.password.errors = [str(error)]
        else:
            return redirect(url_for("security.login"))
    return render_template("accounts/welcome.html", form=form, user=user), 400 if form.errors else 200
