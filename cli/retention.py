"""Commands on suggestions, decisions, holds and disposal."""

from datetime import datetime

import click
from sqlalchemy.orm import Session

from access.policy import OPERATOR
from cli.opening import actor_of, archive
from cli.output import json_option, note, say, show_json, table
from records.models import Record
from records.register import find_record
from retention import disposal, holds, tagging
from retention.models import CONFIRMED, REJECTED, Suggestion
from store.archive import Archive
from store.database import forget_deleted

by_option = click.option("--by", required=True, metavar="EMAIL", help="Who decides.")
reason_option = click.option("--reason", required=True, help="Why, in a few words.")


@click.command()
@click.argument("reference", required=False)
@json_option
def suggestions(reference: str | None, as_json: bool) -> None:
    """Show what is suggested for the record REFERENCE, or for all."""
    with archive() as opened, opened.reading() as session:
        if reference:
            record = find_record(session, reference, actor=OPERATOR)
            found = [(record, item) for item in tagging.suggestions_of(session, record)]
        else:
            found = tagging.all_suggestions(session, actor=OPERATOR)
        rows = [_suggestion(record, item) for record, item in found]
    if as_json:
        show_json({"suggestions": rows})
        return
    for record, item in found:
        say(f"{record.reference}  {item.category}  {item.strength_word} ({item.strength:.2f})  {item.status}")
        for mark in item.evidence:
            say(f"    page {mark.page}: “{mark.text}” {mark.reason}")


def _suggestion(record: Record, item: Suggestion) -> dict[str, object]:
    return {
        "record": record.reference,
        "category": item.category,
        "strength": round(item.strength, 4),
        "strength_word": item.strength_word,
        "status": item.status,
        "reason": item.reason,
        "evidence": [
            {"page": mark.page, "text": mark.text, "context": mark.context, "reason": mark.reason}
            for mark in item.evidence
        ],
    }


@click.command()
@click.argument("reference")
@click.argument("category")
@by_option
@reason_option
@click.option("--paragraph", default="", help="The paragraph of the notice it falls under, such as R1.")
@click.option("--reject", is_flag=True, help="Reject the category; this does not end any hold.")
@click.option("--substantiated", type=click.Choice(["unknown", "yes", "no"]), default="unknown")
@json_option
def tag(
    reference: str,
    category: str,
    by: str,
    reason: str,
    paragraph: str,
    reject: bool,
    substantiated: str,
    as_json: bool,
) -> None:
    """Decide that the record REFERENCE falls under CATEGORY, or, with --reject, that it does not."""
    with archive() as opened, opened.writing() as session:
        record = find_record(session, reference, actor=OPERATOR)
        decision = tagging.decide(
            session,
            record,
            category=category,
            outcome=REJECTED if reject else "added",
            reason=reason,
            paragraph=paragraph,
            substantiated=substantiated,
            actor=actor_of(session, by),
        )
        result = {
            "record": record.reference,
            "category": decision.category,
            "outcome": decision.outcome,
            "paragraph": decision.paragraph,
            "by": decision.decided_by,
            "at": decision.decided_at,
            "holds": _holds(session, record),
        }
    if as_json:
        show_json(result)
    else:
        word = "confirmed" if decision.outcome == CONFIRMED else decision.outcome
        say(f"{record.reference}: {category} {word} by {by}.")


def _holds(session: Session, record: Record) -> list[dict[str, object]]:
    return [
        {"hold": item.id, "kind": item.kind, "category": item.category, "reason": item.reason}
        for item in holds.holds_of(session, record)
    ]


@click.group()
def hold() -> None:
    """Place, release and list holds."""


@hold.command()
@click.argument("reference")
@by_option
@reason_option
@json_option
def place(reference: str, by: str, reason: str, as_json: bool) -> None:
    """Hold the record REFERENCE for a reason of its own: litigation, a request for access, the police."""
    with archive() as opened, opened.writing() as session:
        record = find_record(session, reference, actor=OPERATOR)
        placed = holds.place_hold(session, record, reason=reason, actor=actor_of(session, by))
        result = {"record": record.reference, "hold": placed.id, "kind": placed.kind, "reason": placed.reason}
    if as_json:
        show_json(result)
    else:
        say(f"Hold {placed.id} is placed on {record.reference}.")


