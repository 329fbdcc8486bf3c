"""The demo's statement to the inquiry: a register of repositories, a loss, a search, and Interim 1 sealed."""

from datetime import timedelta
from pathlib import Path

from access.policy import Actor
from disclosure import statement_approval, statement_sealing, statements
from disclosure.statement_drawing import draw_now
from inquiry.requests import find_request
from records.losses import Loss, record_loss
from records.repositories import RepositoryContent, add_repository
from search.search_records import SearchContent, draft_record, sign_record
from store import clock
from store.archive import Archive


def make_statement(archive: Archive, out: Path, *, request: str, lawyer: Actor, leader: Actor, officer: Actor) -> None:
    """Interim 1 is drawn by legal, signed by a leader and sealed; made once, its documents are in the folder."""
    with archive.writing() as session:
        if statements.statements(session, actor=lawyer):
            return
        for content in _repositories():
            add_repository(session, content, actor=officer)
        record_loss(session, _minute_book(), actor=officer)
        paragraph = find_request(session, request).paragraphs[0].id
        sign_record(session, draft_record(session, _search(), paragraphs=[paragraph], actor=officer), actor=officer)
        made = statements.draft_statement(session, draw_now(session), kind="interim", actor=lawyer)
        statements.write_text(session, made, "losses", "The successor body was asked, and is looking.", actor=lawyer)
        statement_approval.submit(session, made, actor=lawyer)
        now, name, office = draw_now(session), "R. Ostlere", "Chief executive"
        statement_approval.sign(session, made, now, signatory=name, office=office, actor=leader)
        seal = statement_sealing.make_seal(session, made, authority=archive.settings.authority, actor=lawyer)
        statement_sealing.seal(session, archive.files, made, seal, actor=lawyer)
    for form, sha256 in (("docx", made.word_sha256), ("pdf", made.pdf_sha256)):
        (out / f"interim-1.{form}").write_bytes(archive.files.original(sha256 or "").read_bytes())


def _repositories() -> tuple[RepositoryContent, ...]:
    return (
        RepositoryContent(
            "Pellingford records store, bay 3",
            holder="Records management",
            covers="Social services, chief executive and committees, 1968 to 2014",
            volume="21 boxes",
            outcome="taken-in",
        ),
        RepositoryContent(
            "Court strongroom",
            holder="Legal services",
            covers="Care proceedings, about 1971 to 1990",
            volume="about 60 bundles, an estimate",
            why_not="The key is with the court service, which was asked for it.",
            planned_on=clock.today() + timedelta(days=30),
        ),
        RepositoryContent(
            "Old personnel system",
            kind="electronic",
            holder="Human resources",
            covers="Staff of the homes, 1988 to 2003",
            volume="two tapes",
            outcome="in-part",
            why_not="One tape does not read; a specialist has it.",
        ),
    )


def _search() -> SearchContent:
    return SearchContent(
        kind_of_place="system",
        repository="Old personnel system",
        method="manual",
        how="Every entry of the tape that reads was looked at on screen.",
        searched_by="B. Tannock, records officer",
        searched_from=clock.today() - timedelta(days=9),
        searched_to=clock.today() - timedelta(days=7),
        counted_as="entries",
        hits=412,
        reviewed=412,
        responsive=7,
        unreadable=0,
        limits="Entries before 1988 were never carried over.",
        not_searched="The second tape, which does not read.",
    )


def _minute_book() -> Loss:
    return Loss(
        "Minute book of the homes sub-committee, 1981",
        "lost",
        known_on=clock.today() - timedelta(days=20),
        known_by="B. Tannock, records officer",
        evidence="The box list of 1996 names it, and its place on the shelf is empty.",
        search_made="The whole bay, and the successor body by letter.",
        substitutes="The council's printed minutes of that year.",
    )
