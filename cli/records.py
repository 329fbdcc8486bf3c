"""Commands on records."""

from typing import Any

import click
from sqlalchemy.orm import Session

from access.policy import OPERATOR
from cli import alike, belonging
from cli.correcting import correct
from cli.opening import archive
from cli.output import json_option, say, show_json, table
from disclosure.marks import open_marks
from disclosure.review import relevance_of
from ingest.capture import capture_of
from ingest.capture_sidecars import FIELDS
from records.corrections import names_of
from records.models import Record
from records.register import find_record, log_view, pages_of, visible_records
from retention.holds import clearance_of, holds_of
from retention.tagging import standing_categories


@click.group()
def records() -> None:
    """List records, show one, and find those that are alike."""


records.add_command(alike.compare)
records.add_command(alike.similar)
records.add_command(alike.difference_of, "difference")
records.add_command(alike.not_alike, "not-alike")
records.add_command(correct)
records.add_command(belonging.family)
records.add_command(belonging.disagreements)


@records.command(name="list")
@json_option
def list_records(as_json: bool) -> None:
    """List every record."""
    with archive() as opened, opened.reading() as session:
        rows = [
            {
                "record": record.reference,
                "title": record.title,
                "file": record.file_name,
                "pages": record.page_count,
                "state": record.state,
                "type": record.record_type,
                "date": record.date_from,
                "batch": record.batch,
                "compartment": record.compartment,
            }
            for record in visible_records(session, actor=OPERATOR)
        ]
    if as_json:
        show_json({"records": rows})
    else:
        columns = ["record", "date", "title", "file", "pages", "state"]
        table("Records", columns, [[row[column] or "" for column in columns] for row in rows], right=[4])


@records.command()
@click.argument("reference")
@json_option
def show(reference: str, as_json: bool) -> None:
    """Show one record with its pages, categories, holds and marks."""
    with archive() as opened:
        with opened.reading() as session:
            shown = _shown(session, find_record(session, reference, actor=OPERATOR))
        if shown["compartment"] != "open":
            with opened.writing() as session:
                log_view(session, find_record(session, reference, actor=OPERATOR), actor=OPERATOR)
    if as_json:
        show_json(shown)
        return
    say(f"{shown['record']}  {shown['title']}")
    for name in ("type", "date", "date_precision", "state", "batch", "source", "note"):
        if shown[name]:
            say(f"  {name.replace('_', ' ')}: {shown[name]}")
    for file in shown["files"]:
        say(f"  file: {file['path']}  {file['sha256']}")
    for hold in shown["holds"]:
        say(f"  held: {hold['hold']} {hold['kind']} {hold['category']} {hold['reason']}")
    for page in shown["pages"]:
        sure = f", {page['confidence']:.0f}% sure" if page["confidence"] is not None else ""
        say(f"--- page {page['number']} ({page['read_by']}{sure}) {page['reason']}")
        say(page["text"])


def _shown(session: Session, record: Record) -> dict[str, Any]:
    relevance = relevance_of(session, record)
    clearance = clearance_of(session, record)
    parent = session.get(Record, record.parent_id) if record.parent_id else None
    return {
        "record": record.reference,
        "title": record.title,
        "type": record.record_type,
        "date": record.date_from,
        "date_to": record.date_to,
        "date_precision": record.date_precision,
        "state": record.state,
        "batch": record.batch,
        "source": record.source,
        "compartment": record.compartment,
        "media_type": record.media_type,
        "note": record.note,
        "parent": parent.reference if parent else None,
        "files": [{"name": file.name, "path": file.path, "sha256": file.sha256} for file in record.files],
        "people": [
            {"name": person.name, "kind": person.kind, "page": person.page, "status": person.status}
            for person in names_of(session, record)
        ],
        "pages": [
            {
                "number": page.number,
                "heading": page.heading,
                "text": page.text,
                "read_by": page.read_by,
                "confidence": page.confidence,
                "unread": page.unread,
                "reason": page.reason,
            }
            for page in pages_of(session, record)
        ],
        "categories": [
            {
                "category": code,
                "outcome": decision.outcome,
                "paragraph": decision.paragraph,
                "reason": decision.reason,
                "by": decision.decided_by,
                "at": decision.decided_at,
            }
            for code, decision in standing_categories(session, record).items()
        ],
        "holds": [
            {"hold": hold.id, "kind": hold.kind, "category": hold.category, "reason": hold.reason}
            for hold in holds_of(session, record)
        ],
        "marks": [
            {"mark": mark.id, "kind": mark.kind, "reason": mark.reason, "by": mark.marked_by}
            for mark in open_marks(session, record)
        ],
        "captured": _captured(session, record),
        "relevance": relevance.answer if relevance else "undecided",
        "cleared": clearance.given_at if clearance else None,
    }


def _captured(session: Session, record: Record) -> dict[str, Any] | None:
    found = capture_of(session, record)
    if found is None:
        return None
    told = {name: getattr(found.capture, name) for name in (*FIELDS, "told_in")} if found.capture else {}
    return {**told, "delivered_sha256": found.delivered_sha256, "hash": found.hash_verdict}
