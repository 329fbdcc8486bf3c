"""The sections of a statement on what could not be read, is missing, was disposed of, withheld and produced."""

import re
from collections.abc import Set

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from access.policy import SYSTEM
from disclosure.models import Bundle, BundleDocument
from disclosure.statement_asked import Scope
from disclosure.statement_facts import DISPOSAL, LOSSES, PRODUCED, UNREAD, WITHHELD, Figure, Section, Table
from disclosure.statement_lists import LOW_CONFIDENCE, count_of
from ingest.counting import reasons_of_everything, totals_of_everything
from inquiry.models import Request
from records.losses import NATURES, losses, place_in_words
from records.models import OPEN, PRIVILEGED, RESTRICTED, Record
from records.movements import all_out
from records.reconciling import GAPS, GONE, NOT_COUNTED, NOTHING, WHOLE, Line, account
from records.register import NOT_SEARCHABLE
from records.unread import REASONS, reading_figures
from retention.models import CATEGORY, PLACED, PROVISIONAL, Clearance

NOTHING_PRODUCED = (
    "No bundle was built: that rests on the archive itself, which builds every one. No record is decided to be "
    "relevant: that is a decision people have still to take, and not a finding."
)
REFERENCE, MARKED = re.compile(r"\bR\d{6,}\b"), "a marked record"
VERDICTS = {
    WHOLE: "as many pages registered as were counted by hand",
    GAPS: "with gaps between the paper and the records",
    NOTHING: "of which nothing is registered",
    GONE: "known to be gone",
    NOT_COUNTED: "never counted by hand",
}


def unread(scope: Scope) -> Section:
    """How every page was read or why it was not, and what became of every file that was met."""
    session = scope.session
    read, totals = reading_figures(session, actor=SYSTEM), totals_of_everything(session)
    low = count_of(session, "pages:low", actor=SYSTEM)
    figures = [
        Figure("pages", "pages held", read.pages),
        Figure("pages:machine", "read by machine", read.read_by_machine - low, "pages"),
        Figure("pages:low", f"read by machine, less than {LOW_CONFIDENCE} % sure", low, "pages"),
        Figure("pages:transcribed", "transcribed by eye", read.transcribed, "pages"),
        Figure("pages:seen", "looked at by a person, with nothing to read on them", read.seen_by_person, "pages"),
        Figure("pages:unread", "read by nobody", read.nobody_read, "pages"),
        *(Figure(f"unread:{each}", REASONS[each], count, "pages:unread") for each, count in read.unread.items()),
        Figure("items", "files met", totals.found),
        Figure("items:registered", "registered as records", totals.registered, "items"),
        Figure("items:duplicate", "copies of bytes already held", totals.duplicates, "items"),
        Figure("items:quarantined", "set aside, because they could not be opened", totals.quarantined, "items"),
        Figure("items:cancelled", "not taken in, because a person ended the work", totals.cancelled, "items"),
        Figure("items:waiting", "waiting to be taken in", totals.waiting, "items"),
    ]
    reasons = reasons_of_everything(session)
    figures += [Figure(f"quarantined:{e.code}", e.code, e.count, "items:quarantined") for e in reasons]
    kinds = _kinds_not_searchable(session)
    figures.append(Figure("unsearchable", "records of a kind that nothing here searches", sum(kinds.values())))
    figures += [Figure(f"unsearchable:{each}", each, count, "unsearchable") for each, count in kinds.items()]
    is_empty = not (totals.found or read.pages)
    said = [
        "A page of a scan that was split is counted once, in its part. A page read with little confidence can be "
        "missing from a search although the words are on it.",
    ]
    if not is_empty and not read.nobody_read:
        said.append("No page was left unread: each was read by machine, transcribed or looked at.")
    if totals.found and not totals.quarantined:
        said.append("No file was set aside: each of those met was opened, is a copy of one, or is told above.")
    return Section(
        UNREAD,
        figures=tuple(figures),
        tables=(
            Table(
                "quarantined",
                "Files set aside, by reason",
                ("Reason", "What it means", "Files"),
                tuple((each.code, each.sentence, f"{each.count:,}") for each in reasons),
            ),
        ),
        said=() if is_empty else tuple(said),
        rests_on="No file was ever taken in, so nothing could be read." if is_empty else "",
        looked=not is_empty,
    )


def _kinds_not_searchable(session: Session) -> dict[str, int]:
    query = (
        select(Record.label, func.count(Record.id))
        .where(Record.state == NOT_SEARCHABLE, Record.purged_at.is_(None))
        .group_by(Record.label)
        .order_by(Record.label)
    )
    return {label: int(count) for label, count in session.execute(query)}


