"""Commands that search, keep searches and run them again, and keep the index."""

from collections.abc import Sequence

import click

from access.policy import OPERATOR
from cli.opening import archive
from cli.output import json_option, note, say, show_json, table
from cli.progress import progress_bar
from records.models import Record
from search import alerts, kept_searches, querying
from search.engine import Order
from search.hits import Hit
from search.indexing import bring_up_to_date
from search.language_lexer import QueryMistakeError, pointed_at
from search.models import KeptSearch


class Searching(click.Group):
    """A group whose first word is a query unless it names a command: `candour search minutes` just searches."""

    def parse_args(self, context: click.Context, args: list[str]) -> list[str]:
        """The arguments, with the command that was left out."""
        if args and args[0] not in {*self.commands, "--help", "-h"}:
            args = ["query", *args]
        return super().parse_args(context, args)


@click.group(cls=Searching)
def search() -> None:
    """Search for QUERY: `candour search QUERY`; or list the searches that are kept, and run one again.

    To search for the word “kept” or “rerun” itself: `candour search query kept`.
    """


@search.command("query")
@click.argument("query")
@click.option("--limit", type=click.IntRange(1, 100_000), default=20, help="How many hits to show.")
@click.option("--offset", type=click.IntRange(0), default=0)
@click.option("--order", type=click.Choice([order.value for order in Order]), default="relevance")
@click.option("--keep", default="", metavar="NAME", help="Keep this search under a name, with its date and count.")
@json_option
def ask(query: str, limit: int, offset: int, order: str, keep: str, as_json: bool) -> None:
    """Search for QUERY: words, "phrases", AND OR NOT, fields such as title: or date:1974..1979."""
    with archive() as opened:
        bring_up_to_date(opened)
        with opened.reading() as session:
            try:
                results = querying.search(
                    opened, session, query, actor=OPERATOR, limit=limit, offset=offset, order=Order(order)
                )
            except QueryMistakeError as error:
                for line in pointed_at(query, error.at):
                    note(line)
                raise
        querying.log_search(opened, results, actor=OPERATOR)
        if keep:
            with opened.reading() as session:
                asked = kept_searches.ask(opened, session, query, actor=OPERATOR)
            with opened.writing() as session:
                kept_searches.keep_search(session, asked, name=keep, actor=OPERATOR)
    if as_json:
        show_json(
            {
                "query": results.query,
                "total": results.total,
                "searched": results.searched,
                "took_ms": results.took_ms,
                "hits": [_hit(hit) for hit in results.hits],
                "facets": {
                    name: [{"value": facet.value, "count": facet.count} for facet in facets]
                    for name, facets in results.facets.items()
                },
                "did_you_mean": [
                    {"query": each.query, "more": each.more, "word": each.word, "read": each.read}
                    for each in results.meant
                ],
            }
        )
        return
    say(f"{results.total} of {results.searched} records, {results.took_ms:.0f} ms")
    for hit in results.hits:
        pages = f" p. {', '.join(str(page.number) for page in hit.pages)}" if hit.pages else ""
        say(f"{hit.record.reference}  {hit.record.title}{pages}\n    {_snippet(hit)}")
    for unheld in results.unheld:
        held = f"; those there are: {', '.join(unheld.held)}" if unheld.held else ""
        note(f"No record has {unheld.field}:{unheld.value}{held}")
    for meant in results.meant:
        reading = f" (a scanner may have read {meant.word} as {meant.read})" if meant.read else ""
        note(f"Did you mean: {meant.query} — {meant.more} more{reading}")


def _hit(hit: Hit) -> dict[str, object]:
    return {
        "record": hit.record.reference,
        "file": hit.record.file_name,
        "title": hit.record.title,
        "date": hit.record.date_from,
        "score": round(hit.score, 4),
        "pages": [page.number for page in hit.pages],
        "snippet": _snippet(hit),
        "categories": list(hit.categories),
        "suggested": list(hit.suggested),
    }


def _snippet(hit: Hit) -> str:
    return " … ".join(snippet.text for snippet in hit.snippets)


