"""A term report as a workbook and as CSV, each with how it was made; that it left is in the audit trail."""

from collections.abc import Mapping, Sequence

from sqlalchemy.orm import Session

from access.policy import Actor, Permission, require
from search.sight import may_be_told
from search.term_figures import Figures, NotReached, TermFigures
from search.term_reports import Difference, ReportShown
from store import clock
from store.audit_actions import AuditAction
from store.clock import LEGAL_ZONE
from store.errors import NotFoundError
from store.leaving import Leaving, leaving
from store.spreadsheets import COUNT, Book, Cell, Column, csv_table

HOW_COUNTED = (
    ("Documents", "Records in the scope that the term finds, in their text, title, file name, reference or names."),
    ("With family", "Those, and every record in the same container or message, also where it lies outside the scope."),
    ("Only this term", "Documents that no other term of the list finds."),
    ("Pages", "Pages of those documents on which a word of the term stands; a hit in a title alone is on no page."),
    ("By category", "Documents that have the category, decided by a person or still suggested."),
    ("Totals", "With overlap, a document counts once for each term that finds it; without, it counts once."),
)


def report_xlsx(
    session: Session, shown: ReportShown, titles: Mapping[str, str], *, actor: Actor, house: str
) -> Leaving:
    """The version as a workbook: its terms, its totals, and how it was made."""
    _require_told(shown, actor)
    book = Book(house, clock.today(), header=f"Term report {shown.report.id}, version {shown.version.version}")
    book.describe(shown.report.name, f"Version {shown.version.version}, run by {shown.version.run_by}")
    figures = shown.figures
    columns = [
        Column("Term", "", 42),
        Column("Documents", COUNT, 12),
        Column("Documents with family", COUNT, 13),
        Column("Only this term", COUNT, 12),
        Column("Pages with a hit", COUNT, 11),
        *(Column(code.capitalize(), COUNT, 14) for code in figures.categories),
        Column("Nothing found", "", 30),
        Column("Note", "", 24),
        Column("Line", COUNT, 7),
    ]
    rows = [_row(each, figures) for each in figures.terms]
    book.listing(book.sheet("Terms"), columns, rows)
    book.facts("Totals", f"{shown.report.name}: totals", _totals(figures, titles))
    book.facts("Method", f"{shown.report.name}: how it was made", method_of(shown, actor=actor))
    return _leaving(session, book.content(), shown, "xlsx")


def report_csv(session: Session, shown: ReportShown, titles: Mapping[str, str], *, actor: Actor) -> Leaving:
    """The version as one CSV file; the first column says whether a row is a term, a total or about the method."""
    _require_told(shown, actor)
    figures = shown.figures
    headings = ["row", "term", "documents", "with_family", "unique", "pages", *figures.categories]
    rows: list[Sequence[object]] = [
        ["term", *_row(each, figures)[: 5 + len(figures.categories)], _nothing(each, figures), each.note, each.line]
        for each in figures.terms
    ]
    rows += [["total", label, value] for label, value in _totals(figures, titles)]
    rows += [["method", label, value] for label, value in method_of(shown, actor=actor)]
    content = csv_table([*headings, "nothing_found", "note", "line"], rows)
    return _leaving(session, content, shown, "csv")


def difference_csv(session: Session, difference: Difference, *, actor: Actor) -> Leaving:
    """The difference of two versions as CSV: each term with its counts and each record that is new or gone."""
    _require_told(difference.after, actor)
    rows = [
        (
            each.term,
            "not in that version" if each.before is None else each.before,
            "not in that version" if each.after is None else each.after,
            " ".join(record.reference for record in each.new),
            " ".join(record.reference for record in each.gone),
        )
        for each in difference.terms
    ]
    before, after = difference.before.version.version, difference.after.version.version
    headings = (
        "term",
        f"documents in version {before}",
        f"documents in version {after}",
        "new records",
        "gone records",
    )
    return _leaving(session, csv_table(headings, rows), difference.after, "difference")


