"""Commands on paper: boxes, what lies in them, who has them, and what is missing."""

from datetime import date, timedelta
from pathlib import Path

import click
from sqlalchemy.orm import Session

from access.policy import OPERATOR
from cli.opening import archive, write_out
from cli.output import json_option, note, say, show_json, table
from records import custody, losses, movements, placing, reconciling
from records.box_list import Fault, parse
from records.box_list_applying import Comparison, apply_list, compare
from records.custody_models import KINDS
from records.labels import SHEETS, print_labels
from records.register import find_record
from store import clock
from store.errors import InvalidInputError
from store.leaving import Leaving

DIFFERS = 3
DAY = click.DateTime(["%Y-%m-%d"])


@click.group()
def boxes() -> None:
    """Say where paper is, who has it, and what is missing of it."""


@boxes.command(name="import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--apply", "is_applied", is_flag=True, help="Take it over; without this, only what would change is shown."
)
@json_option
def import_list(file: Path, is_applied: bool, as_json: bool) -> None:
    """Compare a box list with what is known, and with --apply take it over, whole or not at all."""
    content = file.read_bytes()
    parsed = parse(content)
    if parsed.faults:
        _tell_faults(parsed.faults)
    with archive() as opened:
        if is_applied:
            with opened.writing() as session:
                _, found = apply_list(session, opened.files, content, name=file.name, actor=OPERATOR)
        else:
            with opened.reading() as session:
                found = compare(session, parsed.rows)
    if as_json:
        show_json({"applied": is_applied, "lines": len(parsed.rows), **_plain(found)})
        return
    for change in found.added:
        say(f"  new      {change.where}")
    for change in found.changed:
        say(f"  changed  {change.where}: {change.what}, from {change.before} to {change.after}")
    for way in found.unmentioned:
        say(f"  not in the list (kept)  {way}")
    verb = "taken over" if is_applied else "compared; nothing was changed, --apply takes them over"
    say(
        f"{len(parsed.rows)} lines {verb}: {len(found.added)} new, {len(found.changed)} changed, {found.same} the same."
    )


def _tell_faults(faults: tuple[Fault, ...]) -> None:
    for fault in faults[1:]:
        note(f"line {fault.line} {fault.reason}")
    more = f"; {len(faults) - 1} more above" if len(faults) > 1 else ""
    raise InvalidInputError(f"Nothing of the box list was taken over: line {faults[0].line} {faults[0].reason}{more}.")


def _plain(found: Comparison) -> dict[str, object]:
    return {
        "added": [change.where for change in found.added],
        "changed": [vars(change) for change in found.changed],
        "unmentioned": found.unmentioned,
        "same": found.same,
    }


@boxes.command(name="list")
@click.option("--within", default="", help="Only what lies in this place.")
@json_option
def list_boxes(within: str, as_json: bool) -> None:
    """List every place with its code, and whether it is out."""
    with archive() as opened, opened.reading() as session:
        tops = [custody.find_place(session, within)] if within else custody.children(session, None)
        rows = [
            {
                "code": place.code,
                "kind": place.kind,
                "where": " / ".join(each.reference for each in custody.way_to(session, place)),
                "title": place.title,
                "dates": place.dates,
                "out_with": movement.taken_by if (movement := movements.out_now(session, place)) else "",
                "seal": seal.number if (seal := movements.whole_seal(session, place)) else "",
            }
            for top in tops
            for place in custody.everything_in(session, top)
        ]
    if as_json:
        show_json({"places": rows})
        return
    columns = ["code", "kind", "where", "title", "dates", "out_with", "seal"]
    table("Places", [name.replace("_", " ") for name in columns], [[row[name] for name in columns] for row in rows])


@boxes.command()
@click.argument("kind", type=click.Choice(KINDS))
@click.argument("reference")
@click.option("--within", default="", help="The place it lies in: a code, a box, or box/file.")
@click.option("--title", default="")
@click.option("--dates", default="")
@json_option
def add(kind: str, reference: str, within: str, title: str, dates: str, as_json: bool) -> None:
    """Add a place by hand."""
    with archive() as opened, opened.writing() as session:
        around = custody.find_place(session, within) if within else None
        place = custody.add_place(session, kind, reference, within=around, title=title, dates=dates, actor=OPERATOR)
        answer = {"code": place.code, "where": custody.way_in_words(session, place)}
    if as_json:
        show_json(answer)
    else:
        say(f"{answer['code']}: {answer['where']}.")


