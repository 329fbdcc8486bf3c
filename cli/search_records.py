"""Commands on search records: draft, list, sign, and export the schedule of them."""

from datetime import datetime
from pathlib import Path

import click
from sqlalchemy.orm import Session

from access.policy import OPERATOR
from cli.opening import actor_of, archive, write_out
from cli.output import json_option, say, show_json, table
from inquiry.requests import find_request
from search import search_records as keeping
from search.record_models import SearchRecord
from search.search_record_figures import faults_of, record_figures
from search.search_record_list import find_record_of_search, latest_records
from search.search_records import METHODS, PLACES, SearchContent
from search.search_schedule import write_schedule
from store.errors import InvalidInputError
from store.papers import form_of

DAY = click.DateTime(["%Y-%m-%d"])
NUMBER = click.IntRange(0)


@click.group("search-records")
def search_records() -> None:
    """Record what was searched, sign it, and set all of it out."""


@search_records.command()
@click.option("--place", "repository", default="", help="The place or system searched.")
@click.option("--kind-of-place", type=click.Choice(list(PLACES)), default="archive")
@click.option("--method", type=click.Choice(list(METHODS)), default="term")
@click.option("--how", default="", help="What was done, so that somebody else could do it again.")
@click.option("--paragraph", "paragraphs", multiple=True, metavar="REQUEST:NUMBER", help="What it was made for.")
@click.option("--terms", default="", metavar="REPORT:VERSION", help="The term report it rests on.")
@click.option("--covers-from", type=DAY)
@click.option("--covers-to", type=DAY)
@click.option("--custodians", default="")
@click.option("--searched-by", default="")
@click.option("--searched-from", type=DAY)
@click.option("--searched-to", type=DAY)
@click.option("--counted-as", default="documents", help="Documents, files, boxes, volumes.")
@click.option("--hits", type=NUMBER, help="How many were found; not with --terms.")
@click.option("--reviewed", type=NUMBER)
@click.option("--responsive", type=NUMBER)
@click.option("--unreadable", type=NUMBER)
@click.option("--not-reviewed", default="", help="Why not all that was found was read.")
@click.option("--nothing-found", default="", help="What finding nothing proves, and what not.")
@click.option("--limits", default="")
@click.option("--not-searched", default="", help="What was not searched, and why.")
@click.option("--by", required=True, metavar="EMAIL", help="Whoever drafts it.")
@json_option
def add(paragraphs: tuple[str, ...], terms: str, by: str, as_json: bool, **said: object) -> None:
    """Draft a search record; it stays a draft until it is signed."""
    given = {name: value.date() if isinstance(value, datetime) else value for name, value in said.items()}
    with archive() as opened, opened.writing() as session:
        actor = actor_of(session, by)
        made = keeping.draft_record(
            session,
            SearchContent(**given),  # type: ignore[arg-type]
            paragraphs=[_paragraph(session, each) for each in paragraphs],
            term_report=_report(terms) if terms else None,
            actor=actor,
        )
        missing = faults_of(session, made, actor=actor)
    if as_json:
        show_json({"record": made.reference, "version": made.version, "missing": missing})
        return
    say(f"{made.reference} is drafted.")
    for each in missing:
        say(f"  still missing: {each}")


def _paragraph(session: Session, cited: str) -> int:
    reference, _, number = cited.rpartition(":")
    for paragraph in find_request(session, reference).paragraphs:
        if paragraph.number == number:
            return paragraph.id
    raise InvalidInputError(f"Request {reference} has no paragraph {number}: write it as REQUEST:NUMBER.")


def _report(written: str) -> tuple[int, int]:
    number, _, version = written.partition(":")
    if not (number.isdecimal() and version.isdecimal()):
        raise InvalidInputError(f"{written!r} is no term report and version: write it as 3:1.")
    return int(number), int(version)


@search_records.command("list")
@json_option
def list_records(as_json: bool) -> None:
    """List the latest version of every search record with its result."""
    with archive() as opened, opened.reading() as session:
        listed = [_listed(session, each) for each in latest_records(session, actor=OPERATOR)]
    if as_json:
        show_json({"records": listed})
        return
    rows = [(e["record"], e["version"], e["place"], e["method"], e["hits"], e["signed_by"] or "draft") for e in listed]
    table("Search records", ("Record", "Version", "Place", "Method", "Found", "Signed by"), rows, right=(1, 4))


def _listed(session: Session, record: SearchRecord) -> dict[str, object]:
    figures = record_figures(session, record, actor=OPERATOR)
    return {
        "record": record.reference,
        "version": record.version,
        "place": record.repository,
        "method": record.method,
        "paragraphs": [each.id for each in record.paragraphs],
        **vars(figures),
        "signed_by": record.signed_by,
        "signed_at": record.signed_at,
        "second_reader": record.second_reader,
        "sha256": record.sha256,
        "missing": [] if record.signed_at else faults_of(session, record, actor=OPERATOR),
    }


@search_records.command()
@click.argument("reference")
@click.option("--by", required=True, metavar="EMAIL", help="Whoever signs it.")
@click.option("--second", is_flag=True, help="Sign as the second reader of what is signed already.")
@json_option
def sign(reference: str, by: str, second: bool, as_json: bool) -> None:
    """Sign the search record REFERENCE: from then on it does not change."""
    with archive() as opened, opened.writing() as session:
        actor = actor_of(session, by)
        record = find_record_of_search(session, reference, actor=actor)
        if second:
            keeping.second_record(session, record, actor=actor)
        else:
            keeping.sign_record(session, record, actor=actor)
    if as_json:
        show_json(
            {
                "record": record.reference,
                "version": record.version,
                "signed_by": record.signed_by,
                "second_reader": record.second_reader,
                "sha256": record.sha256,
            }
        )
    else:
        say(f"{record.reference} version {record.version} is signed by {actor.name}.")


@search_records.command()
@click.option(
    "--out",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="The document: Word, or a PDF where its name ends in .pdf.",
)
@click.option("--request", "wanted", default="", metavar="REFERENCE", help="Only the searches made for this request.")
@click.option("--by", default="", metavar="EMAIL", help="Whoever exports it: with the figures open to them.")
@json_option
def export(out: Path, wanted: str, by: str, as_json: bool) -> None:
    """Write the schedule of searches: every signed search in order, with numbered paragraphs."""
    form = form_of(out)
    with archive() as opened:
        with opened.reading() as session:
            actor = actor_of(session, by) if by else OPERATOR
            asked = find_request(session, wanted) if wanted else None
            made = write_schedule(session, authority=opened.settings.authority, actor=actor, request=asked, form=form)
        write_out(opened, made.leaving, out, actor=actor)
    if as_json:
        told = {name: value for name, value in vars(made).items() if name != "leaving"}
        show_json({"file": out, **told, "sha256": made.leaving.sha256})
    else:
        say(f"{made.searches} searches in {made.paragraphs} numbered paragraphs: {out}")
