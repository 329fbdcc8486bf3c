"""Commands on the register of repositories: add, change, list."""

from dataclasses import replace
from datetime import datetime

import click

from cli.opening import actor_of, archive
from cli.output import json_option, say, show_json, table
from records import repositories as register
from records.repositories import CONTENT, KINDS, OUTCOMES, RepositoryContent

DAY = click.DateTime(["%Y-%m-%d"])


@click.group()
def repositories() -> None:
    """Say where papers may be, and whether each place was searched."""


@repositories.command()
@click.argument("reference", required=False)
@click.option("--name", help="Its name.")
@click.option("--known-as", help="Other names it goes by, one a line.")
@click.option("--kind", type=click.Choice(list(KINDS)))
@click.option("--holder", help="Who holds it.")
@click.option("--location", help="Where it is.")
@click.option("--covers", help="The years and series it covers.")
@click.option("--volume", help="How much it is.")
@click.option("--outcome", type=click.Choice(list(OUTCOMES)), help="Whether it was searched.")
@click.option("--why-not", help="Why it was not searched, or not all of it.")
@click.option("--planned-on", type=DAY, help="The day on which it is to be searched.")
@click.option("--by", required=True, metavar="EMAIL", help="Whoever records it.")
@json_option
def record(reference: str | None, by: str, as_json: bool, **said: object) -> None:
    """Add a repository, or with REFERENCE change what is said of one; what was said before is kept."""
    given = {
        name: value.date() if isinstance(value, datetime) else value
        for name, value in said.items()
        if value is not None
    }
    with archive() as opened, opened.writing() as session:
        actor = actor_of(session, by)
        if reference:
            found = register.find_repository(session, reference)
            before = RepositoryContent(**{name: getattr(found, name) for name in CONTENT})
            content = replace(before, **given)  # type: ignore[arg-type]
            made = register.change_repository(session, found, content, actor=actor)
        else:
            content = RepositoryContent(**({"name": ""} | given))  # type: ignore[arg-type]
            made = register.add_repository(session, content, actor=actor)
    if as_json:
        show_json({"repository": made.reference, "version": made.version, "outcome": made.outcome})
    else:
        say(f"{made.reference} is recorded, version {made.version}: {OUTCOMES[made.outcome].lower()}.")


@repositories.command("list")
@json_option
def list_repositories(as_json: bool) -> None:
    """List every repository and whether it was searched."""
    with archive() as opened, opened.reading() as session:
        listed = register.repositories(session)
    if as_json:
        rows = [{name: getattr(each, name) for name in ("reference", "version", *CONTENT)} for each in listed]
        show_json({"repositories": rows})
        return
    rows_ = [(e.reference, e.name, e.holder, e.volume, OUTCOMES[e.outcome], e.why_not) for e in listed]
    table("Repositories", ("Reference", "Name", "Holder", "Volume", "Searched", "Why not"), rows_)
