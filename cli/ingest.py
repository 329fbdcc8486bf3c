"""Commands that take in files and show the arithmetic of what was taken in."""

from pathlib import Path

import click

from access.policy import OPERATOR
from cli.opening import archive
from cli.output import json_option, say, show_json, show_warning, table
from cli.progress import progress_bar
from store.errors import CandourError

DONE_WITH_QUARANTINE = 3


@click.command()
@click.argument("paths", nargs=-1, required=True)
@click.option("--batch", default="", help="The batch's name; by default that of the first path.")
@click.option("--source", default="not stated", help="Where it came from: the office, store, box or system.")
@json_option
def ingest(paths: tuple[str, ...], batch: str, source: str, as_json: bool) -> int:
    """Take in PATHS: files, folders, ZIPs. Run again after an interruption, it goes on."""
    from worker.taking_in import take_in

    name = batch or Path(paths[0]).absolute().name
    with archive() as opened, progress_bar("Taking in") as report:
        outcome = take_in(
            opened,
            paths,
            batch=name,
            source=source,
            actor=OPERATOR,
            report=lambda progress: report(progress.done, progress.found, f"{progress.pages} pages"),
        )
    totals = outcome.totals
    if not totals.adds_up:
        raise CandourError("The figures do not add up: run `candour doctor`, and report this.")
    if as_json:
        show_json(
            {
                "batch": outcome.batch,
                "found": totals.found,
                "registered": totals.registered,
                "duplicates": totals.duplicates,
                "quarantined": totals.quarantined,
                "pages": totals.pages,
                "ocr_pages": totals.ocr_pages,
                "seconds": outcome.seconds,
                "resumed": outcome.resumed,
                "items": [vars(item) for item in outcome.items],
            }
        )
    else:
        say(
            f"{totals.found} found = {totals.registered} registered + {totals.duplicates} duplicates + "
            f"{totals.quarantined} quarantined; {totals.pages} pages, {totals.ocr_pages} of them read by OCR, "
            f"in {outcome.seconds:.0f} s."
        )
        for item in outcome.items:
            if item.state == "quarantined":
                show_warning(f"  quarantined  {item.path}: {item.reason}")
            elif item.state == "registered" and item.reason:
                show_warning(f"  registered, not searchable  {item.path}: {item.reason}")
    return DONE_WITH_QUARANTINE if totals.quarantined else 0


@click.command()
@json_option
def batches(as_json: bool) -> None:
    """Show every batch with its arithmetic over all its runs."""
    from ingest.batches import batch_totals

    with archive() as opened, opened.reading() as session:
        rows = [
            {
                "batch": line.batch.name,
                "source": line.batch.source,
                "added": line.batch.added_at,
                "runs": line.runs,
                "unfinished_runs": line.unfinished_runs,
                **dict(vars(line.totals).items()),
                "unread_pages": line.unread_pages,
            }
            for line in batch_totals(session)
        ]
    if as_json:
        show_json({"batches": rows})
        return
    columns = ["batch", "found", "registered", "duplicates", "quarantined", "waiting", "pages", "ocr_pages"]
    table(
        "Batches: found = registered + duplicates + quarantined",
        [column.replace("_", " ") for column in columns],
        [[row[column] for column in columns] for row in rows],
        right=range(1, 8),
    )