def _require_told(shown: ReportShown, actor: Actor) -> None:
    require(actor, Permission.SEARCH)
    if not may_be_told(shown.version.counted_in, actor):
        raise NotFoundError("There is no such version of this report: choose one from its list.")


def _leaving(session: Session, content: bytes, shown: ReportShown, form: str) -> Leaving:
    subject = f"term-report:{shown.report.id}"
    told = {"version": shown.version.version, "form": form}
    return leaving(session, content, AuditAction.TERM_REPORT_EXPORTED, subject=subject, **told)


def _row(each: TermFigures, figures: Figures) -> list[Cell]:
    return [
        each.term,
        each.documents,
        each.with_family,
        each.unique,
        each.pages,
        *each.categories,
        _nothing(each, figures),
        each.note,
        each.line,
    ]


def _nothing(each: TermFigures, figures: Figures) -> str:
    return "" if each.documents else nothing_found(figures.not_reached)


def nothing_found(not_reached: NotReached) -> str:
    """What a term without a hit proves, and what it does not."""
    words = not_reached_words(not_reached)
    if not words:
        return "Not found in any page that was searched; every page was read."
    return f"Not found, which does not prove that it is not there: {words}."


def not_reached_words(found: NotReached) -> str:
    """What no term could reach, as one clause; empty if there is nothing of the kind."""
    parts = []
    if found.unread_pages:
        parts.append(
            f"{_count(found.unread_pages, 'page')} in {_count(found.unread_documents, 'record')} could not be read"
        )
    if found.quarantined:
        parts.append(f"{_count(found.quarantined, 'file')} in quarantine could not be opened")
    if found.undated:
        parts.append(f"{_count(found.undated, 'record')} without a date fell outside the scope of dates")
    if found.not_indexed:
        parts.append(f"{_count(found.not_indexed, 'record')} had not reached the index")
    return ", ".join(parts)


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _totals(figures: Figures, titles: Mapping[str, str]) -> list[tuple[str, Cell]]:
    totals = figures.totals
    return [
        ("Terms", len(figures.terms)),
        ("Terms that found nothing", totals.without_hits),
        ("Documents, with overlap", totals.with_overlap),
        ("less those found again by a further term", totals.repeats),
        ("Documents, without overlap", totals.documents),
        ("of which found by one term", totals.by_one),
        ("of which found by several", totals.by_several),
        ("Documents with family, without overlap", totals.with_family),
        ("Pages with a hit, with overlap", totals.pages_with_overlap),
        ("Pages with a hit, without overlap", totals.pages),
        *(
            (f"Documents in {titles.get(code, code)}, without overlap", number)
            for code, number in zip(figures.categories, totals.categories, strict=True)
        ),
        ("Documents searched", figures.searched),
    ]


def method_of(shown: ReportShown, *, actor: Actor) -> list[tuple[str, Cell]]:
    """Who ran it, when, in what, with which language and index, how it was counted, and its limits."""
    version, found = shown.version, shown.figures.not_reached
    ran = version.run_at.astimezone(LEGAL_ZONE)
    reach = not_reached_words(found)
    return [
        ("Report", f"{shown.report.id}: {shown.report.name}"),
        ("Version", version.version),
        ("Run by", version.run_by),
        ("Run at", f"{ran:%-d %B %Y, %H:%M:%S} ({ran.tzname()})"),
        ("Searched in", shown.scope.words),
        ("Documents searched", shown.figures.searched),
        ("Counted among", f"the records open to {version.run_by} when it was run and to {actor.name} now"),
        ("Query language", f"version {version.language_version}"),
        ("Index", version.index_generation),
        ("Took", f"{version.seconds:,.1f} seconds"),
        *HOW_COUNTED,
        ("Could not be reached", f"{reach[:1].upper()}{reach[1:]}." if reach else "Every page in the scope was read."),
        ("Limits", LIMITS),
    ]


LIMITS = (
    "A term finds words as they were read. A word misread from a poor scan, handwriting that was not recognised, and "
    "a word of another time for the same thing are found only by a term written for them. Copies of the same bytes "
    "are one record."
)