def missing(scope: Scope) -> Section:
    """What is known to be lost or destroyed, and where paper and records do not agree."""
    session = scope.session
    known, lines, out = losses(session), account(session, actor=SYSTEM).lines, all_out(session)
    standing = [each for each in known if each.found_on is None]
    marked = set(session.scalars(select(Record.reference).where(Record.compartment != OPEN)))
    figures = [Figure("losses", "losses known", len(known))]
    for nature, words in NATURES.items():
        count = sum(1 for each in standing if each.nature == nature)
        figures.append(Figure(f"losses:{nature}", words[:1].lower() + words[1:], count, "losses"))
    figures.append(Figure("losses:found", "found again since", len(known) - len(standing), "losses"))
    figures.append(Figure("places", "boxes, files and volumes on the box list", len(lines)))
    for verdict, words in VERDICTS.items():
        count = sum(1 for each in lines if each.verdict == verdict)
        figures.append(Figure(f"places:{verdict.replace(' ', '-')}", words, count, "places"))
    figures.append(Figure("paper-out", "places whose paper is out with somebody", len(out)))
    said = []
    if not known:
        said.append(
            "No loss is recorded. That rests on the register of losses, which holds what people have told; it is not "
            "proof that nothing was lost."
        )
    if not lines:
        said.append("No box list was taken in: paper was not compared with records, and gaps in it are not known.")
    is_empty = not (known or lines or out)
    return Section(
        LOSSES,
        figures=tuple(figures),
        tables=(
            Table(
                "losses",
                "Known losses",
                ("Loss", "What", "What became of it", "How it is known", "Authority", "Looked for", "Instead"),
                tuple(
                    (
                        each.reference,
                        "; ".join(filter(None, (each.what, place_in_words(session, each), each.happened))),
                        f"{NATURES[each.nature]}."
                        + (f" Found again {each.found_on:%-d %B %Y}: {each.found_where}" if each.found_on else ""),
                        f"{each.evidence} Known to {each.known_by}, {each.known_on:%-d %B %Y}.",
                        each.authority or "None is known",
                        each.search_made or "No search is recorded",
                        each.substitutes or "Nothing is known",
                    )
                    for each in known
                ),
            ),
            Table(
                "gaps",
                "Paper that is not wholly in the records",
                ("Place", "Where", "Pages counted", "Pages registered", "Gaps"),
                tuple(
                    (
                        each.place.code,
                        " ".join(filter(None, (each.way, each.place.title))),
                        "not counted" if each.expected is None else f"{each.expected:,}",
                        f"{each.registered:,}",
                        "; ".join(_told(each, marked)) or VERDICTS[each.verdict],
                    )
                    for each in lines
                    if each.verdict in (GAPS, NOTHING, GONE)
                ),
            ),
        ),
        said=() if is_empty else tuple(said),
        rests_on=" ".join(said) if is_empty else "",
        looked=not is_empty,
    )


def _told(line: Line, marked: Set[str]) -> list[str]:
    """What does not agree, the same on any day, without saying which records are marked."""
    return [
        REFERENCE.sub(lambda found: MARKED if found[0] in marked else found[0], each)
        for each in (*line.gaps, *line.notes)
    ]


def disposal(scope: Scope) -> Section:
    """What is held, what was cleared by two people, and what was purged, with the words of the clearance."""
    session = scope.session
    figures = [
        Figure(
            "records", "records ever registered, parts of scans included", count_of(session, "records", actor=SYSTEM)
        )
    ]
    for fate, words in (
        ("held", "held"),
        ("cleared", "cleared by two people, and still there"),
        ("neither", "neither held nor cleared"),
        ("purged", "cleared and purged"),
    ):
        figures.append(Figure(f"records:{fate}", words, count_of(session, f"records:{fate}", actor=SYSTEM), "records"))
    figures.append(Figure("holds", "holds that stand", count_of(session, "holds", actor=SYSTEM)))
    for kind, words in (
        (PROVISIONAL, "from the moment the bytes were stored"),
        (CATEGORY, "under a category of the notice"),
        (PLACED, "placed by a person"),
    ):
        figures.append(Figure(f"holds:{kind}", words, count_of(session, f"holds:{kind}", actor=SYSTEM), "holds"))
    refused = count_of(session, "refusals", actor=SYSTEM)
    figures.append(Figure("refusals", "refusals of disposal, each check that refused counted", refused))
    rows = _purged(session)
    is_empty = not any(each.value for each in figures)
    said = ["Nothing is disposed of while a hold stands: the database and the file store refuse it."]
    if not rows:
        said.append("No record was purged.")
    return Section(
        DISPOSAL,
        figures=tuple(figures),
        tables=(Table("purged", "Records purged", ("Record", "When", "Cleared by", "Reason given"), rows),),
        said=() if is_empty else tuple(said),
        rests_on="No record was ever registered, so none could be kept or disposed of." if is_empty else "",
        looked=not is_empty,
    )


