"""Everything people decided on one record, in the order it happened: what an inquiry will ask to be shown."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from disclosure.models import Mark, Relevance
from disclosure.review import paragraphs_of
from inquiry.requests import cited_paragraphs
from records.corrections import DATE, NAME, TITLE, TYPE, corrections_in_words
from records.models import Record
from retention.models import CATEGORY, PLACED, PROVISIONAL, Clearance, Hold, HoldRelease, Notice
from retention.tagging import decisions_of


@dataclass(frozen=True)
class Happened:
    """One thing that was decided: what, by whom, when, why, and under which version of the notice."""

    at: datetime
    who: str
    what: str
    why: str
    notice: str = ""


def history_of(session: Session, record: Record) -> list[Happened]:
    """The decisions, holds, clearances, marks and answers on relevance of the record, the oldest first."""
    notices = {
        notice.id: f"notice {notice.reference}, version {notice.version}"
        for notice in session.scalars(select(Notice).order_by(Notice.id))
    }
    found = [
        *_decisions(session, record, notices),
        *_holds(session, record, notices),
        *_clearances(session, record),
        *_marks(session, record),
        *_relevance(session, record),
        *_corrections(session, record),
    ]
    return sorted(found, key=lambda each: each.at)


def _decisions(session: Session, record: Record, notices: dict[int, str]) -> list[Happened]:
    listed = []
    for each in decisions_of(session, record):
        cited = f", paragraph {each.paragraph}" if each.paragraph else ""
        noted = {"yes": "; noted as substantiated", "no": "; noted as not substantiated"}.get(each.substantiated, "")
        what = f"{each.outcome.capitalize()} the category {each.category}{cited}{noted}"
        listed.append(Happened(each.decided_at, each.decided_by, what, each.reason, notices[each.notice_id]))
    return listed


def _holds(session: Session, record: Record, notices: dict[int, str]) -> list[Happened]:
    rows = session.execute(
        select(Hold, HoldRelease)
        .outerjoin(HoldRelease, HoldRelease.hold_id == Hold.id)
        .where(Hold.record_id == record.id)
        .order_by(Hold.id)
    )
    words = {
        PROVISIONAL: "Held provisionally, from the moment the bytes were stored",
        CATEGORY: "Held under the category {category}",
        PLACED: "Placed a hold",
    }
    listed = []
    for hold, release in rows:
        notice = notices.get(hold.notice_id or 0, "")
        what = words[hold.kind].format(category=hold.category)
        listed.append(Happened(hold.placed_at, hold.placed_by, what, hold.reason, notice))
        if release is not None:
            both = f"{release.given_by}, second reader {release.second_reader}"
            listed.append(Happened(release.given_at, both, f"Ended hold {hold.id}", release.reason, notice))
    return listed


def _clearances(session: Session, record: Record) -> list[Happened]:
    query = select(Clearance).where(Clearance.record_id == record.id).order_by(Clearance.id)
    return [
        Happened(
            each.given_at,
            f"{each.given_by}, second reader {each.second_reader}",
            "Decided that the record is outside the notice",
            each.reason,
            ", ".join(f"notice {name.replace('@', ', version ')}" for name in each.notices.split()),
        )
        for each in session.scalars(query)
    ]


def _marks(session: Session, record: Record) -> list[Happened]:
    listed = []
    for each in session.scalars(select(Mark).where(Mark.record_id == record.id).order_by(Mark.id)):
        listed.append(Happened(each.marked_at, each.marked_by, f"Marked {each.kind}", each.reason))
        if each.lifted_at:
            what = f"Lifted the mark {each.kind}"
            listed.append(Happened(each.lifted_at, each.lifted_by or "", what, each.lifted_reason or ""))
    return listed


def _relevance(session: Session, record: Record) -> list[Happened]:
    words = {"relevant": "relevant", "not-relevant": "not relevant", "undecided": "undecided"}
    query = select(Relevance).where(Relevance.record_id == record.id).order_by(Relevance.id)
    cited = cited_paragraphs(session)
    listed = []
    for each in session.scalars(query):
        named = ", ".join(cited[paragraph] for paragraph in paragraphs_of(session, each))
        what = f"Relevance to disclosure: {words[each.answer]}{f' to {named}' if named else ''}"
        listed.append(Happened(each.decided_at, each.decided_by, what, each.reason))
    return listed


def _corrections(session: Session, record: Record) -> list[Happened]:
    words = {TITLE: "title", DATE: "date", TYPE: "record type", NAME: "name"}
    return [
        Happened(
            each.corrected_at,
            each.corrected_by,
            f"Corrected the {words[each.field]}, from {each.words_before} to {each.words_after}",
            each.reason,
        )
        for each in corrections_in_words(session, record)
    ]
