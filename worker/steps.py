"""What follows what: the one orchestration, called by a command and by a job alike."""

import json
import time
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from access import users
from access.policy import OPERATOR, SYSTEM, Actor
from costs import effort
from disclosure import production
from ingest import batches
from ingest.locking import only_one
from ingest.page_settings import PageSettings
from ingest.pages_meant import Which
from records.split_plans import plan_from
from retention import notices
from retention.notice_file import check_notice, load_notice
from search import indexing, term_reports
from search.term_lists import Term
from search.term_running import Scope, run_terms
from store import audit, schema, uploads
from store.archive import Archive
from store.audit_actions import AuditAction
from store.errors import InvalidInputError, NotFoundError
from worker import files_again, page_work, pages_again, rereading, splitting, taking_in
from worker.listing import as_given

Heartbeat = Callable[[int, int], None]


def initialise(archive: Archive) -> None:
    """The archive exists in its newest shape, and the notice of the settings is in force; twice changes nothing.

    Raises:
        InvalidInputError: The notice's own sentences show that its lexicon would miss something.
    """
    fresh = schema.current(archive.engine) is None
    schema.upgrade(archive.engine)
    definition = load_notice(archive.settings.notice_file)
    with archive.reading() as session:
        known = notices.is_recorded(session, definition, archive.settings.notice_file)
    problems = [] if known else check_notice(definition)
    if problems:
        raise InvalidInputError(
            f"The notice file {archive.settings.notice_file.name} is not used because {len(problems)} of its own "
            f"checks fail (first: {problems[0]}): mend it and run `candour init` again."
        )
    with archive.writing() as session:
        if fresh:
            audit.record(session, AuditAction.ARCHIVE_OPENED, actor=OPERATOR.name, subject="archive")
        notices.record_notice(session, definition, archive.settings.notice_file, actor=OPERATOR)


def _acting(archive: Archive, name: str) -> Actor:
    if name in (OPERATOR.name, SYSTEM.name):
        return OPERATOR if name == OPERATOR.name else SYSTEM
    with archive.reading() as session:
        return users.acting(session, name)


def ingest_job(archive: Archive, arguments: dict[str, Any], asked_by: str, beat: Heartbeat) -> dict[str, Any]:
    """The job kind `ingest`: payload paths, batch, source, custodian and, for an upload, the folder to discard after.

    Taken up again after a worker died, it does nothing more where a person has paused or cancelled its run meanwhile.
    """
    with archive.reading() as session:
        known = batches.latest_run(session, as_given(arguments["paths"]), batch=arguments["batch"])
    if arguments.get("upload") and known is not None and (known.stop or known.finished_at):
        return {"batch": arguments["batch"], "stopped": known.stop}
    outcome = taking_in.take_in(
        archive,
        arguments["paths"],
        batch=arguments["batch"],
        source=arguments["source"],
        custodian=arguments.get("custodian", ""),
        actor=_acting(archive, asked_by),
        report=lambda progress: beat(progress.done, progress.found),
        wait=True,
    )
    _discard_uploads(archive, outcome)
    return {"batch": outcome.batch, "stopped": outcome.stopped, **vars(outcome.totals)}


def go_on_job(archive: Archive, arguments: dict[str, Any], asked_by: str, beat: Heartbeat) -> dict[str, Any]:
    """The job kind `batch-go-on`: payload batch; its unfinished runs are worked on to their end, save those paused.

    Whoever asks for it lifts the pause then (`ingest.control.resume`): the job may be taken up again after its worker
    died, and must not lift one that was asked for meanwhile.
    """
    try:
        outcomes = taking_in.go_on(
            archive,
            arguments["batch"],
            actor=_acting(archive, asked_by),
            report=lambda progress: beat(progress.done, progress.found),
            wait=True,
            lifting_pauses=False,
        )
    except NotFoundError:
        return {"batch": arguments["batch"], "runs": 0}  # another process has done it meanwhile
    for outcome in outcomes:
        _discard_uploads(archive, outcome)
    return {"batch": arguments["batch"], "runs": len(outcomes)}


