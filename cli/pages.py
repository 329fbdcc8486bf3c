"""Commands on pages: those nobody has read, and reading them by eye or having them read again."""

import sys
from pathlib import Path
from typing import Any

import click

from access.policy import OPERATOR
from cli.opening import actor_of, archive
from cli.output import json_option, note, say, show_json, table
from cli.progress import progress_bar
from ingest.page_settings import LANGUAGES, LAYOUTS, RESOLUTIONS, PageSettings
from ingest.pages_meant import Which
from records.page_versions import SEEN_AS, choose_version, find_page, say_seen, transcribe, versions_of
from records.unread import REASONS, UnreadFilter, reading_figures, reason_kind, sentences, unread_pages
from store.errors import InvalidInputError

by_option = click.option("--by", required=True, metavar="EMAIL", help="Who reads.")
note_option = click.option("--note", default="", help="What there is to say of it.")


@click.group()
def pages() -> None:
    """Read pages by eye, or have them read again."""


@pages.command()
@click.option("--reason", type=click.Choice(list(REASONS)), default=None, help="Only pages unread for this reason.")
@click.option("--batch", default="", help="Only pages of this batch.")
@json_option
def unread(reason: str | None, batch: str, as_json: bool) -> None:
    """List the pages nobody has read, with the reason for each, and the figures of all reading."""
    with archive() as opened, opened.reading() as session:
        figures = reading_figures(session, actor=OPERATOR, batch=batch)
        rows = [
            {
                "record": record.reference,
                "page": page.number,
                "why": reason_kind(page.reason),
                "reason": page.reason,
                "confidence": page.confidence,
                "batch": record.batch,
                "title": record.title,
            }
            for record, page in unread_pages(session, UnreadFilter(reason or "", batch), actor=OPERATOR)
        ]
    if as_json:
        show_json({"figures": {**vars(figures), "nobody_read": figures.nobody_read}, "unread": rows})
        return
    for sentence in sentences(figures):
        say(sentence)
    if rows:
        columns = ["record", "page", "why", "reason", "batch"]
        table("Pages nobody has read", columns, [[row[name] for name in columns] for row in rows], right=[1])


@pages.command(name="transcribe")
@click.argument("reference")
@click.argument("number", type=int)
@by_option
@click.option("--text", default=None, help="What the page says.")
@click.option("--file", "source", type=click.Path(exists=True, dir_okay=False, path_type=Path), default=None,
              help="A text file with what the page says; standard input where neither is given.")  # fmt: skip
@note_option
@json_option
def transcribe_page(
    reference: str, number: int, by: str, text: str | None, source: Path | None, note: str, as_json: bool
) -> None:
    """Keep what a person typed from looking at page NUMBER of REFERENCE."""
    if text is not None and source is not None:
        raise InvalidInputError("Give the transcript once: with --text or with --file, not with both.")
    typed = text if text is not None else _read(source)
    with archive() as opened:
        with opened.writing() as session:
            made = transcribe(session, reference, number, text=typed, note=note, actor=actor_of(session, by))
            version = made.version
        _bring_up_to_date(opened)
    _said(as_json, f"{reference}, page {number}: the transcript is kept as version {version}.",
          record=reference, page=number, version=version)  # fmt: skip


def _read(source: Path | None) -> str:
    try:
        return source.read_text("utf-8") if source else sys.stdin.read()
    except UnicodeDecodeError as error:
        raise InvalidInputError("The transcript is not UTF-8 text: save it as UTF-8 and try again.") from error


@pages.command(name="seen")
@click.argument("reference")
@click.argument("number", type=int)
@click.argument("what", type=click.Choice(list(SEEN_AS)))
@by_option
@note_option
@json_option
def seen_page(reference: str, number: int, what: str, by: str, note: str, as_json: bool) -> None:
    """Keep that a person looked at page NUMBER of REFERENCE and saw WHAT it is."""
    with archive() as opened:
        with opened.writing() as session:
            made = say_seen(session, reference, number, what=what, note=note, actor=actor_of(session, by))
            version = made.version
        _bring_up_to_date(opened)
    _said(as_json, f"{reference}, page {number}: seen by {by}, {what}.",
          record=reference, page=number, version=version)  # fmt: skip


@pages.command()
@click.argument("reference")
@click.argument("number", type=int)
@click.option("--language", type=click.Choice(list(LANGUAGES)), default="auto")
@click.option("--turn", type=click.Choice(["0", "90", "180", "270"]), default="0",
              help="Clockwise, from how the page is shown.")  # fmt: skip
