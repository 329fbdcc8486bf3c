"""The command that takes in files and shows the arithmetic of what was taken in."""

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import click

from access.policy import OPERATOR
from cli.opening import archive
from cli.output import json_option, note, say, show_json, show_warning
from cli.passwords import keep
from cli.progress import progress_bar
from store.errors import CandourError

if TYPE_CHECKING:
    from worker.taking_in import Outcome

DONE_WITH_QUARANTINE = 3


@click.command()
@click.argument("paths", nargs=-1, required=True)
@click.option("--batch", default="", help="The batch's name; by default that of the first path.")
@click.option("--source", default="not stated", help="Where it came from: the office, store, box or system.")
@click.option("--custodian", default="", help="Who kept it until it was handed over: a person, office or firm.")
@click.option(
    "--passwords",
    type=click.Path(path_type=Path, dir_okay=False, exists=True, allow_dash=True),
    help="A file with passwords, one a line, to be tried on protected files; kept, and shown nowhere.",
)
@json_option
def ingest(
    paths: tuple[str, ...], batch: str, source: str, custodian: str, passwords: Path | None, as_json: bool
) -> int:
    """Take in PATHS: files, folders, ZIPs. Run again after an interruption or a pause, it goes on."""
    from worker.taking_in import take_in

    name = batch or Path(paths[0]).absolute().name
    with archive() as opened, progress_bar("Taking in") as report:
        if passwords is not None:
            keep(opened, passwords)
        outcome = take_in(
            opened,
            paths,
            batch=name,
            source=source,
            custodian=custodian,
            actor=OPERATOR,
            report=lambda progress: report(progress.done, progress.found, f"{progress.pages} pages"),
        )
    return _tell(outcome, as_json=as_json)


def _tell(outcome: "Outcome", *, as_json: bool) -> int:
    from ingest.reconciling import sum_in_words

    totals = outcome.totals
    if not totals.adds_up and not outcome.stopped:
        raise CandourError("The figures do not add up: run `candour doctor`, and report this.")
    if as_json:
        show_json(
            {
                "batch": outcome.batch,
                "found": totals.found,
                "registered": totals.registered,
                "duplicates": totals.duplicates,
                "quarantined": totals.quarantined,
                "cancelled": totals.cancelled,
                "pages": totals.pages,
                "ocr_pages": totals.ocr_pages,
                "seconds": outcome.seconds,
                "resumed": outcome.resumed,
                "stopped": outcome.stopped,
                "items": [vars(item) for item in outcome.items],
            }
        )
    else:
        say(
            f"{sum_in_words(totals)}; {totals.pages} pages, {totals.ocr_pages} of them read by OCR, "
            f"in {outcome.seconds:.0f} s."
        )
        for item in outcome.each_item():
            if item.state == "quarantined":
                show_warning(f"  quarantined  {item.path}: {item.reason}")
            elif item.state == "registered" and item.reason:
                show_warning(f"  registered, not searchable  {item.path}: {item.reason}")
    if outcome.stopped == "pause":
        note(f"Paused: `candour batches resume {shlex.quote(outcome.batch)}` goes on.")
    return DONE_WITH_QUARANTINE if totals.quarantined else 0
