"""The figures of a search record, and everything that stands in the way of signing it."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from sqlalchemy.orm import Session

from access.policy import Actor
from inquiry.requests import asked_at, cited_paragraphs
from search.packing import Numbers, unpack
from search.record_models import ARCHIVE, TERM, SearchRecord
from search.reviews import answering_ids, responsive_ids, reviewed_ids, weighed_ids
from search.sight import only_visible, visible_ids
from search.term_exports import not_reached_words
from search.term_figures import NotReached
from search.term_models import TermReportVersion
from search.term_reports import results_of, show_version


@dataclass(frozen=True)
class Counted:
    """The records a term report found, those somebody read or decided on, and those decided to be relevant."""

    hits: Numbers
    reviewed: Numbers
    responsive: Numbers
    answering: Mapping[int, Sequence[int]]
    """For each paragraph the search was made for, by its id, the records found that were decided to answer it."""
    weighed: Mapping[int, Sequence[int]]
    """In the same way those that were decided on, either way, since the paragraph was asked."""


@dataclass(frozen=True)
class RecordFigures:
    """The result of the search as one person may be told of it; None where nobody has counted it yet."""

    hits: int | None
    reviewed: int | None
    responsive: int | None
    unreadable: int | None
    not_reached: str = ""
    unopened: int = 0
    """Files that were set aside, and so lie in no search by terms."""
    answering: Mapping[int, int] = field(default_factory=dict)
    """How many of those found were decided to answer each paragraph it was made for, by the paragraph's id."""
    weighed: Mapping[int, int] = field(default_factory=dict)
    """How many were decided on, either way, since it was asked; none in a record signed before that was counted."""


class _Reports:
    """What term reports found and did not reach, as one person may be told; counted once for all that rest on one."""

    def __init__(self, session: Session, actor: Actor) -> None:
        self._session, self._actor = session, actor
        self._found: dict[int, Numbers] = {}
        self._reach: dict[int, NotReached] = {}

    @cached_property
    def visible(self) -> Numbers:
        """The ids of the records this person may know of."""
        return visible_ids(self._session, actor=self._actor)

    def found(self, version: TermReportVersion) -> Numbers:
        """Every record that one of its terms found."""
        if version.id not in self._found:
            found = [unpack(each.found) for each in results_of(self._session, version)]
            every = np.unique(np.concatenate([np.empty(0, dtype=np.int64), *found]))
            self._found[version.id] = only_visible(every, self.visible)
        return self._found[version.id]

    def reach(self, version: TermReportVersion) -> NotReached:
        """What it did not reach."""
        if version.id not in self._reach:
            shown = show_version(self._session, version.report, version.version, actor=self._actor)
            self._reach[version.id] = shown.figures.not_reached
        return self._reach[version.id]


def count_now(session: Session, record: SearchRecord, *, actor: Actor) -> Counted:
    """What the record's term report found, and what has become of it by now."""
    return _count_now(session, record, _Reports(session, actor))


def _count_now(session: Session, record: SearchRecord, reports: _Reports) -> Counted:
    assert record.term_version is not None
    hits = reports.found(record.term_version)
    ids = hits.tolist()
    cited = cited_paragraphs(session)
    answering = {each.id: answering_ids(session, ids, cited[each.id]) for each in record.paragraphs}
    weighed = {
        each.id: sorted({*weighed_ids(session, ids, since=asked_at(session, each)), *answering[each.id]})
        for each in record.paragraphs
    }
    reviewed, responsive = reviewed_ids(session, ids), responsive_ids(session, ids)
    return Counted(hits, np.array(reviewed, dtype=np.int64), np.array(responsive, dtype=np.int64), answering, weighed)


def record_figures(session: Session, record: SearchRecord, *, actor: Actor) -> RecordFigures:
    """The figures as this person may be told of them: of a signed record those of the day it was signed."""
    return figures_of_all(session, [record], actor=actor)[0]


