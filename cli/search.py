"""Commands that search and keep the index."""

import click

from access.policy import OPERATOR
from cli.opening import archive
from cli.output import json_option, note, say, show_json
from cli.progress import progress_bar
from search import querying
from search.engine import Order
from search.indexing import bring_up_to_date


@click.command()
@click.argument("query")
@click.option("--limit", type=click.IntRange(1, 100_000), default=20, help="How many hits to show.")
@click.option("--offset", type=click.IntRange(0), default=0)
@click.option("--order", type=click.Choice([order.value for order in Order]), default="relevance")
@click.option("--keep", default="", metavar="NAME", help="Keep this search under a name, with its date and count.")
@json_option
def search(query: str, limit: int, offset: int, order: str, keep: str, as_json: bool) -> None:
    """Search for QUERY: words, "phrases", AND OR NOT, fields such as title: or date:1974..1979."""
    with archive() as opened:
        bring_up_to_date(opened)
        with opened.reading() as session:
            results = querying.search(
                opened, session, query, actor=OPERATOR, limit=limit, offset=offset, order=Order(order)
            )
        querying.log_search(opened, results, actor=OPERATOR)
        if keep:
            with opened.writing() as session:
                querying.keep_search(session, name=keep, results=results, actor=OPERATOR)
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
                "did_you_mean": results.spelling,
            }
        )
        return
    say(f"{results.total} of {results.searched} records, {results.took_ms:.0f} ms")
    for hit in results.hits:
        pages = f" p. {', '.join(str(page.number) for page in hit.pages)}" if hit.pages else ""
        say(f"{hit.record.reference}  {hit.record.title}{pages}\n    {_snippet(hit)}")
    if results.spelling:
        note(f"Did you mean: {results.spelling}")


def _hit(hit: querying.Hit) -> dict[str, object]:
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


def _snippet(hit: querying.Hit) -> str:
    return " … ".join(snippet.text for snippet in hit.snippets)


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
