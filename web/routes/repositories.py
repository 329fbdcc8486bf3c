"""The register of repositories: listed, added to, and changed with everything said before kept."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from access.policy import Permission, can
from disclosure.statement_asked import names_outside_register
from records import repositories as register
from records.repositories import CONTENT, KINDS, NOT_TO_BE, NOT_YET, OUTCOMES, RepositoryContent
from records.repository_models import Repository
from store.errors import CandourError
from web.authorisation import requires
from web.context import current_actor, current_session
from web.forms.repositories import RepositoryForm

area = Blueprint("repositories", __name__)


@area.get("/repositories")
@requires(Permission.REPOSITORIES, Permission.STATEMENTS_READ)
def repositories() -> str:
    """Every repository, narrowed to those of one outcome where the address says so; and names it does not know."""
    session, actor = current_session(), current_actor()
    listed, wanted = register.repositories(session), request.args.get("outcome", "")
    may_change = can(actor, Permission.REPOSITORIES)
    return render_template(
        "repositories/repositories.html",
        listed=[each for each in listed if wanted in ("", each.outcome)],
        total=len(listed),
        wanted=wanted,
        outcomes=OUTCOMES,
        kinds=KINDS,
        unsearched=(NOT_YET, NOT_TO_BE),
        may_change=may_change,
        unknown=names_outside_register(session, actor=actor) if may_change and can(actor, Permission.SEARCH) else [],
    )


@area.route("/repositories/new", methods=["GET", "POST"])
@requires(Permission.REPOSITORIES)
def new_repository() -> str | Answer | tuple[str, int]:
    """A repository is added to the register."""
    form = RepositoryForm()
    if request.method == "GET":
        form.name.data = request.args.get("name", "")[:300]
        return render_template("repositories/repository_form.html", form=form, repository=None)
    if form.validate():
        try:
            made = register.add_repository(current_session(), _content(form), actor=current_actor())
        except CandourError as error:
            form.name.errors = [str(error)]
        else:
            flash(f"{made.reference}, {made.name}, is in the register.")
            return redirect(url_for("repositories.repositories"))
    return render_template("repositories/repository_form.html", form=form, repository=None), 400


@area.route("/repositories/<reference>", methods=["GET", "POST"])
@requires(Permission.REPOSITORIES)
def repository(reference: str) -> str | Answer | tuple[str, int]:
    """What is known of one repository, to be changed, and everything that was said of it before."""
    session = current_session()
    latest = register.find_repository(session, reference)
    versions = register.versions_of(session, latest)
    if request.method == "GET":
        form = RepositoryForm(formdata=None, version=latest.version, **{n: getattr(latest, n) for n in CONTENT})
        return _form(form, latest, versions)
    form = RepositoryForm()
    if form.validate():
        seen = next((each for each in versions if str(each.version) == form.version.data), latest)
        try:
            register.change_repository(session, seen, _content(form), actor=current_actor())
        except CandourError as error:
            form.name.errors = [str(error)]
        else:
            flash(f"{latest.reference} is changed. What it said before is kept.")
            return redirect(url_for("repositories.repositories"))
    return _form(form, latest, versions), 400


def _form(form: RepositoryForm, latest: Repository, versions: list[Repository]) -> str:
    return render_template(
        "repositories/repository_form.html", form=form, repository=latest, versions=versions, outcomes=OUTCOMES
    )


def _content(form: RepositoryForm) -> RepositoryContent:
    given: dict[str, Any] = {name: form[name].data or (None if name == "planned_on" else "") for name in CONTENT}
    return RepositoryContent(**given)
