"""Building a bundle in three steps: what it is, which records, in which order.

Nothing is kept until it is built: the list of records travels in the form and is read anew at each step.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from access.policy import Permission
from disclosure.bundle_spec import UNREDACTED_BANNER
from disclosure.production import bundles as built_bundles
from inquiry.requests import open_requests
from records.models import Record
from records.register import find_record, visible_records
from search.querying import Results, log_search, matching_records, search
from store import audit
from store.audit_actions import AuditAction
from store.errors import InvalidInputError, NotFoundError
from store.jobs import enqueue
from web.authorisation import requires
from web.bundle_draft import Draft, bundleable, by_date, draft_of
from web.context import current_actor, current_archive, current_session
from web.forms.bundles import (
    MOST_RECORDS,
    BundleForm,
    added,
    carried_references,
    moved,
    reordered,
    typed_references,
)
from web.transactions import own_transaction

PAGE = 25
ABOUT, CHOOSE, CHECK = "about", "choose", "check"
Page = str | Response | tuple[str, int]


@dataclass
class Desk:
    """What lies on the desk while one step is worked on."""

    form: BundleForm
    chosen: list[str]
    query: str = ""
    start: int = 0
    typed: str = ""
    typed_fault: str = ""
    query_fault: str = ""
    fault: str = ""
    said: list[str] = field(default_factory=list)


def register(area: Blueprint) -> None:
    """The builder is one page of the area, `bundles.new`."""
    area.add_url_rule("/bundles/new", "new", new, methods=["GET", "POST"])


@requires(Permission.BUNDLE)
@own_transaction
def new() -> Page:
    """The step asked for is worked on; only the last one, building, changes anything."""
    if request.method == "GET":
        return _begin()
    desk = _desk()
    do, _, subject = request.form.get("do", CHOOSE).partition(":")
    if do == ABOUT:
        return _about(desk)
    if do == "build":
        return _build(desk)
    if do in EDITS:
        desk.chosen = EDITS[do](desk, subject)
        return _check(desk)
    if do == CHECK:
        return _check(desk)
    return _choose(desk, do, subject)


def _begin() -> str:
    desk = Desk(_form(), carried_references(request.args.get("records", "")), request.args.get("q", "").strip())
    known = built_bundles(current_session())
    desk.form.request.data = request.args.get("request", "")
    desk.form.prefix.data = known[0].prefix if known else ""
    return _about(desk)


def _desk() -> Desk:
    posted = request.form
    start = posted.get("start", "")
    return Desk(
        form=_form(),
        chosen=carried_references(posted.get("records", "")),
        query=posted.get("q", "").strip(),
        start=int(start) if start.isascii() and start.isdecimal() and len(start) < 9 else 0,
        typed=posted.get("typed", "").strip(),
    )


def _form() -> BundleForm:
    form = BundleForm()
    form.offer((each.reference, f"{each.reference}: {each.title}") for each in open_requests(current_session()))
    return form


def _about(desk: Desk) -> str:
    return _page("bundles/about.html", desk)


def _choose(desk: Desk, do: str, subject: str) -> Page:
    if not desk.form.validate():
        return _about(desk), 400
    if do == "search":
        desk.start = 0
    elif do == "page":
        desk.start = int(subject) if subject.isascii() and subject.isdecimal() and len(subject) < 9 else 0
    elif do in ADDITIONS:
        before = len(desk.chosen)
        desk.chosen = added(desk.chosen, ADDITIONS[do](desk))
        if not desk.typed_fault:
            desk.said.append(_how_many(len(desk.chosen) - before))
    return _choosing(desk, logged=do in ("search", CHOOSE))


def _choosing(desk: Desk, *, logged: bool) -> Page:
    results = _search(desk, logged=logged) if desk.query else None
    if results:
        listed, more = [hit.record for hit in results.hits], results.total > desk.start + PAGE
    else:
        listed = visible_records(current_session(), actor=current_actor(), offset=desk.start, limit=PAGE + 1)
        listed, more = listed[:PAGE], len(listed) > PAGE
    page = _page(
        "bundles/choose.html",
        desk,
        results=results,
        found=draft_of(current_session(), [each.reference for each in listed], actor=current_actor()).lines,
        may_choose={each.reference for each in listed if bundleable(each)},
        earlier=max(desk.start - PAGE, 0) if desk.start else None,
        later=desk.start + PAGE if more else None,
    )
    return (page, 400) if desk.fault or desk.typed_fault or desk.query_fault else page


def _search(desk: Desk, *, logged: bool) -> Results | None:
    archive, actor = current_archive(), current_actor()
    try:
        results = search(archive, current_session(), desk.query, actor=actor, limit=PAGE, offset=desk.start)
    except InvalidInputError as error:
        desk.query_fault = str(error)
        return None
    if logged:
        log_search(archive, results, actor=actor)
    return results


def _ticked(_desk: Desk) -> list[str]:
    session, actor = current_session(), current_actor()
    wanted = carried_references(" ".join(request.form.getlist("add")))
    return _usable([find_record(session, each, actor=actor) for each in wanted])


def _typed(desk: Desk) -> list[str]:
    session, actor, found, unknown = current_session(), current_actor(), [], []
    for each in typed_references(desk.typed):
        try:
            found.append(find_record(session, each, actor=actor))
        except NotFoundError:
            unknown.append(each)
    if unknown:
        desk.typed_fault = f"There is no record {', '.join(unknown)}: check the reference; nothing was added"
        return []
    containers = [each.reference for each in found if not bundleable(each)]
    if containers:
        desk.typed_fault = (
            f"{', '.join(containers)} has no page of its own to show: choose what it contains; nothing was added"
        )
        return []
    if not found:
        desk.typed_fault = "Type at least one reference, for example R000012"
    desk.typed = ""
    return _usable(found)


def _all_found(desk: Desk) -> list[str]:
    if not desk.query:
        return []
    try:
        return _usable(matching_records(current_archive(), current_session(), desk.query, actor=current_actor()))
    except InvalidInputError as error:
        desk.query_fault = str(error)
        return []


def _usable(records: list[Record]) -> list[str]:
    return [each.reference for each in records if bundleable(each)]


def _how_many(count: int) -> str:
    if not count:
        return "Nothing was added: whatever was chosen is in the bundle already."
    return f"{count:,} {'record' if count == 1 else 'records'} added."


ADDITIONS: dict[str, Callable[[Desk], list[str]]] = {"tick": _ticked, "typed": _typed, "all": _all_found}


def _in_order(desk: Desk, _subject: str) -> list[str]:
    return reordered(desk.chosen, {each: request.form.get(f"place-{each}", "") for each in desk.chosen})


def _with_family(desk: Desk, subject: str) -> list[str]:
    draft = draft_of(current_session(), desk.chosen, actor=current_actor())
    missing = next((each.missing for each in draft.split if each.root == subject), ())
    chosen = set(desk.chosen)
    root = find_record(current_session(), subject, actor=current_actor()) if missing else None
    last = max(
        (place for place, line in enumerate(draft.lines, start=1) if root and line.family == root.reference),
        default=len(desk.chosen),
    )
    # The rest of a family stands beside what of it is in the bundle already.
    return [*desk.chosen[:last], *(each for each in missing if each not in chosen), *desk.chosen[last:]][:MOST_RECORDS]


def _dated(desk: Desk, _subject: str) -> list[str]:
    draft = draft_of(current_session(), desk.chosen, actor=current_actor())
    return by_date(current_session(), draft.references, actor=current_actor())


def _up(desk: Desk, subject: str) -> list[str]:
    return moved(desk.chosen, subject, by=-1)


def _down(desk: Desk, subject: str) -> list[str]:
    return moved(desk.chosen, subject, by=1)


def _without(desk: Desk, subject: str) -> list[str]:
    return [each for each in desk.chosen if each != subject]


EDITS: dict[str, Callable[[Desk, str], list[str]]] = {
    "order": _in_order,
    "dated": _dated,
    "family": _with_family,
    "up": _up,
    "down": _down,
    "remove": _without,
}


def _check(desk: Desk) -> Page:
    if not desk.form.validate():
        return _about(desk), 400
    if not desk.chosen:
        desk.fault = "The bundle has no records: choose some below."
        return _choosing(desk, logged=False)
    return _page("bundles/check.html", desk)


def _build(desk: Desk) -> Page:
    if not desk.form.validate() or not desk.chosen:
        return _check(desk)
    draft = draft_of(current_session(), desk.chosen, actor=current_actor())
    if draft.gone or draft.refusal:
        desk.fault = draft.refusal or "Some of the records are no longer open to you: check what is left."
        _record_refusal(desk)
        return _page("bundles/check.html", desk), 409
    payload = {
        "title": desk.form.title.data,
        "prefix": desk.form.prefix.data,
        "request": desk.form.request.data,
        "records": draft.references,
    }
    with current_archive().writing() as session:
        job = enqueue(session, "bundle", payload=payload, actor=current_actor().name)
        number = job.id
    return redirect(url_for("bundles.build_progress", job_id=number))


def _record_refusal(desk: Desk) -> None:
    with current_archive().writing() as session:
        audit.record(
            session,
            AuditAction.BUNDLE_REFUSED,
            actor=current_actor().name,
            subject=f"bundle:{desk.form.title.data}",
            detail={"why": desk.fault},
        )


def _page(template: str, desk: Desk, **more: Any) -> str:
    draft: Draft = draft_of(current_session(), desk.chosen, actor=current_actor())
    # What is no longer open to this person is said once and travels no further.
    desk.chosen = draft.references
    return render_template(
        template,
        desk=desk,
        form=desk.form,
        draft=draft,
        carried=",".join(desk.chosen),
        banner=UNREDACTED_BANNER,
        **more,
    )
