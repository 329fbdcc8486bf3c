"""What a command says: one JSON object on standard output with --json, words for people otherwise."""

import json
import sys
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

json_option = click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")


def show_json(value: dict[str, Any]) -> None:
    """The one object on standard output."""
    click.echo(json.dumps(value, ensure_ascii=False, default=_plain))


def _plain(value: object) -> object:
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, Decimal | Path):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")


def say(line: str) -> None:
    """A line for people, on standard output."""
    click.echo(line)


def note(line: str) -> None:
    """A line for people that is not the answer, on standard error."""
    click.echo(line, err=True)


def show_warning(line: str) -> None:
    """A line that asks for attention, on standard error."""
    click.secho(line, err=True, fg="yellow")


def fail(sentence: str, code: int) -> int:
    """The sentence on standard error; returns the code to exit with."""
    click.secho(sentence, err=True, fg="red")
    return code


def table(title: str, columns: Sequence[str], rows: Sequence[Sequence[object]], *, right: Sequence[int] = ()) -> None:
    """A table for people, on standard output."""
    made = Table(title=title, title_justify="left", header_style="bold")
    for number, column in enumerate(columns):
        made.add_column(column, justify="right" if number in right else "left", overflow="fold")
    for row in rows:
        made.add_row(*[str(cell) for cell in row])
    console = Console(file=sys.stdout, width=None if sys.stdout.isatty() else 140, markup=False)
    console.print(made)