@boxes.command()
@click.argument("place")
@click.argument("pages", type=click.IntRange(min=0))
@click.option("--folios", type=(int, int), default=None, help="The first and the last folio.")
@click.option("--by", "counted_by", required=True, help="Who counted.")
@click.option("--on", "counted_on", type=DAY, default=None, help="The day of counting; by default today.")
def count(place: str, pages: int, folios: tuple[int, int] | None, counted_by: str, counted_on: object) -> None:
    """Record how many pages were counted in a place by hand."""
    with archive() as opened, opened.writing() as session:
        found = custody.find_place(session, place)
        custody.count_place(
            session,
            found,
            pages=pages,
            folios=folios,
            counted_by=counted_by,
            counted_on=_day(counted_on),
            actor=OPERATOR,
        )
        say(f"{pages} pages counted in the {found.name}.")


@boxes.command()
@click.argument("place", default="")
@click.option("--record", "references", multiple=True, help="A record to put there; may be repeated.")
@click.option("--folios", type=(int, int), default=None, help="The first and the last folio of the one record.")
@click.option("--batch", default="", help="Put every record of this batch there, or narrow --pattern to it.")
@click.option("--pattern", default="", help="Read places from paths: {box}/{file}/{volume}/f{from}-{to}.pdf")
@click.option("--apply", "is_applied", is_flag=True, help="With --pattern: do it; without, only show the plan.")
def put(
    place: str,
    references: tuple[str, ...],
    folios: tuple[int, int] | None,
    batch: str,
    pattern: str,
    is_applied: bool,
) -> None:
    """Say which records lie in PLACE: by hand, a whole batch, or by what their paths say."""
    with archive() as opened:
        if pattern:
            with opened.writing() if is_applied else opened.reading() as session:
                _by_path(session, pattern, batch, is_applied=is_applied)
            return
        if bool(references) == bool(batch) or not place:
            raise InvalidInputError("Say the place and either --record or --batch, or give a --pattern alone.")
        if folios and len(references) != 1:
            raise InvalidInputError("Folios are those of one record: give one --record with them.")
        with opened.writing() as session:
            found = custody.find_place(session, place)
            if batch:
                _say_put(placing.put_batch(session, batch, found, actor=OPERATOR))
                return
            for reference in references:
                record = find_record(session, reference, actor=OPERATOR)
                custody.put_record(session, record, found, folios=folios, actor=OPERATOR)
            say(f"{', '.join(references)}: {custody.way_in_words(session, found)}.")


def _by_path(session: Session, pattern: str, batch: str, *, is_applied: bool) -> None:
    planned = placing.plan_by_path(session, pattern, batch=batch, actor=OPERATOR)
    if is_applied:
        _say_put(placing.put_by_path(session, planned, actor=OPERATOR))
        return
    for each in planned:
        folios = f", folios {each.folios[0]} to {each.folios[1]}" if each.folios else ""
        where = custody.way_in_words(session, each.place) if each.place else f"NOT KNOWN: {each.problem}"
        say(f"  {each.record.reference}  {each.path}: {where}{folios}")
    say(f"{len(planned)} paths fit; nothing was changed, --apply does it.")


def _say_put(done: placing.Put) -> None:
    say(f"{len(done.put)} put, {len(done.there_already)} there already, {len(done.elsewhere)} said to lie elsewhere.")
    for reference in done.elsewhere:
        note(f"  {reference} is said to lie elsewhere and was left there")


