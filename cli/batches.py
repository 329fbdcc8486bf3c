"""Commands for batches: their arithmetic, pausing and going on, trying again, and the proof that nothing is lost."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from access.policy import OPERATOR
from cli.opening import archive, write_out
from cli.output import json_option, note, say, show_json, table
from cli.progress import progress_bar

if TYPE_CHECKING:
    from ingest.reconciling import Proof
    from worker.taking_in import Outcome

DONE_WITH_QUARANTINE = 3
NEWLY = {"categories": "suggestions", "names": "names", "text": "readings that stand", "index": "entries counted"}
COLUMNS = ["batch", "found", "registered", "duplicates", "quarantined", "cancelled", "waiting", "pages", "ocr_pages"]
name_argument = click.argument("name")


@click.group(invoke_without_command=True)
@json_option
@click.pass_context
def batches(context: click.Context, *, as_json: bool) -> None:
    """Show every batch with its arithmetic over all its runs, or work on one."""
    if context.invoked_subcommand:
        return
    from ingest.counting import batch_totals

    with archive() as opened, opened.reading() as session:
        rows = [
            {
                "batch": line.batch.name,
                "source": line.batch.source,
                "custodian": line.batch.custodian,
                "added": line.batch.added_at,
                "runs": line.runs,
                "unfinished_runs": line.unfinished_runs,
                **vars(line.totals),
                "unread_pages": line.unread_pages,
            }
            for line in batch_totals(session, actor=OPERATOR)
        ]
    if as_json:
        show_json({"batches": rows})
        return
    table(
        "Batches: found = registered + duplicates + quarantined, and what was not taken in because of a cancel",
        [column.replace("_", " ") for column in COLUMNS],
        [[row[column] for column in COLUMNS] for row in rows],
        right=range(1, len(COLUMNS)),
    )


@batches.command()
@name_argument
@json_option
def show(name: str, *, as_json: bool) -> None:
    """Show the arithmetic of batch NAME, its speed, and why items were set aside."""
    from ingest import batches as ingested
    from ingest import counting
    from ingest.reconciling import sum_in_words

    with archive() as opened, opened.reading() as session:
        found = ingested.find_batch(session, name)
        totals = counting.totals_of_batch(session, found)
        reasons = counting.reasons(session, found)
        speed = counting.speed(session, found, waiting=totals.waiting)
        runs = [
            {"run": run.id, "state": ingested.state_of(run), "listed": run.listed, "stop_by": run.stop_by}
            for run in ingested.runs_of(session, found)
        ]
    if as_json:
        show_json(
            {
                "batch": found.name,
                **vars(totals),
                "adds_up": totals.adds_up,
                "runs": runs,
                "reasons": [vars(reason) for reason in reasons],
                **vars(speed),
            }
        )
        return
    say(f"{sum_in_words(totals)}.")
    for run in runs:
        say(f"Run {run['run']}: {run['state']}.")
    if totals.unscanned:
        say(f"{totals.unscanned} of them were not scanned for malware.")
    if reasons:
        table(
            "Why items were set aside",
            ["reason", "items", "which means"],
            [[reason.code, reason.count, reason.sentence] for reason in reasons],
            right=[1],
        )


@batches.command()
@name_argument
@click.argument("who")
def custodian(name: str, who: str) -> None:
    """Say WHO kept the papers of batch NAME before they were handed over; its records are found by `custodian:`."""
    from ingest import batches as ingested
    from ingest.custodians import name_custodian

    with archive() as opened, opened.writing() as session:
        name_custodian(session, ingested.find_batch(session, name), who, actor=OPERATOR)
    say(f"{who} kept the papers of {name}. The records are found so once the index is up to date.")


@batches.command(name="list")
@name_argument
@click.option("--state", help="found, stored, registered, duplicate, quarantined, cancelled or waiting.")
@click.option("--reason", help="Only what was set aside for this reason.")
@click.option("--csv", "to", type=click.Path(path_type=Path, dir_okay=False), help="Where to write; else the screen.")
def list_items(name: str, state: str | None, reason: str | None, to: Path | None) -> None:
    """List every item of batch NAME as CSV, safe to open in a spreadsheet."""
    from ingest import batches as ingested
    from ingest import listing
    from store.leaving import let_go

    with archive() as opened:
        with opened.reading() as session:
            found = ingested.find_batch(session, name)
            made = listing.export_items(session, found, state=state, reason=reason, actor=OPERATOR)
        with made.file:
            if to is None:
                with opened.writing() as session:
                    let_go(session, made, actor=OPERATOR.name)
                for piece in made.pieces():
                    click.echo(piece, nl=False)
                return
            write_out(opened, made, to, actor=OPERATOR)
    note(f"Written to {to}.")


def _ask(what: str, name: str) -> tuple[int, int]:
    """The batch is asked to pause or be cancelled; how many of its runs, and how many items were not taken in."""
    from ingest import batches as ingested
    from ingest import control
    from ingest.locking import only_one
    from store.errors import RefusedError
    from worker.taking_in import settle_cancelled

    with archive() as opened:
        with opened.writing() as session:
            asked = getattr(control, what)(session, ingested.find_batch(session, name), actor=OPERATOR)
        try:
            with only_one(opened.settings.data):
                return len(asked), settle_cancelled(opened)
        except RefusedError:
            return len(asked), -1


@batches.command()
@name_argument
@json_option
def pause(name: str, *, as_json: bool) -> None:
    """Pause the taking in of batch NAME, wherever it runs; `resume` goes on."""
    runs, at_work = _ask("pause", name)
    if as_json:
        show_json({"batch": name, "runs": runs, "at_work": at_work < 0})
    else:
        say("Paused." if at_work >= 0 else "Whoever is taking it in stops within some seconds.")


@batches.command()
@name_argument
@json_option
def cancel(name: str, *, as_json: bool) -> None:
    """End the taking in of batch NAME: what is done stays, the rest is listed as not taken in."""
    runs, settled = _ask("cancel", name)
    if as_json:
        show_json({"batch": name, "runs": runs, "at_work": settled < 0, "not_taken_in": max(settled, 0)})
    elif settled < 0:
        say("Whoever is taking it in ends within some seconds; what it has not reached is then listed as not taken in.")
    else:
        say(f"Cancelled: {settled} items are listed as not taken in.")


@batches.command()
@name_argument
@json_option
def resume(name: str, *, as_json: bool) -> int:
    """Go on with every run of batch NAME that was paused or interrupted."""
    return _work(name, as_json=as_json)


def _work(name: str, *, as_json: bool) -> int:
    from worker.taking_in import go_on

    with archive() as opened, progress_bar("Taking in") as report:
        outcomes = go_on(
            opened,
            name,
            actor=OPERATOR,
            report=lambda progress: report(progress.done, progress.found, f"{progress.pages} pages"),
        )
    _tell(name, outcomes, as_json=as_json)
    return DONE_WITH_QUARANTINE if any(outcome.totals.quarantined for outcome in outcomes) else 0


def _tell(name: str, outcomes: "list[Outcome]", *, as_json: bool) -> None:
    from ingest.reconciling import sum_in_words

    if as_json:
        runs = [{"run": each.run.id, **vars(each.totals), "stopped": each.stopped} for each in outcomes]
        show_json({"batch": name, "runs": runs})
    for outcome in [] if as_json else outcomes:
        say(f"{sum_in_words(outcome.totals)}{'; stopped' if outcome.stopped else ''}.")


@batches.command()
@name_argument
@click.option("--reason", "reasons", multiple=True, help="Only what was set aside for this reason; may be repeated.")
@click.option("--kind", "kinds", multiple=True, help="Only media types beginning so, as image/; may be repeated.")
@click.option("--page-seconds", type=int, help="How long one page may take this time.")
@click.option("--file-seconds", type=int, help="How long a file without pages may take this time.")
@click.option("--memory-mb", type=int, help="How much memory a reader may use this time.")
@json_option
def retry(
    name: str,
    reasons: tuple[str, ...],
    kinds: tuple[str, ...],
    page_seconds: int | None,
    file_seconds: int | None,
    memory_mb: int | None,
    *,
    as_json: bool,
) -> int:
    """Try again what was set aside in batch NAME, or not taken in, under other limits if they are given."""
    from ingest import batches as ingested
    from ingest import control

    with archive() as opened, opened.writing() as session:
        again = control.retry(
            session,
            ingested.find_batch(session, name),
            reasons=reasons,
            kinds=kinds,
            limits=control.Limits(page_seconds, file_seconds, memory_mb),
            actor=OPERATOR,
        )
    note(f"{again.items} items are tried again{f'; {again.left} cannot be' if again.left else ''}.")
    return _work(name, as_json=as_json)


@batches.command()
@click.argument("name", required=False)
@click.option("--fixity", is_flag=True, help="Read every original again and compare its hash.")
@json_option
def reconcile(name: str | None, *, fixity: bool, as_json: bool) -> int:
    """Prove that nothing was lost: every item in one state, sums equal, rows and files both ways."""
    from ingest import batches as ingested
    from ingest import reconciling

    with archive() as opened, opened.reading() as session:
        chosen = [ingested.find_batch(session, name)] if name else ingested.all_batches(session)
        proofs = [reconciling.prove_batch(session, batch, opened.files) for batch in chosen]
        proofs.append(reconciling.prove_store(session, opened.files, fixity=fixity))
    is_right = all(proof.is_right for proof in proofs)
    if as_json:
        show_json(
            {
                "agrees": is_right,
                "finished": all(proof.is_finished for proof in proofs),
                "proofs": [
                    {
                        "batch": proof.batch,
                        "sum": proof.sum_in_words,
                        "agrees": proof.is_right,
                        "checks": [vars(check) for check in proof.checks],
                    }
                    for proof in proofs
                ],
            }
        )
    else:
        for proof in proofs:
            _show_proof(proof)
        say("Everything agrees." if is_right else "NOT everything agrees: tell whoever looks after Candour.")
    return 0 if is_right else 1


def _show_proof(proof: "Proof") -> None:
    say(f"{proof.batch or 'The whole store'}: {proof.sum_in_words}")
    for check in proof.checks:
        verdict = "right" if check.is_right else f"{check.wrong} WRONG ({', '.join(check.named)})"
        waiting = f", {check.unfinished} not at their end" if check.unfinished else ""
        say(f"  {check.name}: {check.compared} compared, {verdict}{waiting}")


@batches.command(name="read-again")
@name_argument
@json_option
def read_again(name: str, *, as_json: bool) -> None:
    """Read again the files of batch NAME that nothing here could read, with the programs and passwords of today."""
    from search import indexing
    from worker.files_again import read_files_again
    from worker.page_work import look_through_again

    with archive() as opened:
        made = read_files_again(opened, name, actor=OPERATOR)
        look_through_again(opened)
        indexing.bring_up_to_date(opened)
    if as_json:
        show_json({"batch": name, **vars(made)})
    else:
        say(f"{made.tried} tried again: more is known of {made.read} now, and {made.members} files came out of them.")


@batches.command()
@name_argument
@click.option("--step", required=True, help="categories, names, text or index.")
@json_option
def reread(name: str, step: str, *, as_json: bool) -> None:
    """Do one step of reading again for every record of batch NAME; nothing a person decided is changed."""
    from worker.rereading import reread as do_again

    with archive() as opened, progress_bar("Reading again") as report:
        made = do_again(
            opened, name, step, actor=OPERATOR, beat=lambda done, total: report(done, total, f"{step} of records")
        )
    if as_json:
        show_json({"batch": name, "step": step, **vars(made)})
    else:
        left = f"; {made.left} pages could not be read again" if made.left else ""
        say(f"{made.records} records gone through: {made.added} new {NEWLY[step]}{left}.")
