"""The command line: each area is loaded only when it is used, so that help answers at once."""

import importlib
import sys

import click

from cli.output import fail, show_warning
from store.errors import CandourError
from store.trouble import told

# Each command, or group of commands, with the module that holds it and the line that help shows.
AREAS: dict[str, tuple[str, str]] = {
    "init": ("cli.archive", "Make the archive, or bring it up to date, and record the retention notice."),
    "users": ("cli.people", "Add people, close accounts, give links and roles, and list everyone."),
    "ingest": ("cli.ingest", "Take in files, folders and ZIPs."),
    "batches": ("cli.batches", "Show batches; pause, resume, cancel, try again, read again, reconcile."),
    "passwords": ("cli.passwords", "Give the passwords of protected files; none is ever shown."),
    "records": ("cli.records", "List records, or show one."),
    "boxes": ("cli.boxes", "Say where paper is, who has it, and what is missing of it."),
    "repositories": ("cli.repositories", "Say where papers may be, and whether each place was searched."),
    "pages": ("cli.pages", "List pages nobody has read; transcribe them, say what they are, or have them read again."),
    "capture": ("cli.capture", "Say how a batch was scanned and checked; compare its delivered hashes."),
    "split": ("cli.splitting", "Split a scan into the documents it holds, or undo a split."),
    "suggestions": ("cli.retention", "Show what is suggested, with the words and pages that caused it."),
    "tag": ("cli.retention", "Confirm or add a category of a record; or reject one."),
    "mark": ("cli.disclosure", "Mark a record privileged or restricted."),
    "relevance": ("cli.disclosure", "Say whether the inquiry would wish to be given a record."),
    "hold": ("cli.retention", "Place, release and list holds."),
    "clear": ("cli.retention", "Decide, with a second reader, that a record is outside the notice."),
    "purge": ("cli.retention", "Purge a cleared record; refused while anything holds it."),
    "search": ("cli.search", "Search, with exact totals, pages and facets."),
    "terms": ("cli.terms", "Run lists of terms, keep each version, and compare them."),
    "search-records": ("cli.search_records", "Record what was searched, sign it, and set all of it out."),
    "index": ("cli.search", "Rebuild the search index from the database."),
    "requests": ("cli.disclosure", "Log and list the inquiry's requests."),
    "bundle": ("cli.disclosure", "Build a bundle, or verify one by reading it back."),
    "statements": ("cli.statements", "Draw, sign and seal the search and disclosure statement, and prove it."),
    "costs": ("cli.costs", "Log effort and spending, and report what it costs."),
    "failings": ("cli.failings", "Record institutional failings and export the self-report."),
    "escalations": ("cli.failings", "Raise, follow and list risks to people now."),
    "audit": ("cli.archive", "Verify the audit trail."),
    "backup": ("cli.archive", "Copy the whole archive to a new folder, with proof."),
    "restore": ("cli.archive", "Restore a backup into an empty data folder, with proof."),
    "serve": ("cli.serving", "Serve the application, with a worker inside unless --no-worker."),
    "worker": ("cli.serving", "Work on jobs without serving."),
    "doctor": ("cli.archive", "Check the archive and this machine, and say what to do."),
}


class Areas(click.Group):
    """Finds a command by name in the module that holds it."""

    def list_commands(self, _context: click.Context) -> list[str]:
        """Every command, in the order of a day's work."""
        return list(AREAS)

    def get_command(self, _context: click.Context, name: str) -> click.Command | None:
        """The command, loaded now."""
        if name not in AREAS:
            return None
        command: click.Command = getattr(importlib.import_module(AREAS[name][0]), name.replace("-", "_"))
        return command

    def format_commands(self, _context: click.Context, formatter: click.HelpFormatter) -> None:
        """The list in the help, written without loading anything."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in AREAS.items()])


@click.group(cls=Areas, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
def candour() -> None:
    """Candour: find, hold, disclose and account for what an inquiry asks of a public body."""


def main() -> None:
    """Runs a command; every failure is one sentence on standard error and an exit code, never a traceback."""
    try:
        code = candour.main(prog_name="candour", standalone_mode=False)
        sys.exit(code if isinstance(code, int) else 0)
    except CandourError as error:
        sys.exit(fail(str(error), error.exit_code))
    except click.exceptions.Exit as error:
        sys.exit(error.exit_code)
    except click.ClickException as error:
        sys.exit(fail(f"{error.format_message().rstrip('.')}: see `candour --help`.", 2))
    except (KeyboardInterrupt, click.Abort):
        show_warning("Stopped. What was done is kept; run the same command again to go on.")
        sys.exit(1)
    except BrokenPipeError:
        sys.exit(1)
    except Exception as error:  # noqa: BLE001 - the last edge: a person gets a sentence, the log gets the rest
        known = told(error)
        sys.exit(fail(str(known), known.exit_code) if known else fail(_unexpected(error), 1))


def _unexpected(error: Exception) -> str:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = f" at {trace.tb_frame.f_globals.get('__name__')}:{trace.tb_lineno}" if trace else ""
    return (
        f"Something went wrong that Candour did not foresee ({type(error).__name__}{where}): nothing half done was "
        "kept; run `candour doctor`, and report this line if it happens again."
    )
