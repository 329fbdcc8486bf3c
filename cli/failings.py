"""Commands on institutional failings, the self-report and escalations."""

from datetime import date
from pathlib import Path

import click
from sqlalchemy.orm import Session

from access.policy import OPERATOR, Actor
from cli.opening import actor_of, archive, write_out
from cli.output import json_option, say, show_json, table
from failings import escalations as risks
from failings import register
from failings.escalations import KINDS as RISKS
from failings.models import Failing
from failings.self_report import make_self_report
from failings.words import CERTAINTIES, KINDS
from records.models import Record
from records.register import find_record
from store.errors import InvalidInputError


def _day(_context: click.Context, _parameter: click.Parameter, value: str) -> date | None:
    try:
        return date.fromisoformat(value) if value else None
    except ValueError as error:
        raise click.BadParameter(f"{value!r} is not a day: write it as 1994-06-30") from error


def _actor(session: Session, by: str) -> Actor:
    return actor_of(session, by) if by else OPERATOR


def _citation(text: str) -> tuple[str, int, str]:
    """R000012:3 or R000012:3:what it shows, as record, page and note."""
    reference, _, rest = text.partition(":")
    page, _, note = rest.partition(":")
    if not page.strip().isdecimal():
        raise InvalidInputError(f"{text!r} is no evidence: give record and page, such as R000012:3.")
    return reference.strip(), int(page), note.strip()


@click.group()
def failings() -> None:
    """Record institutional failings and export the self-report."""


@failings.command()
@click.option("--title", required=True)
@click.option("--kind", type=click.Choice(list(KINDS)), required=True)
@click.option("--body", required=True, help="The service or body that fell short.")
@click.option("--from", "period_from", callback=_day, required=True)
@click.option("--to", "period_to", callback=_day, default="")
@click.option("--should", required=True, help="What should have happened.")
@click.option("--policy", required=True, help="Under which policy or law then in force.")
@click.option("--did", required=True, help="What did happen.")
@click.option("--certainty", type=click.Choice(list(CERTAINTIES)), required=True)
@click.option("--owner", required=True, help="Who answers for the action.")
@click.option("--action", required=True)
@click.option("--action-due", callback=_day, default="")
@click.option("--evidence", multiple=True, required=True, help="Record and page: R000012:3, and :a note if wanted.")
@click.option("--by", default="", metavar="EMAIL")
@json_option
def add(
    title: str,
    kind: str,
    body: str,
    period_from: date,
    period_to: date | None,
    should: str,
    policy: str,
    did: str,
    certainty: str,
    owner: str,
    action: str,
    action_due: date | None,
    evidence: tuple[str, ...],
    by: str,
    as_json: bool,
) -> None:
    """Record a failing with the evidence it rests on."""
    with archive() as opened, opened.writing() as session:
        made = register.add_failing(
            session,
            title=title,
            kind=kind,
            body=body,
            period_from=period_from,
            period_to=period_to,
            should_have_happened=should,
            policy_then=policy,
            did_happen=did,
            certainty=certainty,
            owner=owner,
            action=action,
            action_due=action_due,
            evidence=[_citation(item) for item in evidence],
            actor=_actor(session, by),
        )
        result = _failing(session, made)
    if as_json:
        show_json(result)
    else:
        say(f"{made.reference} is recorded as a draft.")


def _failing(session: Session, item: Failing) -> dict[str, object]:
    return {
        "failing": item.reference,
        "title": item.title,
        "kind": item.kind,
        "body": item.body,
        "from": item.period_from,
        "to": item.period_to,
        "certainty": item.certainty,
        "status": item.status,
        "owner": item.owner,
        "evidence": [
            {"record": session.get_one(Record, cited.record_id).reference, "page": cited.page, "note": cited.note}
            for cited in item.evidence
        ],
    }


@failings.command(name="list")
@json_option
def list_failings(as_json: bool) -> None:
    """List the failings."""
    with archive() as opened, opened.reading() as session:
        rows = [_failing(session, item) for item in register.all_failings(session, actor=OPERATOR)]
    if as_json:
        show_json({"failings": rows})
    else:
        columns = ["failing", "title", "certainty", "status", "owner"]
        table("Failings", columns, [[row[column] for column in columns] for row in rows])