def reread_job(archive: Archive, arguments: dict[str, Any], asked_by: str, beat: Heartbeat) -> dict[str, Any]:
    """The job kind `batch-reread`: payload batch and step; that step of reading is done again for its records."""
    made = rereading.reread(archive, arguments["batch"], arguments["step"], actor=_acting(archive, asked_by), beat=beat)
    return {"batch": arguments["batch"], "step": arguments["step"], **vars(made)}


def settle_job(archive: Archive, arguments: dict[str, Any], _asked_by: str, _beat: Heartbeat) -> dict[str, Any]:
    """The job kind `batch-settle`: payload batch; what a cancelled run had not reached is listed as not taken in."""
    with only_one(archive.settings.data, wait=True):
        return {"batch": arguments["batch"], "not_taken_in": taking_in.settle_cancelled(archive)}


def _discard_uploads(archive: Archive, outcome: taking_in.Outcome) -> None:
    """The folder of an upload goes once everything in it is stored: not while the run waits or was cancelled."""
    if not outcome.stopped:
        for path in json.loads(outcome.run.paths):
            uploads.discard_upload(archive, Path(path))


def build_bundle(
    archive: Archive,
    *,
    title: str,
    prefix: str,
    references: Sequence[str] = (),
    query: str = "",
    request: str = "",
    actor: Actor,
) -> production.Built:
    """The bundle is built, proved and kept, and the machine's time for it counted."""
    started = time.monotonic()
    built = production.build(
        archive, title=title, prefix=prefix, references=references, query=query, request=request, actor=actor
    )
    with archive.writing() as session:
        effort.log_automatic(
            session,
            activity="machine-bundling",
            seconds=time.monotonic() - started,
            items=built.result.documents,
            pages=built.result.pages,
            actor=actor,
        )
    return built


def bundle_job(archive: Archive, arguments: dict[str, Any], asked_by: str, beat: Heartbeat) -> dict[str, Any]:
    """The job kind `bundle`: payload title, prefix, request and the references of the records in order."""
    references: Sequence[str] = arguments["records"]
    beat(0, len(references))
    built = build_bundle(
        archive,
        title=arguments["title"],
        prefix=arguments["prefix"],
        references=references,
        request=arguments.get("request", ""),
        actor=_acting(archive, asked_by),
    )
    return {"bundle": built.bundle.id, "pages": built.result.pages, "warnings": list(built.result.warnings)}


def term_report_job(archive: Archive, arguments: dict[str, Any], asked_by: str, beat: Heartbeat) -> dict[str, Any]:
    """The job kind `term-report`: payload report, terms as [line, text, note], and the scope."""
    scope = arguments["scope"]
    days = [date.fromisoformat(scope[name]) if scope[name] else None for name in ("first", "last")]
    return run_term_report(
        archive,
        arguments["report"],
        [Term(*term) for term in arguments["terms"]],
        Scope(scope["query"], scope["batch"], *days),
        actor=_acting(archive, asked_by),
        progress=beat,
    )


def run_term_report(
    archive: Archive, number: int, terms: Sequence[Term], scope: Scope, *, actor: Actor, progress: Heartbeat
) -> dict[str, Any]:
    """The report has its next version, run over an index that holds every change made before now."""
    indexing.bring_up_to_date(archive)
    ran = run_terms(archive, terms, scope, actor=actor, progress=progress)
    with archive.writing() as session:
        report = term_reports.find_report(session, number, actor=actor)
        version = term_reports.keep_version(session, report, ran, actor=actor)
        effort.log_automatic(
            session, activity="machine-searching", seconds=ran.seconds, items=len(terms), pages=0, actor=actor
        )
        return {"report": report.id, "version": version.version, "terms": len(terms)}


def index_job(archive: Archive, _arguments: dict[str, Any], asked_by: str, beat: Heartbeat) -> dict[str, Any]:
    """The job kind `index`: the whole index made anew."""
    return {"documents": rebuild_index(archive, actor=_acting(archive, asked_by), progress=beat)}


