"""A statement as a document: in Word and as a PDF for signature, both written by the same calls."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from disclosure import statement_words as words
from disclosure.statement_approval import acknowledged_in
from disclosure.statement_facts import NOT_THERE, TITLES, TRUTH, Difference, Facts, Figure, Section, differences
from disclosure.statement_models import INTERIM, SEALED, Statement
from disclosure.statements import CHANGED, facts_of, superseded_by, texts_of, to_explain, withdrawn_before
from inquiry.requests import find_request
from store.clock import LEGAL_ZONE
from store.papers import PAPERS, Form
from store.pdf_paper import PdfPaper
from store.word_paper import Link, Paper, Part

# The long tables stand across the page, at the end: each with its letter and the widths of its columns in centimetres.
SCHEDULES = {
    "repositories": ("A", (2.4, 3.6, 3.4, 3.6, 3.0, 4.2, 5.1)),
    "searches": ("B", (2.1, 2.2, 4.4, 2.7, 4.3, 2.8, 2.8, 4.0)),
    "quarantined": ("C", (3.2, 18.6, 3.5)),
    "losses": ("D", (1.6, 4.8, 4.2, 4.6, 3.2, 3.5, 3.4)),
    "gaps": ("D", (2.6, 9.2, 3.2, 3.2, 7.1)),
    "bundles": ("E", (2.4, 6.2, 3.0, 2.4, 1.8, 3.2, 6.3)),
}
SCHEDULE_TITLES = {
    "A": "Repositories",
    "B": "Searches",
    "C": "Not read",
    "D": "Losses, and gaps between paper and records",
    "E": "Productions",
}
NUMBERS = frozenset({"Files", "Documents", "Pages", "Pages counted", "Pages registered"})
WIDTHS = {"paragraphs": (3.2, 6.8, 2.6, 4.0), "purged": (2.4, 2.8, 5.6, 5.8), "outstanding": (7.0, 6.6, 3.0)}


def statement_document(session: Session, statement: Statement, *, form: Form, authority: str) -> bytes:
    """The document as the statement stands: the same statement always gives the same words."""
    facts, written = facts_of(statement), texts_of(statement)
    day = (statement.sealed_at or statement.as_of).astimezone(LEGAL_ZONE).date()
    paper = PAPERS[form](title=statement.title, subject=words.SUBJECT, author=authority, day=day)
    marking = words.MARKINGS[statement.state]
    paper.header_and_footer(f"{authority}: {statement.title} ({statement.reference})", marking, f"{day:%-d %B %Y}")
    before, since = superseded_by(session, statement), acknowledged_in(statement)
    titles = ["About this statement", *([words.CHANGED] if before else []), *([words.SINCE] if since else [])]
    letters = {title: letter for letter, title in zip("ABC", titles, strict=False)}
    _front(paper, statement, facts, authority, letters)
    _about(session, paper, statement, authority)
    if before:
        _changed(paper, letters[words.CHANGED], differences(facts_of(before), facts), written.get(CHANGED, ""))
    if since:
        letter = letters[words.SINCE]
        paper.heading(f"{letter}. {words.SINCE}", 1, anchor=f"part_{letter}")
        paper.numbered(f"{letter}.1", [words.SINCE_DRAWN])
        _difference_table(paper, words.SINCE, since)
    for number, section in enumerate(facts.sections, start=1):
        _section(paper, number, section, facts, written)
    _truth(paper, statement, len(facts.sections) + 1, written.get(TRUTH, ""))
    _schedules(paper, facts)
    return paper.content()


def file_name(statement: Statement, form: Form) -> str:
    """What the document is called where it is kept."""
    label = statement.label.lower().replace(",", "").replace(" ", "-")
    return f"{statement.reference}-{label}-search-and-disclosure-statement.{form}"


def _front(
    paper: Paper | PdfPaper, statement: Statement, facts: Facts, authority: str, letters: Mapping[str, str]
) -> None:
    paper.line(authority, style="Subtitle")
    paper.title(statement.title)
    paper.line(f"Statement {statement.reference}", style="Subtitle")
    paper.line(_moment(statement.sealed_at or statement.as_of), style="Subtitle")
    paper.line(words.MARKINGS[statement.state], style="Marking")
    paper.heading("Contents", 1)
    listed = [Link(f"{letter}. {title}", f"part_{letter}") for title, letter in letters.items()]
    for number, section in enumerate(facts.sections, start=1):
        listed.append(Link(f"{number}. {TITLES[section.code]}", section.code))
    listed.append(Link(f"{len(facts.sections) + 1}. {TITLES[TRUTH]}", TRUTH))
    paper.contents(
        [*listed, *(Link(f"Schedule {each}. {SCHEDULE_TITLES[each]}", f"schedule_{each}") for each in _letters(facts))]
    )


def _about(session: Session, paper: Paper | PdfPaper, statement: Statement, authority: str) -> None:
    paper.heading("A. About this statement", 1, anchor="part_A")
    kind = words.INTERIM_WORDS if statement.kind == INTERIM else words.FINAL_WORDS
    scope, follows = words.FOR_ALL, words.FIRST
    if statement.scope:
        request = find_request(session, statement.scope)
        scope = words.FOR_REQUEST.format(reference=request.reference, title=request.title)
        follows = words.FIRST_FOR_REQUEST.format(reference=request.reference)
    before = superseded_by(session, statement)
    if before:
        sealed = _moment(before.sealed_at)
        follows = words.BEFORE.format(title=f"{before.title} ({before.reference})", day=sealed, sha256=before.sha256)
    drawn = words.AS_OF.format(
        moment=_moment(statement.as_of),
        sequence=statement.audit_sequence,
        hash=statement.audit_hash,
        facts=statement.facts_sha256,
    )
    never = [
        words.NEVER_MADE.format(title=each.title, reference=each.reference, day=_moment(each.withdrawn_at))
        for each in withdrawn_before(session, statement)
    ]
    follows = " ".join([follows, *never])
    said = [words.WHAT_IT_IS.format(authority=authority, kind=kind), scope, follows, drawn, words.WHOLE]
    for number, text in enumerate([*said, words.HOW_TO_READ], start=1):
        paper.numbered(f"A.{number}", [text])


def _changed(paper: Paper | PdfPaper, letter: str, found: Sequence[Difference] | None, said: str) -> None:
    paper.heading(f"{letter}. {words.CHANGED}", 1, anchor=f"part_{letter}")
    number = 0
    for number, (lead, text) in enumerate(_authority_says(said), start=1):
        paper.numbered(f"{letter}.{number}", [text], lead=lead)
    if not found:
        paper.numbered(f"{letter}.{number + 1}", [words.NOT_COMPARED if found is None else words.NOTHING_DIFFERS])
        return
    # What is listed now stands in full in its own table: here only that it was not before.
    found = [replace(each, after=words.SET_OUT) if each.before == NOT_THERE else each for each in found]
    _difference_table(paper, words.CHANGED, found)


def _difference_table(paper: Paper | PdfPaper, caption: str, found: Sequence[Difference]) -> None:
    paper.table(
        ("Section", "What", "Before", "Now"),
        [[[TITLES[each.section]], [each.what], [each.before], [each.after]] for each in found],
        widths=(2.8, 4.6, 4.6, 4.6),
        caption=caption,
        description="One row for each figure or line that differs: what it is, what it was, and what it is now.",
    )


def _section(paper: Paper | PdfPaper, place: int, section: Section, facts: Facts, written: dict[str, str]) -> None:
    paper.heading(f"{place}. {TITLES[section.code]}", 1, anchor=section.code)
    number = 0
    paragraphs = [("", text) for text in _state_of(section)]
    paragraphs += _authority_says(written.get(section.code, ""))
    mine = {each.code for each in section.figures}
    for figure in to_explain(facts):
        if figure.code in mine and figure.code in written:
            paragraphs.append((f"On the {figure.value:,} counted as “{figure.words}”.", written[figure.code]))
    for number, (lead, text) in enumerate(paragraphs, start=1):
        paper.numbered(f"{place}.{number}", [text], lead=lead)
    for table in section.tables:
        if table.rows and table.code in SCHEDULES:
            number += 1
            letter = SCHEDULES[table.code][0]
            lines = f"{len(table.rows):,} {'line' if len(table.rows) == 1 else 'lines'}"
            schedule = Link(f"schedule {letter}", f"schedule_{letter}")
            paper.numbered(f"{place}.{number}", [f"{table.caption}: set out in ", schedule, f", {lines}."])
    if any(each.value for each in section.figures):
        _figures(paper, section)
    for table in section.tables:
        if table.rows and table.code not in SCHEDULES:
            paper.heading(table.caption, 2)
            _table(paper, table.columns, table.rows, WIDTHS[table.code], table.caption)


def _state_of(section: Section) -> list[str]:
    if not section.looked:
        return [words.NOT_LOOKED.format(rests_on=section.rests_on), *section.said]
    return [*([words.NOTHING.format(rests_on=section.rests_on)] if section.rests_on else []), *section.said]


def _authority_says(text: str) -> list[tuple[str, str]]:
    pieces = [piece.strip() for piece in text.splitlines() if piece.strip()]
    return [("The authority says." if place == 0 else "", piece) for place, piece in enumerate(pieces)]


def _figures(paper: Paper | PdfPaper, section: Section) -> None:
    rows: list[list[list[Part]]] = []
    for figure, depth in nested(section.figures):
        # Also for those who hear it: a part says of what it is a part, not only by where it stands.
        before = "" if not depth else "\u00a0" * 4 * depth + ("of these, " if depth == 1 else "of those, ")
        shown = figure.words if depth else f"{figure.words[:1].upper()}{figure.words[1:]}"
        rows.append([[f"{before}{shown}"], [f"{figure.value:,}"]])
    paper.table(
        ("What is counted", "Number"),
        rows,
        widths=(14.2, 2.4),
        right=(1,),
        caption=f"Figures: {TITLES[section.code]}",
        description="One row for each figure; parts stand below what they are parts of, and add up to it.",
    )


def nested(figures: Iterable[Figure]) -> list[tuple[Figure, int]]:
    """The figures in order, each part below its whole and how deep it stands; a part that is nought is left out."""
    listed = list(figures)

    def below(code: str, depth: int) -> list[tuple[Figure, int]]:
        found: list[tuple[Figure, int]] = []
        for figure in listed:
            if figure.part_of == code and (figure.value or not depth):
                found += [(figure, depth), *below(figure.code, depth + 1)]
        return found

    return below("", 0)


def _truth(paper: Paper | PdfPaper, statement: Statement, place: int, said: str) -> None:
    # On a page of its own: a signature that stands alone on a page could be put to anything.
    paper.new_section(landscape=False)
    paper.heading(f"{place}. {TITLES[TRUTH]}", 1, anchor=TRUTH)
    paragraphs = [("", text) for text in words.TRUTH] + _authority_says(said)
    signed = words.NOT_SIGNED
    if statement.signed_at:
        signed = words.SIGNED_IN.format(
            name=statement.signatory, by=statement.signed_by, moment=_moment(statement.signed_at)
        )
    paragraphs.append(("", signed))
    if statement.state == SEALED:
        sealed = words.SEALED_IN.format(
            moment=_moment(statement.sealed_at), by=statement.sealed_by, sha256=statement.sha256
        )
        paragraphs.append(("", sealed))
    for number, (lead, text) in enumerate(paragraphs, start=1):
        paper.numbered(f"{place}.{number}", [text], lead=lead)
    paper.table(
        ("Name", "Office", "Signature", "Date"),
        [[[statement.signatory], [statement.office], [""], [""]]],
        widths=(4.6, 4.6, 4.8, 2.6),
        caption="Signature",
        description="Who signs, the office they hold, and room for the signature and the date.",
        row_height=1.8,
    )


def _letters(facts: Facts) -> list[str]:
    filled = {table.code for section in facts.sections for table in section.tables if table.rows}
    return sorted({letter for code, (letter, _) in SCHEDULES.items() if code in filled})


def _schedules(paper: Paper | PdfPaper, facts: Facts) -> None:
    letters = _letters(facts)
    if letters:
        paper.new_section(landscape=True)
    for letter in letters:
        paper.heading(f"Schedule {letter}. {SCHEDULE_TITLES[letter]}", 1, anchor=f"schedule_{letter}")
        for table in (table for section in facts.sections for table in section.tables):
            known, widths = SCHEDULES.get(table.code, ("", ()))
            if known == letter and table.rows:
                if table.caption != SCHEDULE_TITLES[letter]:
                    paper.heading(table.caption, 2)
                _table(paper, table.columns, table.rows, widths, table.caption)


def _table(
    paper: Paper | PdfPaper,
    columns: Sequence[str],
    rows: Iterable[Sequence[str]],
    widths: Sequence[float],
    caption: str,
) -> None:
    paper.table(
        columns,
        [[[cell] for cell in row] for row in rows],
        widths=widths,
        right=[place for place, column in enumerate(columns) if column in NUMBERS],
        caption=caption,
        description=f"One row for each: {', '.join(column.lower() for column in columns)}.",
    )


def _moment(moment: datetime | None) -> str:
    return f"{moment.astimezone(LEGAL_ZONE):%-d %B %Y, %H:%M}" if moment else ""