@boxes.command()
@click.option("--within", default="", help="Only this place.")
@click.option("--csv", "csv_file", type=click.Path(dir_okay=False, path_type=Path), default=None)
@click.option("--xlsx", "xlsx_file", type=click.Path(dir_okay=False, path_type=Path), default=None)
@json_option
def reconcile(within: str, csv_file: Path | None, xlsx_file: Path | None, as_json: bool) -> int:
    """Compare what was counted with what is registered, the gaps by name; exit 3 when something is missing."""
    with archive() as opened:
        with opened.reading() as session:
            place = custody.find_place(session, within) if within else None
            found = reconciling.account(session, within=place, actor=OPERATOR)
            leaves: list[tuple[Path, Leaving]] = []
            authority = opened.settings.authority
            if csv_file:
                leaves.append((csv_file, reconciling.export_account(session, found, form="csv", authority=authority)))
            if xlsx_file:
                leaves.append((xlsx_file, reconciling.export_account(session, found, form="xlsx", authority=authority)))
        for file, made in leaves:
            write_out(opened, made, file, actor=OPERATOR)
    rows = [dict(zip(reconciling.COLUMNS, row, strict=True)) for row in reconciling.account_rows(found)]
    if as_json:
        show_json({"places": rows, "unplaced_records": found.unplaced})
    else:
        columns = ["code", "where", "pages counted", "pages registered", "verdict", "gaps", "notes"]
        table(
            "Paper against records",
            columns,
            [[row[name] if row[name] is not None else "" for name in columns] for row in rows],
        )
        say(f"{found.unplaced} records are not yet said to lie anywhere.")
    short = (reconciling.GAPS, reconciling.NOTHING)
    return DIFFERS if any(line.verdict in short for line in found.lines) else 0


@boxes.command()
@click.argument("place")
@click.option("--by", "taken_by", default="", help="Who takes it.")
@click.option("--to", "taken_to", default="", help="Where it goes.")
@click.option("--why", default="", help="Why.")
@click.option("--on", "day", type=DAY, default=None, help="The day; by default today.")
@click.option("--due", type=DAY, default=None, help="When it must be back; by default in two weeks.")
@click.option("--returned", is_flag=True, help="It is back.")
@click.option("--note", "remark", default="", help="With --returned: its condition and seals.")
def move(
    place: str,
    taken_by: str,
    taken_to: str,
    why: str,
    day: object,
    due: object,
    returned: bool,
    remark: str,
) -> None:
    """Record who takes a box or file, where, why and until when; or with --returned that it is back."""
    with archive() as opened, opened.writing() as session:
        found = custody.find_place(session, place)
        if returned:
            movements.bring_back(session, found, returned_on=_day(day), note=remark, actor=OPERATOR)
            say(f"The {found.name} is back.")
            return
        made = movements.take_out(
            session,
            found,
            taken_by=taken_by,
            taken_to=taken_to,
            purpose=why,
            taken_on=_day(day),
            due_on=_day(due) if due else _day(day) + timedelta(days=14),
            actor=OPERATOR,
        )
        say(f"The {found.name} is out with {made.taken_by}, due back on {made.due_on:%-d %B %Y}.")


@boxes.command()
@json_option
def out(as_json: bool) -> None:
    """List all paper that is out, the longest overdue first."""
    with archive() as opened, opened.reading() as session:
        rows = [
            {
                "code": each.place.code,
                "place": each.place.name,
                "with": each.movement.taken_by,
                "at": each.movement.taken_to,
                "since": each.movement.taken_on,
                "due": each.movement.due_on,
                "overdue": each.overdue,
            }
            for each in movements.all_out(session)
        ]
    if as_json:
        show_json({"out": rows})
    else:
        columns = ["code", "place", "with", "at", "since", "due", "overdue"]
        table("Out", columns, [[row[name] for name in columns] for row in rows])


@boxes.command()
@click.argument("number")
@click.option("--place", default="", help="The place it is put on.")
@click.option("--by", required=True, help="Who put it on, or broke it.")
@click.option("--on", "day", type=DAY, default=None, help="The day; by default today.")
@click.option("--broken", "why", default="", help="It was broken, and why.")
def seal(number: str, place: str, by: str, day: object, why: str) -> None:
    """Record seal NUMBER put on a place; or with --broken that it was broken, and why."""
    with archive() as opened, opened.writing() as session:
        if why:
            movements.break_seal(session, number, broken_by=by, broken_on=_day(day), why=why, actor=OPERATOR)
            say(f"Seal {number} was broken by {by}.")
            return
        found = custody.find_place(session, place)
        movements.put_seal(session, found, number=number, put_on_by=by, put_on=_day(day), actor=OPERATOR)
        say(f"The {found.name} bears seal {number}.")