def rebuild_index(archive: Archive, *, actor: Actor, progress: Heartbeat | None = None) -> int:
    """The index is made anew from the database, and that it was is in the audit trail."""
    started = time.monotonic()
    count = indexing.rebuild(archive, progress=progress)
    with archive.writing() as session:
        effort.log_automatic(
            session,
            activity="machine-indexing",
            seconds=time.monotonic() - started,
            items=count,
            pages=0,
            actor=actor,
        )
        audit.record(session, AuditAction.INDEX_REBUILT, actor=actor.name, subject="index", detail={"documents": count})
    return count


def read_again_job(archive: Archive, arguments: dict[str, Any], asked_by: str, beat: Heartbeat) -> dict[str, Any]:
    """The job kind `read-again`: payload record, page, settings and insist.

    May run twice: the second reading is one more version beside the first.
    """
    beat(0, 1)
    actor = _acting(archive, asked_by)
    settings = PageSettings.from_dict(arguments["settings"])
    made = page_work.read_again(
        archive, arguments["record"], arguments["page"], settings, insist=arguments["insist"], actor=actor
    )
    beat(1, 1)
    return vars(made)


def files_again_job(archive: Archive, arguments: dict[str, Any], asked_by: str, beat: Heartbeat) -> dict[str, Any]:
    """The job kind `files-again`: payload batch; files held unread are tried with the programs and passwords of now."""
    actor = _acting(archive, asked_by)
    made = files_again.read_files_again(archive, arguments["batch"], actor=actor, beat=beat, wait=True)
    page_work.look_through_again(archive)
    indexing.bring_up_to_date(archive, in_passing=True)
    return {"batch": arguments["batch"], **vars(made)}


def pages_again_job(archive: Archive, arguments: dict[str, Any], asked_by: str, beat: Heartbeat) -> dict[str, Any]:
    """The job kind `pages-again`: payload which pages, settings and insist.

    May run twice: the second reading of a page is one more version beside the first.
    """
    made = pages_again.read_pages_again(
        archive,
        Which.from_dict(arguments["which"]),
        PageSettings.from_dict(arguments["settings"]),
        insist=arguments["insist"],
        actor=_acting(archive, asked_by),
        beat=beat,
    )
    return vars(made)


def separators_job(archive: Archive, arguments: dict[str, Any], asked_by: str, beat: Heartbeat) -> dict[str, Any]:
    """The job kind `separators`: the separator sheets of a record, to be proposed to a person."""
    beat(0, 1)
    found, blanks = splitting.look_for_separators(archive, arguments["record"], actor=_acting(archive, asked_by))
    return {"separators": list(found.separators), "doubtful": list(found.doubtful), "blanks": blanks}


def split_job(archive: Archive, arguments: dict[str, Any], asked_by: str, beat: Heartbeat) -> dict[str, Any]:
    """The job kind `split`: payload record, pages, first pages and titles of the parts, pages left out, and how."""
    beat(0, 1)
    left_out = {int(number): what for number, what in arguments["left_out"].items()}
    plan = plan_from(arguments["pages"], firsts=arguments["firsts"], left_out=left_out)
    done = splitting.split(
        archive,
        arguments["record"],
        plan,
        how=arguments["how"],
        titles=arguments.get("titles", ()),
        actor=_acting(archive, asked_by),
    )
    return {"split": done.split, "parts": [reference for reference, _ in done.parts]}


JOBS: dict[str, Callable[[Archive, dict[str, Any], str, Heartbeat], dict[str, Any]]] = {
    "ingest": ingest_job,
    "batch-go-on": go_on_job,
    "batch-settle": settle_job,
    "batch-reread": reread_job,
    "bundle": bundle_job,
    "index": index_job,
    "separators": separators_job,
    "split": split_job,
    "term-report": term_report_job,
    "read-again": read_again_job,
    "pages-again": pages_again_job,
    "files-again": files_again_job,
}