@search.command()
@json_option
def kept(as_json: bool) -> None:
    """List the searches that are kept, with what each found last, and what is new since it was looked at."""
    with archive() as opened:
        bring_up_to_date(opened)
        alerts.raise_alerts(opened)
        with opened.reading() as session:
            listed = kept_searches.latest_of(
                session, kept_searches.kept_searches(session, actor=OPERATOR), actor=OPERATOR
            )
            waiting = alerts.alerts_of(session, actor=OPERATOR)
    if as_json:
        show_json({"searches": [_kept(each, latest) for each, latest in listed], "new": [_alert(e) for e in waiting]})
        return
    rows = [
        (each.id, each.name, latest.total if latest else "", latest.searched if latest else "", each.kept_by)
        for each, latest in listed
    ]
    table("Kept searches", ("No.", "Name", "Found", "Of", "Kept by"), rows, right=(2, 3))
    for each in waiting:
        if each.records:
            note(f"{len(each.records)} new for “{each.kept.name}”: {_references(each.records)}")
        if each.read_otherwise:
            note(
                f"{len(each.read_otherwise)} found for “{each.kept.name}” by the way this version reads, no new "
                f"material: {_references(each.read_otherwise)}"
            )


def _references(records: Sequence[Record]) -> str:
    return ", ".join(record.reference for record in records)


def _kept(each: KeptSearch, latest: kept_searches.RunFigures | None) -> dict[str, object]:
    return {
        "search": each.id,
        "name": each.name,
        "query": each.query,
        "kept_by": each.kept_by,
        "kept_at": each.kept_at,
        "watched": each.watched,
        "run": _run(latest) if latest else None,
    }


def _run(each: kept_searches.RunFigures) -> dict[str, object]:
    return {
        "run": each.run.number,
        "at": each.run.run_at,
        "by": each.run.run_by,
        "found": each.total,
        "searched": each.searched,
        "language": each.run.language_version,
        "index": each.run.index_generation,
    }


def _alert(each: alerts.Alert) -> dict[str, object]:
    return {
        "alert": each.alert.id,
        "search": each.kept.id,
        "records": [record.reference for record in each.records],
        "read_otherwise": [record.reference for record in each.read_otherwise],
    }


@search.command()
@click.argument("number", type=int)
@json_option
def rerun(number: int, as_json: bool) -> None:
    """Run kept search NUMBER again, keep what it finds, and list what is new and what is gone since the run before."""
    with archive() as opened:
        bring_up_to_date(opened)
        with opened.reading() as session:
            found = kept_searches.find_kept_search(session, number, actor=OPERATOR)
            asked = kept_searches.ask(opened, session, found.query, actor=OPERATOR)
        with opened.writing() as session:
            found = kept_searches.find_kept_search(session, number, actor=OPERATOR)
            run = kept_searches.run_again(session, found, asked, actor=OPERATOR)
            told = kept_searches.runs_of(session, found, actor=OPERATOR)
            numbers = [each.run.number for each in told if each.run.number < run.number]
            before = numbers[-1] if numbers else run.number
            compared = kept_searches.compare_runs(session, found, before, run.number, actor=OPERATOR)
    if as_json:
        show_json(
            {
                "search": found.id,
                "query": found.query,
                "before": _run(compared.before),
                "after": _run(compared.after),
                "new": [record.reference for record in compared.new],
                "gone": [record.reference for record in compared.gone],
            }
        )
        return
    say(f"{compared.after.total} of {compared.after.searched} records; before: {compared.before.total}")
    for words, records in (("new", compared.new), ("gone", compared.gone)):
        for record in records:
            say(f"{words}  {record.reference}  {record.title}")


@click.group()
def index() -> None:
    """The search index."""


@index.command()
@json_option
def rebuild(as_json: bool) -> None:
    """Make the index anew from the database; the old one answers until the new one is whole."""
    from worker.steps import rebuild_index

    with archive() as opened, progress_bar("Indexing") as report:
        count = rebuild_index(opened, actor=OPERATOR, progress=lambda done, total: report(done, total, ""))
    if as_json:
        show_json({"documents": count})
    else:
        say(f"{count} records are indexed.")
