"""Commands that split compound scans into the documents they hold."""

from pathlib import Path

import click

from access.policy import OPERATOR
from cli.opening import archive
from cli.output import json_option, say, show_json
from failings.uses import uses_of_split
from ingest.separators import separator_sheets
from records import parts
from records.parts_models import BLANK, SEPARATOR
from records.register import find_record
from records.split_plans import pages_in_words, plan_from
from retention import undone_splits
from store.errors import InvalidInputError
from worker import splitting


@click.group()
def split() -> None:
    """Split a scan into the documents it holds; undo a split; print separator sheets."""


@split.command()
@click.argument("count", type=int)
@click.option("--out", "file", type=click.Path(dir_okay=False, path_type=Path), required=True)
def sheets(count: int, file: Path) -> None:
    """Print COUNT separator sheets as a PDF, to be laid between documents before scanning."""
    file.write_bytes(separator_sheets(count))
    say(f"{count} separator sheets in {file.name}.")


@split.command()
@click.argument("reference")
@json_option
def find(reference: str, as_json: bool) -> None:
    """Look for separator sheets in a record; changes nothing."""
    with archive() as opened:
        found, blanks = splitting.look_for_separators(opened, reference, actor=OPERATOR)
    if as_json:
        show_json({"separators": found.separators, "doubtful": found.doubtful, "blanks": blanks})
    else:
        say(f"separators: {_listed(found.separators)}; doubtful: {_listed(found.doubtful)}; blank: {_listed(blanks)}")


@split.command()
@click.argument("reference")
@click.option("--first", "firsts", type=int, multiple=True, help="The first page of a part; may be repeated.")
@click.option("--separator", "separators", type=int, multiple=True, help="A page to leave out as a separator.")
@click.option("--blank", "blanks", type=int, multiple=True, help="A page to leave out as blank.")
@click.option(
    "--title", "titles", multiple=True, help="The title of a part, in their order; empty to have it proposed."
)
@click.option("--by-separators", is_flag=True, help="Find the separator sheets and split there.")
@json_option
def make(
    reference: str,
    firsts: tuple[int, ...],
    separators: tuple[int, ...],
    blanks: tuple[int, ...],
    titles: tuple[str, ...],
    by_separators: bool,
    as_json: bool,
) -> None:
    """Split a record, by its separator sheets or at the first pages given; the whole stays as it was."""
    if by_separators == bool(firsts or separators or blanks):
        raise InvalidInputError("Say where to split: --by-separators, or --first with the first page of each part.")
    if by_separators and titles:
        raise InvalidInputError(
            "Titles are given with --first: at separators nobody knows yet how many parts there are."
        )
    with archive() as opened:
        if by_separators:
            done = splitting.split_by_separators(opened, reference, actor=OPERATOR)
        else:
            with opened.reading() as session:
                count = find_record(session, reference, actor=OPERATOR).page_count
            left_out = {**dict.fromkeys(separators, SEPARATOR), **dict.fromkeys(blanks, BLANK)}
            plan = plan_from(count, firsts=firsts, left_out=left_out)
            done = splitting.split(opened, reference, plan, titles=titles, actor=OPERATOR)
    if as_json:
        show_json({"split": done.split, "whole": done.whole, "parts": dict(done.parts), "left_out": done.left_out})
        return
    say(f"{done.whole} is split (split {done.split}):")
    for part, pages in done.parts:
        say(f"  {part}: {pages_in_words(pages)}")
    for number, what in sorted(done.left_out.items()):
        say(f"  page {number} is left out: {what}")


@split.command()
@click.argument("reference")
@json_option
def show(reference: str, as_json: bool) -> None:
    """Prove that the parts of a record cover it exactly once, page by page."""
    with archive() as opened, opened.reading() as session:
        record = find_record(session, reference, actor=OPERATOR)
        rows = [
            {"page": each.number, "record": each.holder.reference, "as_page": each.page, "left_out": each.left_out}
            for each in parts.cover_of(session, record)
        ]
        standing = parts.standing_split(session, record)
        proof = standing.proof if standing else ""
    if as_json:
        show_json({"record": record.reference, "pages": rows, "proof": proof})
        return
    for row in rows:
        where = f"left out: {row['left_out']}" if row["left_out"] else f"{row['record']} page {row['as_page']}"
        say(f"  page {row['page']}: {where}")
    say(f"{len(rows)} pages, each exactly once{'; ' + proof if proof else ''}.")


@split.command()
@click.argument("reference")
@click.option("--reason", required=True, help="Why.")
def undo(reference: str, reason: str) -> None:
    """Undo the split of a record; refused once anything rests on a part."""
    with archive() as opened, opened.writing() as session:
        record = find_record(session, reference, actor=OPERATOR)
        standing = parts.standing_split(session, record)
        if standing is None:
            raise InvalidInputError(f"{record.reference} is not split: there is nothing to undo.")
        undone_splits.undo_split(
            session, standing, reason=reason, uses=uses_of_split(session, standing), actor=OPERATOR
        )
        say(f"The split of {record.reference} is undone.")


def _listed(numbers: tuple[int, ...] | list[int]) -> str:
    return ", ".join(map(str, numbers)) or "none"
