"""Commands on how a batch was scanned, and the hashes delivered with it."""

from pathlib import Path

import click
from sqlalchemy.orm import Session

from access.policy import OPERATOR
from cli.opening import archive
from cli.output import json_option, say, show_json, table
from ingest import capture as captures
from ingest.batches import find_batch
from ingest.capture_sidecars import FIELDS, Capture, capture_from, read_sidecar
from store.errors import InvalidInputError

DIFFERS = 3
SHOWN = ("pattern", "operator", "device", "dpi", "colour", "sides", "sheets", "checked_by", "result", "exceptions")
file_argument = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))


@click.group()
def capture() -> None:
    """Say how a batch was scanned and checked, and compare the hashes delivered with it."""


@capture.command()
@click.argument("batch")
@click.option("--set", "told", multiple=True, help=f"A field and its value, as dpi=300. Fields: {', '.join(FIELDS)}.")
def record(batch: str, told: tuple[str, ...]) -> None:
    """Record by hand how BATCH was scanned."""
    if wrong := [each for each in told if "=" not in each]:
        raise InvalidInputError(f"{wrong[0]!r} is not a field and its value: write it as dpi=300.")
    made = _made(dict(each.split("=", 1) for each in told))
    with archive() as opened, opened.writing() as session:
        captures.record_captures(session, find_batch(session, batch), [made], actor=OPERATOR)
    say(f"How {batch} was scanned is recorded.")


def _made(told: dict[str, str]) -> Capture:
    try:
        return capture_from(told)
    except InvalidInputError as error:
        raise InvalidInputError(f"Nothing was recorded, because the capture {error}.") from error


@capture.command(name="import")
@click.argument("batch")
@file_argument
def import_file(batch: str, file: Path) -> None:
    """Take over what FILE (CSV or JSON) says of how BATCH was scanned, whole or not at all."""
    content = file.read_bytes()
    told = read_sidecar(content)
    with archive() as opened, opened.writing() as session:
        told_in = captures.told_in_file(file.name, content)
        captures.record_captures(session, find_batch(session, batch), told, told_in=told_in, actor=OPERATOR)
    say(f"{len(told)} {'entry' if len(told) == 1 else 'entries'} of {file.name} recorded for {batch}.")


@capture.command()
@click.argument("batch")
@json_option
def show(batch: str, as_json: bool) -> None:
    """Show how BATCH was scanned, the newest word first."""
    with archive() as opened, opened.reading() as session:
        kept = captures.captures_of(session, find_batch(session, batch))
        names = (*FIELDS, "told_in", "recorded_by", "recorded_at")
        rows = [{name: getattr(each, name) for name in names} for each in kept]
    if as_json:
        show_json({"batch": batch, "captures": rows})
    else:
        listed = [["" if row[name] is None else row[name] for name in SHOWN] for row in rows]
        table(f"How {batch} was scanned", [name.replace("_", " ") for name in SHOWN], listed)


@capture.command()
@click.argument("batch")
@click.option("--list", "file", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Take over a list.")
@json_option
def hashes(batch: str, file: Path | None, as_json: bool) -> int:
    """Compare the SHA-256 list delivered with BATCH with the bytes held; exit 3 when they differ."""
    with archive() as opened:
        if file:
            with opened.writing() as session:
                captures.record_hashes(session, find_batch(session, batch), file.read_bytes(), actor=OPERATOR)
        with opened.reading() as session:
            found = _compared(session, batch)
    if as_json:
        show_json(
            {
                "same": found.count(captures.SAME),
                "differing": [vars(line) for line in found.differing],
                "unlisted": [line.path for line in found.unlisted],
            }
        )
    else:
        for line in found.differing:
            say(f"  {line.verdict}  {line.path}: delivered {line.delivered[:16]}, held {line.held[:16] or 'nothing'}")
        for line in found.unlisted:
            say(f"  in no list  {line.path}")
        delivered = "1 hash" if len(found.lines) == 1 else f"{len(found.lines)} hashes"
        say(
            f"{delivered} delivered: {found.count(captures.SAME)} the same, {len(found.differing)} not; "
            f"{len(found.unlisted)} files in no list."
        )
    return DIFFERS if found.differing or found.unlisted else 0


def _compared(session: Session, batch: str) -> captures.HashComparison:
    return captures.compare_hashes(session, find_batch(session, batch))
