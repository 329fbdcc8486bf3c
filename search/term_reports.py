"""Term reports: lists of terms that are run, kept version by version, run again and compared."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from access.policy import Actor, Permission, require
from records.models import Record
from search.language import LANGUAGE_VERSION
from search.packing import pack
from search.sight import may_be_told, records_of, visible_ids
from search.term_figures import Figures, figures_of, found_by
from search.term_lists import Term
from search.term_models import TermReport, TermReportVersion, TermResult
from search.term_running import Ran, Scope
from store import audit, clock
from store.audit_actions import AuditAction
from store.errors import InvalidInputError, NotFoundError

LONGEST_NAME = 200


@dataclass(frozen=True)
class ReportShown:
    """One version of a report as one person may be told of it."""

    report: TermReport
    version: TermReportVersion
    scope: Scope
    figures: Figures


@dataclass(frozen=True)
class TermChange:
    """One term in two versions; None where the version does not have it."""

    term: str
    before: int | None
    after: int | None
    new: Sequence[Record]
    gone: Sequence[Record]

    @property
    def changed(self) -> bool:
        """Whether it finds something else, or is only in one of the two."""
        return bool(self.new or self.gone) or self.before is None or self.after is None


@dataclass(frozen=True)
class Difference:
    """Two versions of a report, term by term in the order of the later one; terms it dropped come last."""

    report: TermReport
    before: ReportShown
    after: ReportShown
    terms: Sequence[TermChange]


def begin_report(session: Session, *, name: str, actor: Actor) -> TermReport:
    """The report has its name and number; its first version comes when its terms were run.

    Raises:
        InvalidInputError: It has no name, or one that is too long.
    """
    require(actor, Permission.SEARCH)
    named = " ".join(name.split())
    if not 1 <= len(named) <= LONGEST_NAME:
        raise InvalidInputError(f"Give the report a name of 1 to {LONGEST_NAME} letters, so that it can be cited.")
    report = TermReport(name=named, made_by=actor.name, made_at=clock.now())
    session.add(report)
    session.flush()
    return report


def keep_version(session: Session, report: TermReport, ran: Ran, *, actor: Actor) -> TermReportVersion:
    """What the terms found is kept as the report's next version, with all that its figures are counted from."""
    require(actor, Permission.SEARCH)
    last = select(func.max(TermReportVersion.version)).where(TermReportVersion.term_report_id == report.id)
    universe = ran.universe
    version = TermReportVersion(
        term_report_id=report.id,
        version=(session.scalar(last) or 0) + 1,
        scope_query=ran.scope.query,
        scope_batch=ran.scope.batch,
        scope_from=ran.scope.first,
        scope_to=ran.scope.last,
        run_by=actor.name,
        run_at=clock.now(),
        seconds=round(ran.seconds, 3),
        language_version=LANGUAGE_VERSION,
        index_generation=ran.index_generation,
        counted_in=ran.counted_in,
        categories=" ".join(universe.categories),
        not_indexed=pack(universe.not_indexed),
        quarantined_in=pack(universe.quarantined_in),
        records=pack(universe.records),
        parents=pack(universe.parents),
        unread_pages=pack(universe.unread_pages),
        flags=pack(universe.flags),
        category_bits=pack(universe.category_bits),
    )
    session.add(version)
    session.flush()
    session.add_all(
        TermResult(
            version_id=version.id,
            position=position,
            line=each.term.line,
            term=each.term.text,
            note=each.term.note,
            found=pack(each.records),
            pages=pack(each.pages),
        )
        for position, each in enumerate(ran.found, start=1)
    )
    session.flush()
    audit.record(
        session,
        AuditAction.TERM_REPORT_RUN,
        actor=actor.name,
        subject=f"term-report:{report.id}",
        detail={"version": version.version, "terms": len(ran.found), "index": ran.index_generation},
    )
    return version


def term_reports(session: Session, *, actor: Actor) -> list[tuple[TermReport, TermReportVersion | None]]:
    """The reports this person may be told of, each with its latest version, the newest first."""
    require(actor, Permission.SEARCH)
    listed = session.scalars(select(TermReport).order_by(TermReport.id.desc()))
    paired = [(report, versions_of(session, report, actor=actor)) for report in listed]
    return [(r, known[-1] if known else None) for r, known in paired if known or r.made_by == actor.name]


def find_report(session: Session, number: int, *, actor: Actor) -> TermReport:
    """The report of this number.

    Raises:
        NotFoundError: There is none that this person may be told of.
    """
    require(actor, Permission.SEARCH)
    report = session.get(TermReport, number)
    if report is None or not (report.made_by == actor.name or versions_of(session, report, actor=actor)):
        raise NotFoundError("There is no such term report: choose one from the list of term reports.")
    return report


def versions_of(session: Session, report: TermReport, *, actor: Actor) -> list[TermReportVersion]:
    """The versions of the report that this person may be told of, the first one first."""
    query = select(TermReportVersion).where(TermReportVersion.term_report_id == report.id)
    found = session.scalars(query.order_by(TermReportVersion.version))
    return [each for each in found if may_be_told(each.counted_in, actor)]


def show_version(session: Session, report: TermReport, number: int | None, *, actor: Actor) -> ReportShown:
    """The version of this number, or the latest, with its figures as this person may be told of them.

    Raises:
        NotFoundError: There is no such version that this person may be told of.
    """
    known = versions_of(session, report, actor=actor)
    chosen = [each for each in known if each.version == number] if number is not None else known[-1:]
    if not chosen:
        raise NotFoundError("There is no such version of this report: choose one from its list.")
    version = chosen[0]
    figures = figures_of(version, results_of(session, version), visible_ids(session, actor=actor))
    return ReportShown(report, version, scope_of(version), figures)


def results_of(session: Session, version: TermReportVersion) -> list[TermResult]:
    """What each term of the version found, in the order of the list."""
    query = select(TermResult).where(TermResult.version_id == version.id)
    return list(session.scalars(query.order_by(TermResult.position)))


def scope_of(version: TermReportVersion) -> Scope:
    """In what the version was searched."""
    return Scope(version.scope_query, version.scope_batch, version.scope_from, version.scope_to)


def terms_of(session: Session, version: TermReportVersion) -> list[Term]:
    """The version's terms, to be run again."""
    return [Term(each.line, each.term, each.note) for each in results_of(session, version)]


def compare_versions(session: Session, report: TermReport, before: int, after: int, *, actor: Actor) -> Difference:
    """What each term finds in the later version and did not in the earlier, and the other way round."""
    first, second = (show_version(session, report, number, actor=actor) for number in (before, after))
    visible = visible_ids(session, actor=actor)
    then = {each.term: found_by(each, visible) for each in results_of(session, first.version)}
    now = {each.term: found_by(each, visible) for each in results_of(session, second.version)}
    changes = []
    for term in dict.fromkeys([*now, *then]):
        earlier, later = then.get(term), now.get(term)
        new, gone = [], []
        if earlier is not None and later is not None:
            new = records_of(session, np.setdiff1d(later, earlier), actor=actor)
            gone = records_of(session, np.setdiff1d(earlier, later), actor=actor)
        changes.append(
            TermChange(
                term=term,
                before=None if earlier is None else len(earlier),
                after=None if later is None else len(later),
                new=new,
                gone=gone,
            )
        )
    return Difference(report, first, second, changes)