@boxes.command()
@click.argument("places", nargs=-1, required=True)
@click.option("--out", "file", type=click.Path(dir_okay=False, path_type=Path), required=True)
@click.option("--sheet", type=click.Choice(list(SHEETS)), default="14", help="Labels on a sheet.")
@click.option("--skip", type=int, default=0, help="Labels already used on the first sheet.")
@click.option("--inside", is_flag=True, help="Also everything that lies in them.")
def labels(places: tuple[str, ...], file: Path, sheet: str, skip: int, inside: bool) -> None:
    """Print barcode labels for PLACES as a PDF."""
    with archive() as opened:
        with opened.reading() as session:
            chosen = [custody.find_place(session, name) for name in places]
            if inside:
                chosen = [each for place in chosen for each in custody.everything_in(session, place)]
            made = print_labels(
                session, chosen, sheet=sheet, skip=skip, authority=opened.settings.authority, actor=OPERATOR
            )
        write_out(opened, made, file, actor=OPERATOR)
    say(f"{len(chosen)} labels in {file.name}.")


@boxes.command()
@click.option("--what", default="", help="What is gone.")
@click.option("--nature", type=click.Choice(list(losses.NATURES)), default="lost")
@click.option("--place", default="", help="The box, file or volume it is, where it has one.")
@click.option("--happened", default="", help="When it happened, in words.")
@click.option("--known-on", type=DAY, default=None, help="The day it was known; by default today.")
@click.option("--known-by", default="", help="Who knew it.")
@click.option("--evidence", default="", help="How it is known.")
@click.option("--authority", default="", help="Under which authority it was destroyed.")
@click.option("--search-made", default="", help="Where it was looked for.")
@click.option("--substitutes", default="", help="What else may say the same.")
@click.option("--found", "found_where", default="", help="With --loss: it was found again, and where.")
@click.option("--loss", "reference", default="", help="The loss that was found.")
@click.option("--csv", "csv_file", type=click.Path(dir_okay=False, path_type=Path), default=None)
@json_option
def lost(**told: object) -> None:
    """Record what is lost or destroyed, or found again; without --what, list it all."""
    with archive() as opened:
        if told["found_where"]:
            with opened.writing() as session:
                loss = losses.find_loss(session, str(told["reference"]))
                losses.record_found(
                    session, loss, found_on=clock.today(), where=str(told["found_where"]), actor=OPERATOR
                )
        elif told["what"]:
            with opened.writing() as session:
                made = losses.record_loss(
                    session,
                    _loss(told),
                    place=custody.find_place(session, str(told["place"])) if told["place"] else None,
                    actor=OPERATOR,
                )
                recorded = made.reference
            if told["as_json"]:
                show_json({"loss": recorded})
            else:
                say(f"{recorded} is recorded.")
            return
        if isinstance(told["csv_file"], Path):
            with opened.reading() as session:
                stated = losses.export_statement(session)
            write_out(opened, stated, told["csv_file"], actor=OPERATOR)
        with opened.reading() as session:
            columns, rows = losses.statement_rows(session)
    if told["as_json"]:
        show_json({"losses": [dict(zip(columns, row, strict=True)) for row in rows]})
    else:
        shown = ["reference", "where", "what", "nature", "known_on", "found_on"]
        at = [columns.index(name) for name in shown]
        table("What is known to be gone", shown, [[row[place] or "" for place in at] for row in rows])


def _loss(told: dict[str, object]) -> losses.Loss:
    names = ("what", "nature", "happened", "known_by", "evidence", "authority", "search_made", "substitutes")
    return losses.Loss(known_on=_day(told["known_on"]), **{name: str(told[name]) for name in names})


def _day(given: object) -> date:
    """The day given, or today."""
    day = getattr(given, "date", None)
    found = day() if day else clock.today()
    assert isinstance(found, date)
    return found
