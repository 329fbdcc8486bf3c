"""Commands for the passwords of protected files: given, counted, forgotten, and never shown."""

import sys
from pathlib import Path

import click

from access.policy import OPERATOR
from cli.opening import archive
from cli.output import json_option, say, show_json
from store.archive import Archive


@click.group()
def passwords() -> None:
    """Give the passwords of protected files, count them, or have them forgotten; none is ever shown."""


@passwords.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True, allow_dash=True))
@json_option
def add(file: Path, as_json: bool) -> None:
    """Keep the passwords in FILE, one a line ("-" reads them from standard input), to be tried on protected files."""
    with archive() as opened:
        new = keep(opened, file)
    if as_json:
        show_json({"new": new})
    else:
        say(f"{new} new: they are tried on every protected file read from now on.")


@passwords.command()
@json_option
def count(as_json: bool) -> None:
    """Say how many passwords are kept."""
    from store.file_passwords import kept_passwords

    with archive() as opened:
        kept = len(kept_passwords(opened.settings))
    if as_json:
        show_json({"kept": kept})
    else:
        say(f"{kept} kept.")


@passwords.command()
@json_option
def forget(as_json: bool) -> None:
    """Have every password forgotten; what they opened stays as it was read."""
    from store.file_passwords import forget_passwords

    with archive() as opened, opened.writing() as session:
        gone = forget_passwords(session, opened.settings, actor=OPERATOR.name)
    if as_json:
        show_json({"forgotten": gone})
    else:
        say(f"{gone} forgotten.")


def keep(opened: Archive, file: Path) -> int:
    """The passwords in the file, or of standard input, are kept; how many are new."""
    from store.file_passwords import give_passwords

    text = sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8-sig")
    with opened.writing() as session:
        return give_passwords(session, opened.settings, text.splitlines(), actor=OPERATOR.name)