@failings.command()
@click.option("--out", type=click.Path(path_type=Path), required=True, help="The Word file to write.")
@click.option("--title", default="Self-report of institutional failings")
@click.option("--by", default="", metavar="EMAIL")
@json_option
def report(out: Path, title: str, by: str, as_json: bool) -> None:
    """Export the schedule of failings as a Word document with an evidence index."""
    with archive() as opened:
        with opened.reading() as session:
            actor = _actor(session, by)
            made = make_self_report(session, title=title, authority=opened.settings.authority, actor=actor)
        write_out(opened, made.document, out, actor=actor, is_private=True)
    if as_json:
        counted = {name: value for name, value in vars(made).items() if name != "document"}
        show_json({"file": out, **counted, "sha256": made.document.sha256})
    else:
        say(f"{out}: {made.failings} failings, {made.paragraphs} numbered paragraphs, {made.evidence} cited pages.")


@click.group()
def escalations() -> None:
    """Raise, follow and list risks to people now."""


@escalations.command(name="raise")
@click.argument("reference")
@click.option("--kind", type=click.Choice(list(RISKS)), required=True)
@click.option("--facts", required=True, help="The least that those told need to act.")
@click.option("--page", type=int, default=None)
@click.option("--by", required=True, metavar="EMAIL")
@json_option
def raise_risk(reference: str, kind: str, facts: str, page: int | None, by: str, as_json: bool) -> None:
    """Raise a risk found in the record REFERENCE."""
    with archive() as opened, opened.writing() as session:
        record = find_record(session, reference, actor=OPERATOR)
        raised = risks.raise_escalation(session, record, kind=kind, facts=facts, page=page, actor=actor_of(session, by))
        result = {"escalation": raised.id, "due": raised.due_at, "tell": raised.untold}
    if as_json:
        show_json(result)
    else:
        say(f"Escalation {raised.id}: tell {', '.join(raised.untold)} by {raised.due_at:%-d %B %Y %H:%M} UTC.")


@escalations.command()
@click.argument("number", type=int)
@click.option("--whom", required=True, help="The desk or person told, and their reference.")
@click.option("--by", required=True, metavar="EMAIL")
@json_option
def told(number: int, whom: str, by: str, as_json: bool) -> None:
    """Record that those who must be told of escalation NUMBER were told."""
    with archive() as opened, opened.writing() as session:
        actor = actor_of(session, by)
        risks.told(session, risks.find_escalation(session, number, actor=actor), whom=whom, actor=actor)
    _done(number, "told", as_json=as_json)


@escalations.command()
@click.argument("number", type=int)
@click.option("--outcome", required=True, help="What came of it.")
@click.option("--by", required=True, metavar="EMAIL")
@json_option
def done(number: int, outcome: str, by: str, as_json: bool) -> None:
    """Close escalation NUMBER with what came of it."""
    with archive() as opened, opened.writing() as session:
        actor = actor_of(session, by)
        risks.done(session, risks.find_escalation(session, number, actor=actor), outcome=outcome, actor=actor)
    _done(number, "done", as_json=as_json)


def _done(number: int, word: str, *, as_json: bool) -> None:
    if as_json:
        show_json({"escalation": number, "state": word})
    else:
        say(f"Escalation {number}: {word}.")


@escalations.command(name="list")
@json_option
def list_escalations(as_json: bool) -> None:
    """List the open escalations, the soonest due first."""
    with archive() as opened, opened.reading() as session:
        rows = [
            {
                "escalation": item.id,
                "kind": item.kind,
                "record": item.reference,
                "due": item.due_at,
                "overdue": item.is_overdue,
                "to_tell": list(item.untold),
            }
            for item in risks.open_escalations(session, actor=OPERATOR)
        ]
    if as_json:
        show_json({"escalations": rows})
    else:
        columns = ["escalation", "kind", "record", "due", "overdue"]
        table("Open escalations", columns, [[row[column] for column in columns] for row in rows])
