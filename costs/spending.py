"""Money: what is estimated, committed, invoiced and paid, to whom and for what."""

from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from access.policy import Actor, Permission, require
from costs.effort import EARLIEST
from costs.models import Spending
from costs.money import pence
from inquiry.models import Request
from store import audit, clock
from store.audit_actions import AuditAction
from store.errors import InvalidInputError, NotFoundError, RefusedError

# Staff time is not here: it is effort at the role's rate, and would be counted twice.
CATEGORIES = {
    "external-solicitors": "External solicitors",
    "counsel": "Counsel",
    "expert": "Experts",
    "it-and-edisclosure": "IT and e-disclosure",
    "scanning": "Scanning",
    "storage-and-retrieval": "Storage and retrieval",
    "temporary-staff": "Temporary staff",
    "travel": "Travel",
    "victim-support": "Support for victims and survivors",
    "counselling-for-staff": "Counselling for staff",
    "records-conservation": "Conservation of records",
    "translation": "Translation",
    "redress": "Redress",
    "other": "Other",
}
# Redress is owed to people, not a cost of answering the inquiry: a ledger of its own, outside every total.
REDRESS = "redress"
STATUSES = {"estimate": "Estimate", "committed": "Committed", "invoiced": "Invoiced", "paid": "Paid"}
SPENT = ("invoiced", "paid")
ORDER = tuple(STATUSES)
# A mistyped century would stretch the report over a thousand months.
FURTHEST_AHEAD = timedelta(days=3653)


def log_spending(
    session: Session,
    *,
    day: date,
    category: str,
    supplier: str,
    net: Decimal,
    vat: Decimal,
    status: str,
    invoice: str = "",
    note: str = "",
    request: Request | None = None,
    actor: Actor,
) -> Spending:
    """The money is in the ledger under its category and status.

    Log each sum once and move it on with `move_spending`: a sum logged as committed and again as
    invoiced would be counted as both.

    Raises:
        InvalidInputError: A field is missing or wrong; each fault is named.
    """
    require(actor, Permission.COSTS)
    net_pence, vat_pence = pence(net, what="net amount"), pence(vat, what="VAT")
    faults = []
    if category not in CATEGORIES:
        faults.append(f"its category must be one of {', '.join(CATEGORIES)} (staff time is logged as effort)")
    if status not in STATUSES:
        faults.append(f"its status must be one of {', '.join(STATUSES)}")
    if not supplier.strip():
        faults.append("it needs a supplier")
    if net_pence + vat_pence == 0:
        faults.append("an amount of nothing is not spending")
    if not EARLIEST <= day <= clock.today() + FURTHEST_AHEAD:
        faults.append("its day is further off than this response can reach")
    if status in SPENT and day > clock.today():
        faults.append("money cannot be invoiced or paid on a day still to come")
    if faults:
        raise InvalidInputError(f"The spending was not logged: {'; '.join(faults)}.")
    spending = Spending(
        day=day,
        category=category,
        supplier=supplier.strip(),
        invoice=invoice.strip(),
        net_pence=net_pence,
        vat_pence=vat_pence,
        status=status,
        note=note.strip(),
        request_id=request.id if request else None,
        logged_by=actor.name,
        logged_at=clock.now(),
    )
    session.add(spending)
    session.flush()
    _record(session, spending, actor, {"day": day.isoformat(), "category": category, "status": status})
    return spending


def move_spending(
    session: Session,
    spending: Spending,
    *,
    status: str,
    day: date | None = None,
    net: Decimal | None = None,
    vat: Decimal | None = None,
    invoice: str = "",
    actor: Actor,
) -> None:
    """The same money is now further on: an estimate committed, a commitment invoiced, an invoice paid.

    The final amounts and the day may be given with it. What stood before is in the audit trail.

    Raises:
        InvalidInputError: The status is not a later one, or an amount cannot be used.
        RefusedError: The entry was withdrawn.
    """
    require(actor, Permission.COSTS)
    _require_standing(spending)
    if status not in ORDER or ORDER.index(status) <= ORDER.index(spending.status):
        later = ORDER[ORDER.index(spending.status) + 1 :]
        raise InvalidInputError(
            f"Spending {spending.id} is {spending.status}: it can only become {' or '.join(later) or 'nothing else'}; "
            "withdraw it with a reason if it was wrong."
        )
    on = day or spending.day
    if status in SPENT and on > clock.today():
        raise InvalidInputError("Money cannot be invoiced or paid on a day still to come: give the day of the invoice.")
    before = {"from": spending.status, "net_before": str(spending.net), "vat_before": str(spending.vat)}
    spending.status, spending.day = status, on
    if net is not None:
        spending.net_pence = pence(net, what="net amount")
    if vat is not None:
        spending.vat_pence = pence(vat, what="VAT")
    spending.invoice = invoice.strip() or spending.invoice
    session.flush()
    _record(session, spending, actor, {**before, "to": status, "day": on.isoformat()})


def withdraw_spending(session: Session, spending: Spending, *, reason: str, actor: Actor) -> None:
    """A wrong entry no longer counts; it stays, with the reason.

    Raises:
        InvalidInputError: There is no reason.
        RefusedError: It was withdrawn already.
    """
    require(actor, Permission.COSTS)
    _require_standing(spending)
    if not reason.strip():
        raise InvalidInputError("Withdrawing an entry needs a reason: say what was wrong with it.")
    spending.withdrawn_at, spending.withdrawn_because = clock.now(), reason.strip()
    session.flush()
    _record(session, spending, actor, {"withdrawn": True})


def _require_standing(spending: Spending) -> None:
    if spending.withdrawn_at is not None:
        raise RefusedError(f"Spending {spending.id} was withdrawn: log it anew if it was right after all.")


def _record(session: Session, spending: Spending, actor: Actor, detail: dict[str, object]) -> None:
    audit.record(
        session,
        AuditAction.SPENDING_LOGGED,
        actor=actor.name,
        subject=f"spending:{spending.id}",
        detail={**detail, "net": str(spending.net), "vat": str(spending.vat)},
    )


def find_spending(session: Session, spending_id: int, *, actor: Actor) -> Spending:
    """The entry with this number.

    Raises:
        NotFoundError: There is none.
    """
    require(actor, Permission.COSTS_READ)
    spending = session.get(Spending, spending_id)
    if spending is None:
        raise NotFoundError(f"There is no spending {spending_id}: list what is logged first.")
    return spending


def list_spending(session: Session, *, actor: Actor, limit: int = 100, offset: int = 0) -> list[Spending]:
    """What stands in the ledger, newest first, redress included."""
    require(actor, Permission.COSTS_READ)
    return list(
        session.scalars(
            select(Spending)
            .where(Spending.withdrawn_at.is_(None))
            .order_by(Spending.day.desc(), Spending.id.desc())
            .offset(offset)
            .limit(limit)
        )
    )