@hold.command()
@click.argument("number", type=int)
@by_option
@click.option("--second", required=True, metavar="EMAIL", help="The second reader.")
@reason_option
@json_option
def release(number: int, by: str, second: str, reason: str, as_json: bool) -> None:
    """Release hold NUMBER, placed by hand; holds under a notice end only by `clear`."""
    with archive() as opened, opened.writing() as session:
        found = holds.find_hold(session, number)
        holds.release_hold(session, found, reason=reason, second=actor_of(session, second), actor=actor_of(session, by))
    if as_json:
        show_json({"hold": number, "released": True})
    else:
        say(f"Hold {number} is released.")


@hold.command(name="list")
@click.argument("reference", required=False)
@json_option
def list_holds(reference: str | None, as_json: bool) -> None:
    """List the holds that stand, on the record REFERENCE or on everything, quarantined files included."""
    with archive() as opened, opened.reading() as session:
        if reference:
            standing = holds.holds_of(session, find_record(session, reference, actor=OPERATOR))
        else:
            standing = holds.all_holds(session)
        rows = []
        for item in standing:
            record = session.get(Record, item.record_id) if item.record_id else None
            rows.append(
                {
                    "hold": item.id,
                    "record": record.reference if record else None,
                    "sha256": item.sha256,
                    "kind": item.kind,
                    "category": item.category,
                    "reason": item.reason,
                    "placed_by": item.placed_by,
                    "placed_at": item.placed_at,
                }
            )
    if as_json:
        show_json({"holds": rows})
    else:
        columns = ["hold", "record", "kind", "category", "reason"]
        table("Holds", columns, [[row[column] or "" for column in columns] for row in rows])


@click.command()
@click.argument("reference")
@by_option
@click.option("--second", required=True, metavar="EMAIL", help="The second reader.")
@reason_option
@json_option
def clear(reference: str, by: str, second: str, reason: str, as_json: bool) -> None:
    """Decide that the record REFERENCE is outside every active notice."""
    with archive() as opened, opened.writing() as session:
        record = find_record(session, reference, actor=OPERATOR)
        clearance = holds.clear(
            session, record, reason=reason, second=actor_of(session, second), actor=actor_of(session, by)
        )
        result = {
            "record": record.reference,
            "cleared": clearance.given_at,
            "by": clearance.given_by,
            "second": clearance.second_reader,
            "holds": _holds(session, record),
        }
    if as_json:
        show_json(result)
    else:
        say(f"{record.reference} is cleared by {by} and {second}: it may now be purged, if nothing else holds it.")


@click.command()
@click.argument("reference")
@json_option
def purge(reference: str, as_json: bool) -> None:
    """Purge the cleared record REFERENCE: its bytes and text go, its history stays.

    Given again, it finishes a purge that was interrupted.
    """
    from worker.steps import rebuild_index

    with archive() as opened:
        with opened.reading() as session:
            record = find_record(session, reference, actor=OPERATOR)
            reference, before = record.reference, record.purged_at
        purged = before or _purged(opened, reference)
        with opened.writing() as session:
            opened.files.finish_removals(session)
        # An index forgets a word only when it is made anew.
        rebuild_index(opened, actor=OPERATOR)
        forgotten = forget_deleted(opened.engine)
    if as_json:
        show_json({"record": reference, "purged": purged, "forgotten": forgotten})
    else:
        if not forgotten:
            note("Its text is still in the log beside the database, because somebody reads: it goes once nobody does.")
        done = f"was purged on {before:%-d %B %Y}, which is now finished" if before else "is purged"
        say(f"{reference} {done}; what it was, who cleared it and why stay in the archive.")


def _purged(opened: Archive, reference: str) -> datetime | None:
    """When the record was purged, which is now."""
    # Asked and kept first, so that a refusal leaves its trace.
    with opened.writing() as session:
        record = find_record(session, reference, actor=OPERATOR)
        given = disposal.ask(session, record, actor=OPERATOR)
    disposal.refuse_unless_clear(record, given)
    with opened.writing() as session:
        record = find_record(session, reference, actor=OPERATOR)
        disposal.purge(session, opened.files, record, actor=OPERATOR)
        return session.get_one(Record, record.id).purged_at
