"""Commands that run lists of terms and compare their versions."""

from datetime import date, datetime
from pathlib import Path

import click

from access.policy import OPERATOR
from cli.opening import actor_of, archive, write_out
from cli.output import json_option, note, say, show_json, table
from cli.progress import progress_bar
from retention.notices import categories
from search import term_exports, term_reports
from search.term_figures import Figures
from search.term_lists import read_file
from search.term_running import Scope, check_scope
from store.errors import InvalidInputError
from store.leaving import Leaving
from worker.steps import run_term_report

DAY = click.DateTime(["%Y-%m-%d"])


@click.group()
def terms() -> None:
    """Run lists of terms, keep each version, and compare them."""


@terms.command()
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--name", default="", help="The name of the new report.")
@click.option("--again", type=int, metavar="NUMBER", help="Run a report again, with FILE's terms or its own.")
@click.option("--query", default="", help="Only among what this query finds.")
@click.option("--batch", default="", help="Only in this batch.")
@click.option("--from", "first", type=DAY, help="Only records dated from this day on.")
@click.option("--to", "last", type=DAY, help="Only records dated until this day.")
@click.option("--xlsx", type=click.Path(path_type=Path), help="Write the report as a workbook.")
@click.option("--csv", "csv_file", type=click.Path(path_type=Path), help="Write the report as CSV.")
@click.option("--by", default="", metavar="EMAIL", help="Whoever runs it: counted among the records open to them.")
@json_option
def report(
    file: Path | None,
    name: str,
    again: int | None,
    query: str,
    batch: str,
    first: datetime | None,
    last: datetime | None,
    xlsx: Path | None,
    csv_file: Path | None,
    by: str,
    as_json: bool,
) -> None:
    """Run the terms of FILE, one a line or a CSV with a column “term”, and say what each finds."""
    if file is None and again is None:
        raise InvalidInputError("There are no terms to run: name a file of terms, or a report to run --again.")
    listed = read_file(file.name, file.read_bytes()) if file else []
    scope = Scope(query, batch, _day(first), _day(last))
    check_scope(scope)
    with archive() as opened, progress_bar("Running terms") as bar:
        with opened.writing() as session:
            actor = actor_of(session, by) if by else OPERATOR
            if again is None:
                made = term_reports.begin_report(session, name=name or (file.stem if file else ""), actor=actor)
            else:
                made = term_reports.find_report(session, again, actor=actor)
                latest = term_reports.show_version(session, made, None, actor=actor)
                listed = listed or term_reports.terms_of(session, latest.version)
                scope = scope if scope != Scope() else latest.scope
        run_term_report(opened, made.id, listed, scope, actor=actor, progress=lambda done, total: bar(done, total, ""))
        with opened.reading() as session:
            made = term_reports.find_report(session, made.id, actor=actor)
            shown = term_reports.show_version(session, made, None, actor=actor)
            titles, house = {each.code: each.title for each in categories(session)}, opened.settings.authority
            files: list[tuple[Path, Leaving]] = []
            if xlsx:
                files.append((xlsx, term_exports.report_xlsx(session, shown, titles, actor=actor, house=house)))
            if csv_file:
                files.append((csv_file, term_exports.report_csv(session, shown, titles, actor=actor)))
        for out, each in files:
            write_out(opened, each, out, actor=actor)
    if as_json:
        show_json({"report": made.id, "name": made.name, "version": shown.version.version, **_figures(shown.figures)})
        return
    rows = [(e.term, e.documents, e.with_family, e.unique, e.pages) for e in shown.figures.terms]
    heading = f"Report {made.id}, version {shown.version.version}: {made.name}"
    table(heading, ("Term", "Documents", "With family", "Unique", "Pages"), rows, right=(1, 2, 3, 4))
    totals = shown.figures.totals
    say(f"{totals.documents} of {shown.figures.searched} documents; {totals.with_overlap} with overlap.")
    reach = term_exports.not_reached_words(shown.figures.not_reached)
    if reach:
        note(f"Nothing found is not proof: {reach}.")


def _day(value: datetime | None) -> date | None:
    return value.date() if value else None


def _figures(figures: Figures) -> dict[str, object]:
    totals = figures.totals
    return {
        "searched": figures.searched,
        "terms": [
            vars(each) | {"categories": dict(zip(figures.categories, each.categories, strict=True))}
            for each in figures.terms
        ],
        "totals": vars(totals)
        | {
            "repeats": totals.repeats,
            "categories": dict(zip(figures.categories, totals.categories, strict=True)),
        },
        "not_reached": vars(figures.not_reached),
    }


@terms.command()
@click.argument("number", type=int)
@click.option("--before", type=int, help="The earlier version; otherwise the one before the later.")
@click.option("--after", type=int, help="The later version; otherwise the latest.")
@json_option
def compare(number: int, before: int | None, after: int | None, as_json: bool) -> None:
    """Say what each term of report NUMBER finds in one version and not in another."""
    with archive() as opened, opened.reading() as session:
        made = term_reports.find_report(session, number, actor=OPERATOR)
        known = [each.version for each in term_reports.versions_of(session, made, actor=OPERATOR)]
        second = after if after is not None else (known[-1] if known else 0)
        first = before if before is not None else max((each for each in known if each < second), default=second)
        found = term_reports.compare_versions(session, made, first, second, actor=OPERATOR)
    changes = [
        {
            "term": each.term,
            "before": each.before,
            "after": each.after,
            "new": [record.reference for record in each.new],
            "gone": [record.reference for record in each.gone],
        }
        for each in found.terms
    ]
    if as_json:
        show_json({"report": made.id, "before": first, "after": second, "terms": changes})
        return
    rows = [(e.term, e.before, e.after, len(e.new), len(e.gone)) for e in found.terms]
    table(f"{made.name}: version {first} to {second}", ("Term", "Before", "After", "New", "Gone"), rows)