def _purged(session: Session) -> tuple[tuple[str, ...], ...]:
    rows, marked = [], 0
    for record in session.scalars(select(Record).where(Record.purged_at.is_not(None)).order_by(Record.id)):
        given = session.scalar(
            select(Clearance).where(Clearance.record_id == record.id).order_by(Clearance.id.desc()).limit(1)
        )
        assert record.purged_at is not None
        by = f"{given.given_by}, second reader {given.second_reader}" if given else "Nobody: this should not be"
        name, reason = record.reference, given.reason if given else ""
        if record.compartment != OPEN:
            # Which record was marked is told nowhere, and what was said of it may tell what is in it.
            marked += 1
            name, reason = f"Marked record {marked}", "Not printed: the record was marked"
        rows.append((name, f"{record.purged_at:%-d %B %Y}", by, reason))
    return tuple(rows)


def withheld(scope: Scope) -> Section:
    """How many records are marked, by ground; never which, and never what is in them."""
    session = scope.session
    kept = count_of(session, "kept", actor=SYSTEM)
    figures = [Figure("kept", "records there are now", kept)]
    for mark, words in (
        (OPEN, "without a mark"),
        (RESTRICTED, "restricted: seen by legal alone, and produced by legal alone"),
        (PRIVILEGED, "withheld as privileged"),
    ):
        figures.append(Figure(f"kept:{mark}", words, count_of(session, f"kept:{mark}", actor=SYSTEM), "kept"))
    marked = sum(each.value for each in figures[2:])
    said = [
        "A record marked both ways is counted as privileged. The grounds are those of the marks; nothing of what is in "
        "a marked record is told here."
    ]
    if kept and not marked:
        said.append(
            "No record is marked. That rests on the marks that legal has made; that every record was looked at for "
            "privilege is not recorded."
        )
    return Section(
        WITHHELD,
        figures=tuple(figures),
        said=tuple(said) if kept else (),
        rests_on="" if kept else "There is no record that could be withheld.",
        looked=bool(kept),
    )


def produced(scope: Scope) -> Section:
    """Every bundle with the hash of its file, and what became of the records decided to be relevant."""
    session = scope.session
    built = list(session.scalars(select(Bundle).order_by(Bundle.id)))
    references = {each.id: each.reference for each in session.scalars(select(Request))}
    mine = [each for each in built if scope.request is None or each.request_id == scope.request.id]
    documents = session.scalar(
        select(func.count(BundleDocument.id)).where(BundleDocument.bundle_id.in_([each.id for each in mine]))
    )
    figures = [
        Figure("bundles", "bundles built", len(built)),
        Figure("bundles:here", "set out here", len(mine), "bundles"),
        Figure("bundles:other", "made for other requests", len(built) - len(mine), "bundles"),
        Figure("documents", "documents in those set out here, each as often as it was produced", documents or 0),
        Figure("produced", "records produced at least once", count_of(session, "produced", actor=SYSTEM)),
        *(
            Figure(f"produced:{each}", words, count_of(session, f"produced:{each}", actor=SYSTEM), "produced")
            for each, words in (
                ("relevant", "decided to be relevant"),
                ("not-relevant", "decided not to be relevant"),
                ("undecided", "produced without a decision on whether they are relevant"),
            )
        ),
        Figure("relevant", "records decided to be relevant", count_of(session, "relevant", actor=SYSTEM)),
    ]
    for fate, words in (
        ("produced", "produced"),
        ("privileged", "withheld as privileged"),
        ("restricted", "restricted, and not produced"),
        ("waiting", "not produced yet"),
        ("purged", "no longer there"),
    ):
        count = count_of(session, f"relevant:{fate}", actor=SYSTEM)
        figures.append(Figure(f"relevant:{fate}", words, count, "relevant"))
    is_empty = not any(each.value for each in figures)
    said = [
        "A bundle is counted from the moment it was built and proved; that it was sent is told in the letter that went "
        "with it. Whether a record is relevant is decided once, for every request."
    ]
    return Section(
        PRODUCED,
        figures=tuple(figures),
        tables=(
            Table(
                "bundles",
                "Bundles",
                ("Bundle", "Title", "Request", "Documents", "Pages", "Built", "SHA-256 of the file"),
                tuple(
                    (
                        f"Bundle {each.id}",
                        each.title,
                        references.get(each.request_id or 0, "None named"),
                        f"{len(each.documents):,}",
                        f"{each.pages:,}",
                        f"{each.built_at:%-d %B %Y}",
                        each.sha256,
                    )
                    for each in mine
                ),
            ),
        ),
        said=() if is_empty else tuple(said),
        rests_on=NOTHING_PRODUCED if is_empty else "",
    )
