"""The sections of a statement on what was asked, where papers may be, and how it was looked for."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from access.policy import SYSTEM, Actor
from disclosure.statement_facts import ASKED, REPOSITORIES, SEARCHES, Figure, Section, Table
from ingest.counting import SourceTotals, totals_of_sources
from ingest.models import OPENED, Item, Run
from inquiry.models import Request, RequestParagraph
from inquiry.requests import all_requests
from records.repositories import IN_PART, KINDS, OUTCOMES, SEARCHED, TAKEN_IN, not_in_register, repositories
from records.repository_models import Repository, name_key
from retention.notices import active_notices
from search.record_models import ARCHIVE, SearchRecord
from search.search_record_figures import RecordFigures, record_figures
from search.search_record_list import latest_records, signed_records
from search.search_records import METHODS, require_whole
from search.search_schedule import result_words, span_words, unreadable_words
from store.clock import LEGAL_ZONE
from store.papers import sentence

NOT_PROVED = "Nothing recorded proves it"
PARAGRAPH_COLUMNS = ("Paragraph", "What it asks", "Due", "Searches")
REPOSITORY_COLUMNS = (
    "Repository",
    "Name",
    "What and whose",
    "Covers and volume",
    "Searched",
    "What proves it",
    "Not searched, and why",
)
SEARCH_COLUMNS = (
    "Search",
    "Made for",
    "Place and method",
    "By and when",
    "Result",
    "Limits",
    "Not searched",
    "Signed, and SHA-256",
)


@dataclass(frozen=True)
class Scope:
    """What a statement is made for: one request, or every request of the notice that was not withdrawn."""

    session: Session
    request: Request | None

    @property
    def requests(self) -> list[Request]:
        """The requests it answers, the soonest due first."""
        if self.request:
            return [self.request]
        return [each for each in all_requests(self.session) if each.status != "withdrawn"]

    def cited(self) -> list[tuple[Request, RequestParagraph]]:
        """Every paragraph it answers, with its request."""
        return [(request, each) for request in self.requests for each in request.paragraphs]

    def signed(self) -> list[SearchRecord]:
        """The searches it may rest on."""
        return signed_records(self.session, actor=SYSTEM, request=self.request)

    def named(self) -> dict[int, str]:
        """What a paragraph that a search was made for is called, by its id: also one of a withdrawn request."""
        return {
            each.id: f"{request.reference}, paragraph {each.number}"
            + (" (the request is withdrawn)" if request.status == "withdrawn" else "")
            for request in ([self.request] if self.request else all_requests(self.session))
            for each in request.paragraphs
        }

    def drafts(self) -> list[SearchRecord]:
        """The searches recorded of which no version that was signed is relied upon: nothing may rest on them."""
        mine, relied_upon = {paragraph.id for _, paragraph in self.cited()}, {each.number for each in self.signed()}
        return [
            each
            for each in self._unsigned()
            if each.number not in relied_upon and (self.request is None or mine & {one.id for one in each.paragraphs})
        ]

    def corrections(self) -> list[tuple[SearchRecord, SearchRecord]]:
        """The versions not signed of searches it rests on, each with the signed one that is relied upon."""
        relied_upon = {each.number: each for each in self.signed()}
        return [(each, relied_upon[each.number]) for each in self._unsigned() if each.number in relied_upon]

    def _unsigned(self) -> list[SearchRecord]:
        return [each for each in latest_records(self.session, actor=SYSTEM) if each.signed_at is None]


def asked(scope: Scope) -> Section:
    """The paragraphs asked, each with the signed searches made for it."""
    made = scope.signed()
    rows = []
    for request, paragraph in scope.cited():
        for_it = [each.reference for each in made if any(one.id == paragraph.id for one in each.paragraphs)]
        rows.append(
            (
                f"{request.reference}, paragraph {paragraph.number}",
                paragraph.text,
                f"{request.due:%-d %B %Y}",
                ", ".join(for_it) or "No signed search is recorded for it",
            )
        )
    covered = sum(1 for row in rows if row[3].startswith("SR"))
    notices = [
        f"Notice {each.reference} ({each.title}), version {each.version}, dated {each.dated:%-d %B %Y}, is in force."
        for each in active_notices(scope.session)
    ]
    return Section(
        ASKED,
        figures=(
            Figure("paragraphs", "paragraphs of requests", len(rows)),
            Figure("paragraphs:searched", "paragraphs with a signed search", covered, "paragraphs"),
            Figure("paragraphs:unsearched", "paragraphs without one", len(rows) - covered, "paragraphs"),
        ),
        tables=(Table("paragraphs", "Paragraphs asked", PARAGRAPH_COLUMNS, tuple(rows)),),
        said=tuple(notices),
        rests_on="" if rows else "No request of the inquiry with a paragraph is logged.",
    )


def held_by(scope: Scope) -> Section:
    """Every repository of the register with what proves that it was searched, or why it was not."""
    listed, made = repositories(scope.session), signed_records(scope.session, actor=SYSTEM)
    sources = totals_of_sources(scope.session)
    rows, unproved = [], []
    for each in listed:
        recorded, is_proved = _proof(each, made, sources)
        if each.outcome in (TAKEN_IN, SEARCHED, IN_PART) and not is_proved:
            unproved.append(each)
            recorded = f"{NOT_PROVED}. {recorded}" if recorded else NOT_PROVED
        planned = f" Planned for {each.planned_on:%-d %B %Y}." if each.planned_on else ""
        rows.append(
            (
                each.reference,
                each.name,
                f"{KINDS[each.kind]}; {each.holder}",
                "; ".join(filter(None, (each.covers, each.volume or "how much it is was not said"))),
                OUTCOMES[each.outcome],
                recorded,
                f"{each.why_not}{planned}",
            )
        )
    unnamed = names_outside_register(scope.session, actor=SYSTEM)
    said = [f"No repository of the register goes by the name {each}, which {used}." for each, used in unnamed]
    figures = [Figure("repositories", "repositories in the register", len(listed))]
    for outcome, words in OUTCOMES.items():
        counted = sum(1 for each in listed if each.outcome == outcome)
        figures.append(Figure(f"repositories:{outcome}", words[:1].lower() + words[1:], counted, "repositories"))
    if listed:
        figures.append(Figure("unproved", "said to be searched, with nothing recorded that proves it", len(unproved)))
        figures.append(Figure("unnamed", "places named elsewhere that the register does not know", len(unnamed)))
    return Section(
        REPOSITORIES,
        figures=tuple(figures),
        tables=(Table("repositories", "Repositories", REPOSITORY_COLUMNS, tuple(rows)),),
        said=tuple(said),
        rests_on=""
        if listed
        else "The register of repositories is empty: nobody has written down where papers may be.",
        looked=bool(listed),
    )


def names_outside_register(session: Session, *, actor: Actor) -> list[tuple[str, str]]:
    """Places that files came from, or that were searched, and that the register does not know; and where named.

    Of searches only those that this actor may be told of.
    """
    listed = repositories(session)
    taken = not_in_register(session.scalars(select(Run.source).order_by(Run.id)), listed)
    met = exists().where(Item.run_id == Run.id, Item.state != OPENED)
    gave = {name_key(each) for each in session.scalars(select(Run.source).where(met))}
    searched = not_in_register(
        [each.repository for each in signed_records(session, actor=actor) if each.kind_of_place != ARCHIVE], listed
    )
    known = {name_key(each) for each in taken}
    return [
        (each, "files came from" if name_key(each) in gave else "was looked through for files, and none was met")
        for each in taken
    ] + [(each, "was searched") for each in searched if name_key(each) not in known]


def _proof(repository: Repository, made: Iterable[SearchRecord], sources: Iterable[SourceTotals]) -> tuple[str, bool]:
    """What is recorded of its being searched, and whether that proves what the register says of it.

    Files taken in prove it of a repository that was taken in, wholly or in part, and only where their bytes are held
    now, be it that they were held already; that a run found nothing, or could open nothing, proves nothing.
    """
    searches = [
        f"{each.reference} version {each.version}, {each.searched_by}, {_days(each)}"
        for each in made
        if name_key(each.repository) in repository.names
    ]
    mine = [each for each in sources if name_key(each.source) in repository.names]
    has_bytes = any(each.totals.registered + each.totals.duplicates for each in mine)
    told = [_taken_in(mine)] if mine else []
    return "; ".join([*told, *searches]), bool(searches) or (repository.outcome in (TAKEN_IN, IN_PART) and has_bytes)


def _taken_in(sources: Sequence[SourceTotals]) -> str:
    """What became of the files met there."""
    runs, met = sum(each.runs for each in sources), sum(each.totals.found for each in sources)
    times = f"on {runs:,} {'occasion' if runs == 1 else 'occasions'}"
    if not met:
        return f"Looked through {times} to take it in, and no file was met"
    fates = {
        "registered": sum(each.totals.registered for each in sources),
        "already held, byte for byte": sum(each.totals.duplicates for each in sources),
        "set aside": sum(each.totals.quarantined for each in sources),
        "not taken in, because a person ended the work": sum(each.totals.cancelled for each in sources),
        "waiting to be taken in": sum(each.totals.waiting for each in sources),
    }
    became = "; ".join(f"{count:,} {words}" for words, count in fates.items() if count)
    return f"{met:,} {'file' if met == 1 else 'files'} met {times}: {became}"


def searched(scope: Scope) -> Section:
    """Every signed search with its result and limits, and how many are recorded and never signed."""
    made, drafts = scope.signed(), scope.drafts()
    rows = tuple(_search(scope, each) for each in made)
    said = (
        [f"{', '.join(each.reference for each in drafts)}: recorded and not signed, and so not relied upon here."]
        if drafts
        else []
    )
    said += [
        f"{draft.reference}: version {draft.version}, which corrects it, is not signed; version {signed.version} is "
        "relied upon here."
        for draft, signed in scope.corrections()
    ]
    return Section(
        SEARCHES,
        figures=(
            Figure("searches", "searches recorded", len(made) + len(drafts)),
            Figure("searches:signed", "signed, and set out here", len(made), "searches"),
            Figure("searches:draft", "not signed", len(drafts), "searches"),
        ),
        tables=(Table("searches", "Searches", SEARCH_COLUMNS, rows),),
        said=tuple(said),
        rests_on="" if made or drafts else "No search is recorded. It is not known whether anything was searched.",
        looked=bool(made or drafts),
    )


def _search(scope: Scope, record: SearchRecord) -> tuple[str, ...]:
    require_whole(scope.session, record)
    figures = record_figures(scope.session, record, actor=SYSTEM)
    named = scope.named()
    return (
        f"{record.reference} version {record.version}",
        "; ".join(named[each.id] for each in record.paragraphs if each.id in named) or "No paragraph of a request",
        " ".join(_method(record)),
        f"{record.searched_by}, {_days(record)}",
        " ".join(_result(record, figures)),
        record.limits,
        record.not_searched,
        _signed(record),
    )


def _method(record: SearchRecord) -> Iterator[str]:
    yield sentence(record.repository)
    yield f"{METHODS[record.method]}."
    if record.how:
        yield sentence(record.how)
    if record.term_version:
        yield f"Term report {record.term_version.term_report_id}, version {record.term_version.version}."
    covers = span_words(record.covers_from, record.covers_to)
    if covers:
        yield f"Period covered: {covers}."
    if record.custodians:
        yield f"Custodians: {sentence(record.custodians)}"


def _result(record: SearchRecord, figures: RecordFigures) -> Iterator[str]:
    yield result_words(record, figures)
    if record.not_reviewed:
        yield f"Not read: {sentence(record.not_reviewed)}"
    if record.nothing_found:
        yield f"What finding nothing proves: {sentence(record.nothing_found)}"
    could_not = unreadable_words(record, figures)
    if could_not:
        yield f"Could not be read: {could_not[:1].lower()}{could_not[1:]}"


def _signed(record: SearchRecord) -> str:
    assert record.signed_at is not None
    second = f" Second reader: {record.second_reader}." if record.second_at else ""
    return f"{record.signed_by}, {record.signed_at.astimezone(LEGAL_ZONE):%-d %B %Y}.{second}\n{record.sha256}"


def _days(record: SearchRecord) -> str:
    return span_words(record.searched_from, record.searched_to or record.searched_from)


def due_of(requests: Sequence[Request]) -> date | None:
    """The day on which the first of these requests is due."""
    return min((each.due for each in requests), default=None)
