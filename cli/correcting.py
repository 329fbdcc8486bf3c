"""The command that corrects what is known about a record."""

import click
from sqlalchemy.orm import Session

from access.policy import Actor
from cli.opening import actor_of, archive
from cli.output import json_option, say, show_json
from records import corrections
from records.models import Record
from records.register import find_record
from store.errors import InvalidInputError, NotFoundError


@click.command()
@click.argument("reference")
@click.option("--by", required=True, metavar="EMAIL", help="Who corrects it.")
@click.option("--reason", required=True, help="Why, in a few words.")
@click.option("--title", default="", help="Its title.")
@click.option("--date", "day", default="", help="Its date: 1974, 1974-03, 1974-03-17 or undated.")
@click.option("--about", is_flag=True, help="The date is only about right.")
@click.option("--type", "code", default="", help="Its record type, by its code.")
@click.option("--add-name", default="", metavar="KIND:NAME:PAGE", help="Somebody or something named in it.")
@click.option("--remove-name", default="", metavar="NAME", help="A name that is none, or does not stand in it.")
@click.option("--confirm-name", default="", metavar="NAME", help="A name that does stand in it.")
@json_option
def correct(
    reference: str,
    by: str,
    reason: str,
    title: str,
    day: str,
    about: bool,
    code: str,
    add_name: str,
    remove_name: str,
    confirm_name: str,
    as_json: bool,
) -> None:
    """Correct the date, title, type or names of REFERENCE; what was proposed stays beside it."""
    if not any((title, day, code, add_name, remove_name, confirm_name)):
        raise InvalidInputError("Nothing was given to correct: give --title, --date, --type or a name.")
    with archive() as opened, opened.writing() as session:
        actor = actor_of(session, by)
        record = find_record(session, reference, actor=actor)
        if title:
            corrections.correct_title(session, record, title=title, reason=reason, actor=actor)
        if day:
            said = corrections.date_said(day, about=about)
            corrections.correct_date(session, record, said=said, reason=reason, actor=actor)
        if code:
            corrections.correct_type(session, record, code=code, reason=reason, actor=actor)
        if add_name:
            _add(session, record, add_name, reason, actor)
        if remove_name:
            number = _named(session, record, remove_name)
            corrections.remove_name(session, record, number, reason=reason, actor=actor)
        if confirm_name:
            corrections.confirm_name(session, record, _named(session, record, confirm_name), actor=actor)
        kept = corrections.corrections_of(session, record)
    rows = [{"field": each.field, "before": each.before, "after": each.after, "by": each.corrected_by} for each in kept]
    if as_json:
        show_json({"record": record.reference, "corrections": rows})
    else:
        say(f"Corrected {record.reference}: {len(rows)} corrections in all.")


def _add(session: Session, record: Record, given: str, reason: str, actor: Actor) -> None:
    kind, _, rest = given.partition(":")
    name, _, page = rest.rpartition(":")
    number = int(page) if page.isdecimal() else 0
    corrections.add_name(session, record, kind=kind, name=name, page=number, reason=reason, actor=actor)


def _named(session: Session, record: Record, name: str) -> int:
    for each in corrections.names_of(session, record):
        if each.name == name:
            return each.id
    raise NotFoundError(f"{record.reference} has no name {name!r}: look at `candour records show`.")
