"""The audit trail as sentences, its proof, and its export."""

import csv
import io
import json
from collections.abc import Iterator, Mapping
from urllib.parse import urlencode

from flask import Blueprint, Response, redirect, render_template, request, stream_with_context, url_for
from werkzeug.wrappers import Response as Answer

from access.policy import Permission
from store import audit as trail
from store import clock
from store.audit_actions import SENTENCES, AuditAction
from store.audit_reading import AuditFilter, Happening, count_happenings, each_happening, happenings
from store.spreadsheets import safe_cell
from web.audit_state import last_verified, verify_now
from web.authorisation import requires
from web.context import current_actor, current_archive, current_session
from web.transactions import own_transaction

area = Blueprint("audit", __name__)
PAGE = 50
COLUMNS = ("number", "moment (UTC)", "who", "action", "what happened", "to what", "detail")


@area.get("/audit")
@requires(Permission.AUDIT)
def audit() -> str:
    """Events, the newest first."""
    session, wanted = current_session(), _wanted(request.args)
    start = max(request.args.get("start", 0, type=int), 0)
    total = count_happenings(session, wanted)
    return render_template(
        "audit/audit.html",
        wanted=wanted,
        listed=happenings(session, wanted, offset=start, limit=PAGE),
        total=total,
        start=start,
        earlier=_address(wanted, max(start - PAGE, 0)) if start else "",
        later=_address(wanted, start + PAGE) if start + PAGE < total else "",
        sentences={action.value: sentence for action, sentence in SENTENCES.items()},
        verified=last_verified(),
    )


@area.post("/audit/verify")
@requires(Permission.AUDIT)
@own_transaction
def verify() -> Answer:
    """The whole trail is read and compared with its sealed head."""
    verify_now()
    return redirect(url_for("audit.audit"))


@area.post("/audit/export")
@requires(Permission.AUDIT)
@own_transaction
def export() -> Response:
    """The events asked for leave as a CSV file; that they did is itself an event, recorded before they go."""
    wanted = _wanted(request.form)
    with current_archive().writing() as session:
        trail.record(
            session,
            AuditAction.AUDIT_EXPORTED,
            actor=current_actor().name,
            subject="audit",
            detail={"filter": vars(wanted)},
        )
    name = f"candour-audit-{clock.today().isoformat()}.csv"
    return Response(
        stream_with_context(_lines(wanted)),
        mimetype="text/csv",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _wanted(values: Mapping[str, str]) -> AuditFilter:
    return AuditFilter(*(values.get(name, "").strip()[:200] for name in ("action", "actor", "subject")))


def _address(wanted: AuditFilter, start: int) -> str:
    kept = {name: value for name, value in vars(wanted).items() if value}
    return f"{url_for('audit.audit')}?{urlencode({**kept, 'start': start})}"


def _lines(wanted: AuditFilter) -> Iterator[str]:
    yield _line(COLUMNS)
    # The request's own session ends before the last line is sent, so the lines have one of theirs.
    with current_archive().reading() as session:
        for each in each_happening(session, wanted):
            yield _line(_row(each))


def _row(each: Happening) -> tuple[str, ...]:
    detail = json.dumps(each.detail, ensure_ascii=False, sort_keys=True)
    return (str(each.sequence), each.at.isoformat(), each.actor, each.action, each.sentence, each.subject, detail)


def _line(cells: tuple[str, ...]) -> str:
    held = io.StringIO()
    csv.writer(held).writerow([safe_cell(cell) for cell in cells])
    return held.getvalue()
