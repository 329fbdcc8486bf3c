"""The audit trail as sentences, its proof, and its export."""

from collections.abc import Mapping
from urllib.parse import urlencode

from flask import Blueprint, Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from access.policy import Permission
from store import clock
from store.audit_actions import SENTENCES
from store.audit_exports import export_happenings
from store.audit_reading import AuditFilter, count_happenings, happenings
from web.audit_state import last_verified, verify_now
from web.authorisation import requires
from web.context import current_session
from web.leaving import let_go
from web.transactions import own_transaction

area = Blueprint("audit", __name__)
PAGE = 50


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
    made = export_happenings(current_session(), _wanted(request.form))
    return let_go(made, f"candour-audit-{clock.today().isoformat()}.csv")


def _wanted(values: Mapping[str, str]) -> AuditFilter:
    return AuditFilter(*(values.get(name, "").strip()[:200] for name in ("action", "actor", "subject")))


def _address(wanted: AuditFilter, start: int) -> str:
    kept = {name: value for name, value in vars(wanted).items() if value}
    return f"{url_for('audit.audit')}?{urlencode({**kept, 'start': start})}"
