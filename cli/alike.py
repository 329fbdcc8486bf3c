"""Commands on records that are alike: finding them, listing them, showing what differs."""

from typing import Any

import click

from access.policy import OPERATOR
from cli.opening import actor_of, archive
from cli.output import json_option, say, show_json
from cli.progress import progress_bar
from records.beside import PagesBeside, pages_beside
from records.differences import SAME, Piece, difference, withheld_places
from records.likenesses import answer_likeness, comparison_of, similar_records
from records.register import find_record


@click.command()
@click.option("--again", is_flag=True, help="Make the signatures of every page anew first.")
@json_option
def compare(again: bool, as_json: bool) -> None:
    """Compare what waits to be compared with all that is held; a worker does it by itself."""
    from worker.comparing import compare_all

    with archive() as opened, progress_bar("Comparing") as report:
        done = compare_all(opened, again=again, report=lambda at, of: report(at, of, ""))
    if as_json:
        show_json({"compared": done})
    else:
        say(f"{done} records compared.")


@click.command()
@click.argument("reference")
@json_option
def similar(reference: str, as_json: bool) -> None:
    """List the records like REFERENCE: other scans, versions, and what holds it or is held in it."""
    with archive() as opened, opened.reading() as session:
        record = find_record(session, reference, actor=OPERATOR)
        comparison = comparison_of(session, record)
        rows: list[dict[str, Any]] = [
            {
                "record": each.record.reference,
                "title": each.record.title,
                "kind": each.kind,
                "words": each.words,
                "similarity": round(each.similarity, 3),
                "pages": each.our_pages,
                "their_pages": each.their_pages,
            }
            for each in similar_records(session, record, actor=OPERATOR)
        ]
    compared = comparison is not None and comparison.compared_at is not None
    if as_json:
        show_json({"record": record.reference, "compared": compared, "similar": rows})
        return
    if not compared:
        say(f"{record.reference} has not been compared yet: run `candour records compare`.")
    for row in rows:
        say(f"{row['record']}  {row['similarity']:.2f}  {row['words']}: {row['title']}")
        say(f"    its page {row['their_pages']}, page {row['pages']} here")
    if compared and not rows:
        say("Nothing held is like it, as far as its pages could be compared.")


@click.command()
@click.argument("first")
@click.argument("second")
@json_option
def difference_of(first: str, second: str, as_json: bool) -> None:
    """Show what differs between FIRST and SECOND, page by page, and what one has that the other has not."""
    with archive() as opened, opened.reading() as session:
        ours = find_record(session, first, actor=OPERATOR)
        theirs = find_record(session, second, actor=OPERATOR)
        beside = pages_beside(session, ours, theirs, actor=OPERATOR)
    shown = [_beside(each) for each in beside]
    if as_json:
        show_json({"first": ours.reference, "second": theirs.reference, "pages": shown})
        return
    for page in shown:
        ours_at, theirs_at = page["first_page"] or "none", page["second_page"] or "none"
        say(f"--- page {ours_at} of {ours.reference}, {theirs_at} of {theirs.reference}")
        for piece in page["pieces"]:
            if piece["kind"] != SAME:
                say(f"  {piece['kind']}: “{piece['first'].strip()}” | “{piece['second'].strip()}”")
        for place in page["withheld"]:
            say(f"  only in {ours.reference if place['present_in_first'] else theirs.reference}: “{place['words']}”")


def _beside(each: PagesBeside) -> dict[str, Any]:
    pieces: list[Piece] = difference(each.first_text, each.second_text)
    return {
        "first_page": each.first_page,
        "second_page": each.second_page,
        "pieces": [vars(piece) for piece in pieces],
        "withheld": [vars(place) for place in withheld_places(pieces)] if each.is_pair else [],
    }


@click.command()
@click.argument("first")
@click.argument("second")
@click.option("--by", required=True, metavar="EMAIL", help="Who says so.")
@click.option("--reason", required=True, help="Why, in a few words.")
@click.option("--after-all", is_flag=True, help="They are alike after all.")
@json_option
def not_alike(first: str, second: str, by: str, reason: str, after_all: bool, as_json: bool) -> None:
    """Say that FIRST and SECOND are not alike: they are not shown to each other again."""
    with archive() as opened, opened.writing() as session:
        actor = actor_of(session, by)
        ours, theirs = find_record(session, first, actor=actor), find_record(session, second, actor=actor)
        given = answer_likeness(session, ours, theirs, alike=after_all, reason=reason, actor=actor)
    if as_json:
        show_json({"first": ours.reference, "second": theirs.reference, "answer": given.answer})
    else:
        say(f"Kept: {ours.reference} and {theirs.reference} are {'alike' if after_all else 'not alike'}.")
