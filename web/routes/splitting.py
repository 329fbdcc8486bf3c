"""Splitting a scan into the documents it holds: by thumbnails, with what the separators propose, and back again."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from access.policy import Permission
from failings.uses import uses_of_split
from ingest.separators import separator_sheets
from records import parts
from records.models import Page, Record
from records.parts import Covered, Lineage
from records.parts_models import BLANK, BY_HAND, BY_SEPARATORS, SEPARATOR, Split
from records.register import find_record, pages_of, visible
from records.split_plans import SplitPlan, pages_in_words, part_name, plan_by_separators, plan_from
from records.titles import propose_title
from retention import undone_splits
from store.errors import InvalidInputError, NotFoundError, RefusedError
from store.jobs import DONE, FAILED, Job, enqueue, recent_jobs
from web.authorisation import requires
from web.context import current_actor, current_session
from web.viewing import viewed_record

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

area = Blueprint("splitting", __name__)
GOES_ON, FIRST = "goes-on", "first"
CHOICES = {GOES_ON: "Goes on", FIRST: "First page", SEPARATOR: "Separator", BLANK: "Blank"}
KINDS = ("split", "separators")
# What the button under the thumbnails, or under the titles, asks for; without one the scan is split.
NAME, MARK = "name", "mark"
LONGEST_TITLE = 300


@dataclass(frozen=True)
class ShownSplit:
    """A split as its page shows it: each part with its pages of the whole, and the pages left out."""

    split: Split
    parts: list[tuple[Record, Lineage]]
    cover: list[Covered]
    uses: dict[str, list[str]]

    @property
    def left_out(self) -> list[tuple[int, str]]:
        """The pages in no part, with what they are."""
        return [(row.number, row.standing) for row in self.split.pages if row.part_id is None]

    @property
    def is_used(self) -> bool:
        """Whether something rests on a part, so that the split stays."""
        return any(self.uses.values())


@area.get("/records/<reference>/split")
@requires(Permission.TAG)
def split_page(reference: str) -> str:
    """The pages as thumbnails to be marked, or the parts they were split into, with the proof."""
    record = viewed_record(reference)
    return _page(record, marked=_proposed(record))


@area.post("/records/<reference>/split/find")
@requires(Permission.TAG)
def find_separators(reference: str) -> Answer:
    """A worker looks for separator sheets; what it finds is proposed on the page of the split."""
    session, actor = current_session(), current_actor()
    record = find_record(session, reference, actor=actor)
    parts.require_splittable(session, record, actor=actor)
    _require_idle(session, record)
    enqueue(session, "separators", payload={"record": record.reference}, actor=actor.name)
    flash("The pages are being looked through for separator sheets.")
    return redirect(url_for("splitting.split_page", reference=record.reference))


@area.post("/records/<reference>/split")
@requires(Permission.TAG)
def make_split(reference: str) -> str | Answer | tuple[str, int]:
    """The marks are checked; then the parts are named, or a worker is asked to make them under the names given."""
    session, actor = current_session(), current_actor()
    record = find_record(session, reference, actor=actor)
    parts.require_splittable(session, record, actor=actor)
    _require_idle(session, record)
    marked = {page.number: request.form.get(f"page-{page.number}", GOES_ON) for page in pages_of(session, record)}
    try:
        plan = _plan(record, marked)
        parts.require_true(session, record, plan)
    except InvalidInputError as error:
        return _page(record, marked=marked, fault=str(error)), 400
    if request.form.get("step") == MARK:
        return _page(record, marked=marked)
    if request.form.get("step") == NAME:
        return _titles_page(record, marked, plan)
    payload = {
        "record": record.reference,
        "pages": record.page_count,
        "firsts": [part[0] for part in plan.parts],
        "left_out": {str(number): what for number, what in plan.left_out.items()},
        "how": BY_SEPARATORS if SEPARATOR in plan.left_out.values() else BY_HAND,
        "titles": [request.form.get(f"title-{part[0]}", "").strip()[:LONGEST_TITLE] for part in plan.parts],
    }
    enqueue(session, "split", payload=payload, actor=actor.name)
    flash(f"{len(plan.parts)} parts are being made. Each page of each is compared with the scan before any is kept.")
    return redirect(url_for("splitting.split_page", reference=record.reference))


@area.post("/records/<reference>/split/undo")
@requires(Permission.TAG)
def undo_split(reference: str) -> str | Answer | tuple[str, int]:
    """The split is undone, unless something rests on a part."""
    session, actor = current_session(), current_actor()
    record = find_record(session, reference, actor=actor)
    standing = parts.standing_split(session, record)
    if standing is None:
        raise NotFoundError(f"{record.reference} is not split: there is nothing to undo.")
    try:
        undone_splits.undo_split(
            session,
            standing,
            reason=request.form.get("reason", "")[:500],
            uses=uses_of_split(session, standing),
            actor=actor,
        )
    except (InvalidInputError, RefusedError) as error:
        return _page(record, marked={}, fault=str(error), at="reason"), error.status_code
    flash(f"The split of {record.reference} is undone.")
    return redirect(url_for("splitting.split_page", reference=record.reference))


@area.post("/separator-sheets")
@requires(Permission.INGEST)
def sheets() -> Response:
    """Separator sheets as a PDF to be printed."""
    count = request.form.get("count", type=int) or 0
    return Response(
        separator_sheets(count),
        mimetype="application/pdf",
        headers={"Content-Disposition": 'attachment; filename="separator-sheets.pdf"'},
    )


def _plan(record: Record, marked: Mapping[int, str]) -> SplitPlan:
    if strange := [what for what in marked.values() if what not in CHOICES]:
        raise InvalidInputError(f"A page cannot be {strange[0][:20]!r}: choose one of the answers offered.")
    firsts = [number for number, what in marked.items() if what == FIRST]
    left_out = {number: what for number, what in marked.items() if what in (SEPARATOR, BLANK)}
    return plan_from(record.page_count, firsts=firsts, left_out=left_out)


def _titles_page(record: Record, marked: Mapping[int, str], plan: SplitPlan) -> str:
    """The parts as they would be, each with the title that its words propose, before anything is made."""
    texts = {page.number: page.text for page in pages_of(current_session(), record)}
    told = []
    for part in plan.parts:
        title = propose_title(
            [(number, texts[number]) for number in part],
            file_name=part_name(record.file_name, part),
            label=record.label,
        )
        told.append((part, pages_in_words(part), title))
    return render_template(
        "records/split_titles.html", record=record, parts=told, marked=marked, left_out=plan.left_out, choices=CHOICES
    )


def _jobs_of(session: "Session", record: Record) -> list[Job]:
    return [
        job
        for job in recent_jobs(session, limit=200)
        if job.kind in KINDS and job.arguments.get("record") == record.reference
    ]


def _require_idle(session: "Session", record: Record) -> None:
    if any(job.state not in (DONE, FAILED) for job in _jobs_of(session, record)):
        raise RefusedError(f"{record.reference} is being worked on already: look again when that has ended.")


def _proposed(record: Record) -> dict[int, str]:
    """What the separators last found propose for each page, for a person to check."""
    found = next((job for job in _jobs_of(current_session(), record) if job.kind == "separators"), None)
    if found is None or found.state != DONE or not found.outcome["separators"]:
        return {}
    try:
        plan = plan_by_separators(
            record.page_count, separators=found.outcome["separators"], blanks=found.outcome["blanks"]
        )
    except InvalidInputError:
        return {}
    return {**{part[0]: FIRST for part in plan.parts}, **plan.left_out}


def _page(record: Record, *, marked: Mapping[int, str], fault: str = "", at: str = "") -> str:
    session, actor = current_session(), current_actor()
    listed = _jobs_of(session, record)
    latest = listed[0] if listed else None
    standing = parts.standing_split(session, record)
    pages: list[Page] = [] if standing else pages_of(session, record)
    try:
        parts.require_splittable(session, record, actor=actor)
        refusal = ""
    except RefusedError as error:
        refusal = str(error)
    return render_template(
        "records/split.html",
        record=record,
        pages=pages,
        marked=marked,
        choices=CHOICES,
        fault=fault,
        fault_at=at or "pages",
        refusal=refusal,
        running=[job for job in listed if job.state not in (DONE, FAILED)],
        failed=latest if latest is not None and latest.state == FAILED and standing is None else None,
        looked=latest if latest is not None and latest.kind == "separators" and latest.state == DONE else None,
        shown=_shown(session, record, standing) if standing else None,
        undone=[each for each in parts.splits_of(session, record) if each.undone_at],
        lineage=_lineage(session, record),
    )


def _shown(session: "Session", record: Record, standing: Split) -> ShownSplit:
    actor = current_actor()
    made = [part for part in parts.parts_of_split(session, standing) if visible(part, actor)]
    told = [(part, lineage) for part in made if (lineage := parts.lineage_of(session, part)) is not None]
    return ShownSplit(standing, told, parts.cover_of(session, record), uses_of_split(session, standing))


def _lineage(session: "Session", record: Record) -> Lineage | None:
    found = parts.lineage_of(session, record)
    return found if found is not None and visible(found.whole, current_actor()) else None