def figures_of_all(session: Session, records: Iterable[SearchRecord], *, actor: Actor) -> list[RecordFigures]:
    """The same of each record, in their order."""
    reports = _Reports(session, actor)
    return [_figures(session, record, reports) for record in records]


def _figures(session: Session, record: SearchRecord, reports: _Reports) -> RecordFigures:
    if record.term_version is None:
        return RecordFigures(record.hits, record.reviewed, record.responsive, record.unreadable)
    reach = reports.reach(record.term_version)
    if record.hit_records is None or record.reviewed_records is None or record.responsive_records is None:
        now = _count_now(session, record, reports)
        hits, reviewed, responsive = len(now.hits), len(now.reviewed), len(now.responsive)
        answering, weighed = _counts(now.answering), _counts(now.weighed)
    else:
        visible = reports.visible
        signed = (record.hit_records, record.reviewed_records, record.responsive_records)
        hits, reviewed, responsive = (len(only_visible(unpack(each), visible)) for each in signed)
        answering, weighed = (_kept_counts(each, visible) for each in (record.answered_records, record.weighed_records))
    unread, words = reach.unread_pages, not_reached_words(reach)
    return RecordFigures(hits, reviewed, responsive, unread, words, reach.quarantined, answering, weighed)


def _counts(found: Mapping[int, Sequence[int]]) -> dict[int, int]:
    return {paragraph: len(records) for paragraph, records in found.items()}


def _kept_counts(kept: str | None, visible: Numbers) -> dict[int, int]:
    return {
        int(paragraph): len(only_visible(np.array(found, dtype=np.int64), visible))
        for paragraph, found in json.loads(kept or "{}").items()
    }


def faults_of(session: Session, record: SearchRecord, *, actor: Actor) -> list[str]:
    """What is still missing before the record can be signed, each as a clause; empty when it can be."""
    figures = record_figures(session, record, actor=actor)
    return [*_faults_of_words(record), *_faults_of_days(record), *_faults_of_figures(record, figures)]


def _faults_of_words(record: SearchRecord) -> list[str]:
    needed = (
        (record.repository, "it does not say which place was searched"),
        (record.how, "it does not say how the search was done"),
        (record.searched_by, "it does not say who searched"),
        (record.limits, "it does not say what limits the search had"),
        (record.not_searched, "it does not say what was not searched, and why; if nothing was left out, say so"),
    )
    faults = [fault for words, fault in needed if not words.strip()]
    if record.method == TERM and record.kind_of_place == ARCHIVE and record.term_version_id is None:
        faults.append("a search by terms in this archive rests on a term report: choose one and its version")
    if record.version > 1 and not record.why_new.strip():
        faults.append("it does not say why the version before is superseded")
    return faults


def _faults_of_days(record: SearchRecord) -> list[str]:
    faults = []
    if record.searched_from is None:
        faults.append("it does not say on which day the search was made")
    elif record.searched_to is not None and record.searched_to < record.searched_from:
        faults.append("the search ends before it begins")
    if record.covers_from and record.covers_to and record.covers_to < record.covers_from:
        faults.append("the period it covers ends before it begins")
    return faults


def _faults_of_figures(record: SearchRecord, figures: RecordFigures) -> list[str]:
    hits, reviewed, responsive = figures.hits, figures.reviewed, figures.responsive
    if hits is None or reviewed is None or responsive is None:
        return ["it does not say how many were found, how many of those were read, and how many answer the request"]
    faults = []
    if not 0 <= responsive <= reviewed <= hits:
        faults.append(
            f"its figures do not fit together: {responsive:,} answer the request, of {reviewed:,} read, of {hits:,} "
            "found"
        )
    if reviewed < hits and not record.not_reviewed.strip():
        faults.append(f"{hits - reviewed:,} of the {hits:,} found were not read, and it does not say why")
    if responsive == 0:
        if not record.nothing_found.strip():
            faults.append("nothing that answers the request was found, and it does not explain what that proves")
        if figures.unreadable is None:
            faults.append("nothing was found, and it does not say how many pages or papers could not be read")
    return faults