@click.option("--resolution", type=click.Choice(list(RESOLUTIONS)), default="normal")
@click.option("--layout", type=click.Choice(list(LAYOUTS)), default="auto")
@click.option("--seconds", type=int, default=120, help="The time allowed.")
@click.option("--insist", is_flag=True, help="Let the new reading stand even if it looks no better.")
@click.option("--by", default=None, metavar="EMAIL", help="Who asks; the operator where nobody is named.")
@json_option
def reread(
    reference: str,
    number: int,
    language: str,
    turn: str,
    resolution: str,
    layout: str,
    seconds: int,
    insist: bool,
    by: str | None,
    as_json: bool,
) -> None:
    """Have page NUMBER of REFERENCE read again; the better of the two readings stands."""
    from worker.page_work import read_again

    with archive() as opened:
        with opened.reading() as session:
            actor = actor_of(session, by) if by else OPERATOR
            _, page = find_page(session, reference, number, actor=actor)
            upright = page.rotation
        settings = PageSettings(language, (upright + int(turn)) % 360, resolution, layout, seconds)
        made = read_again(opened, reference, number, settings, insist=insist, actor=actor)
        _bring_up_to_date(opened)
    outcome = "stands now" if made.stands else "is kept beside the one that stands"
    why = f": {made.reason}" if made.unread else ""
    _said(as_json, f"{reference}, page {number}: version {made.version} {outcome}{why}.",
          record=reference, page=number, **vars(made))  # fmt: skip


@pages.command(name="reread-many")
@click.option("--record", default="", help="Every page of this record.")
@click.option("--batch", default="", help="Only pages of this batch.")
@click.option("--reason", type=click.Choice(list(REASONS)), default=None, help="Only pages unread for this reason.")
@click.option("--kind", default="", help="Only files whose media type begins so, as image/.")
@click.option("--language", type=click.Choice(list(LANGUAGES)), default="auto")
@click.option("--turn", type=click.Choice(["0", "90", "180", "270"]), default="0",
              help="Clockwise, from how each page is shown.")  # fmt: skip
@click.option("--resolution", type=click.Choice(list(RESOLUTIONS)), default="normal")
@click.option("--layout", type=click.Choice(list(LAYOUTS)), default="auto")
@click.option("--seconds", type=int, default=120, help="The time allowed for each page.")
@click.option("--insist", is_flag=True, help="Let the new readings stand even if they look no better.")
@click.option("--by", default=None, metavar="EMAIL", help="Who asks; the operator where nobody is named.")
@json_option
def reread_many(
    record: str,
    batch: str,
    reason: str | None,
    kind: str,
    language: str,
    turn: str,
    resolution: str,
    layout: str,
    seconds: int,
    insist: bool,
    by: str | None,
    as_json: bool,
) -> None:
    """Have the pages of a record, or those unread in a batch or for a reason, read again with other settings."""
    from worker.pages_again import read_pages_again

    which = Which(record.strip().upper(), batch, reason or "", kind)
    settings = PageSettings(language, int(turn), resolution, layout, seconds)
    with archive() as opened, progress_bar("Reading again") as report:
        with opened.reading() as session:
            actor = actor_of(session, by) if by else OPERATOR
        made = read_pages_again(
            opened, which, settings, insist=insist, actor=actor, beat=lambda done, total: report(done, total, "pages")
        )
    left = f"; {made.left} could not be read again" if made.left else ""
    _said(as_json, f"{made.pages} pages read again, the new reading of {made.better} stands{left}.", **vars(made))


@pages.command()
@click.argument("reference")
@click.argument("number", type=int)
@click.option("--choose", type=int, default=None, metavar="VERSION", help="Let this version stand.")
@click.option("--by", default=None, metavar="EMAIL", help="Who chooses.")
@json_option
def versions(reference: str, number: int, choose: int | None, by: str | None, as_json: bool) -> None:
    """Show everything page NUMBER of REFERENCE was read as, or let one of its versions stand."""
    with archive() as opened:
        if choose is not None:
            if not by:
                raise InvalidInputError("Say who chooses: give --by with the person's address.")
            with opened.writing() as session:
                choose_version(session, reference, number, choose, actor=actor_of(session, by))
            _bring_up_to_date(opened)
        with opened.reading() as session:
            _, page = find_page(session, reference, number, actor=OPERATOR)
            stands = page.version
            rows = [
                {
                    "version": each.version,
                    "stands": each.version == stands,
                    "kind": each.kind,
                    "by": each.made_by,
                    "at": each.made_at,
                    "confidence": each.confidence,
                    "unread": each.unread,
                    "reason": each.reason,
                    "settings": each.settings,
                    "note": each.note,
                    "text": each.text,
                }
                for each in versions_of(session, page)
            ]
    if as_json:
        show_json({"record": reference, "page": number, "versions": rows})
        return
    if not rows:
        note(f"{reference}, page {number} was read once: `candour records show {reference}` shows it.")
    for row in rows:
        say(f"--- version {row['version']}{' (stands)' if row['stands'] else ''}: {row['kind']}, {row['by']}, "
            f"{row['at']:%-d %B %Y %H:%M} {row['settings']}")  # fmt: skip
        say(str(row["text"]) or str(row["reason"]))


def _bring_up_to_date(opened: Any) -> None:
    from search.indexing import bring_up_to_date
    from worker.page_work import look_through_again

    look_through_again(opened)
    bring_up_to_date(opened)


def _said(as_json: bool, sentence: str, **values: object) -> None:
    if as_json:
        show_json(values)
    else:
        say(sentence)
