"""The whole job on the sample archive: take in, hold, suggest, decide, find, bundle, cost, report, prove, serve.

Each step looks first whether it was done, so that a second run is quick and changes nothing that is right.
"""

import argparse
import os
import secrets
import sys
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from rich.console import Console
from rich.panel import Panel
from rich.table import Table
from sqlalchemy.orm import Session

from access import users
from access.policy import OPERATOR, Actor, Role
from cli.progress import progress_bar
from cli.serving import serve
from costs import effort, exports, rates, spending
from costs.reports import report as cost_report
from disclosure import marks, production, statement_sealing, statements
from disclosure.bundle_manifest import manifest_path
from disclosure.review import decide_relevance
from failings import escalations, register
from failings.self_report import make_self_report
from ingest.counting import batch_totals
from inquiry import requests
from records.register import find_record, visible_records
from retention import disposal, tagging
from retention.models import SuggestionEvidence
from retention.suggesting import TITLE_PAGE
from samples.figures import measure
from samples.make import make_archive
from samples.searched import record_search
from samples.statement import make_statement
from search import kept_searches, querying
from store import audit, clock
from store.archive import Archive, open_archive
from store.errors import CandourError, RefusedError
from store.leaving import let_go
from store.settings import load_settings
from worker.steps import build_bundle, initialise
from worker.taking_in import take_in

BATCH = "Sample archive"
AUTHORITY = "Pellingford Borough Council"
PEOPLE = {
    "officer@demo.example": Role.RECORDS_OFFICER,
    "second.reader@demo.example": Role.RECORDS_OFFICER,
    "lawyer@demo.example": Role.LEGAL,
    "leader@demo.example": Role.LEADER,
    "administrator@demo.example": Role.ADMINISTRATOR,
}
REQUEST = "INQ/R9/014"
console = Console(highlight=False)


@dataclass(frozen=True)
class Places:
    """Where the demo keeps things."""

    root: Path

    @property
    def samples(self) -> Path:
        """The sample archive and its truth."""
        return self.root / "samples"

    @property
    def sign_ins(self) -> Path:
        """The passwords of the demo roles, readable by the owner alone."""
        return self.root / "sign-ins"

    @property
    def out(self) -> Path:
        """The bundle, the self-report and the cost report."""
        return self.root / "out"


def main(arguments: list[str]) -> int:
    """Does the job, prints its figures, and serves the application unless told not to."""
    parser = argparse.ArgumentParser(prog="./run demo")
    parser.add_argument("--no-serve", action="store_true", help="stop after the job")
    chosen = parser.parse_args(arguments)
    places = Places(Path("var/demo").absolute())
    places.root.mkdir(parents=True, exist_ok=True, mode=0o700)
    places.out.mkdir(exist_ok=True, mode=0o700)
    own = {"CANDOUR_DATA": str(places.root / "data"), "CANDOUR_AUTHORITY": AUTHORITY}
    os.environ.update(own)  # noqa: TID251 - for this process and the server it becomes
    archive = open_archive(load_settings())
    try:
        job(archive, places)
    except CandourError as error:
        console.print(str(error), style="red", markup=False)
        return error.exit_code
    finally:
        archive.close()
    if chosen.no_serve:
        return 0
    serve.main(args=[], standalone_mode=False)
    return 0


def job(archive: Archive, places: Places) -> None:
    """The whole job, step by step."""
    console.print(Panel.fit("[bold]Candour[/bold]  the whole job, on a made-up borough's archive", border_style="cyan"))
    with console.status("Making the sample archive…"):
        make_archive(places.samples)
    with console.status("Opening the archive and its retention notice…"):
        initialise(archive)
        add_people(archive, places)
    ingest(archive, places)
    with console.status("Deciding, searching, marking…"):
        decide(archive)
        ask(archive)
    bundle(archive, places)
    with console.status("Running terms, recording the search…"):
        record_search(archive, request=REQUEST, lawyer=actor(archive, "lawyer@demo.example"))
    with console.status("Counting the cost, writing the self-report…"):
        cost(archive, places)
        report_failings(archive, places)
        escalate(archive)
    with console.status("Drawing, signing and sealing the statement to the inquiry…"):
        make_statement(
            archive,
            places.out,
            request=REQUEST,
            lawyer=actor(archive, "lawyer@demo.example"),
            leader=actor(archive, "leader@demo.example"),
            officer=actor(archive, "officer@demo.example"),
        )
    show(archive, places)


def actor(archive: Archive, email: str) -> Actor:
    """The demo user of this address."""
    with archive.reading() as session:
        return users.acting(session, email)


def add_people(archive: Archive, places: Places) -> None:
    """Each demo role has a user whose password stands in a file that only its owner can read."""
    with archive.writing() as session:
        known = {user.email for user in users.all_users(session)}
        lines = []
        for email, role in PEOPLE.items():
            if email in known:
                continue
            password = "-".join(secrets.token_hex(3) for _ in range(3))
            user, _ = users.add_user(session, email, role=role, actor=OPERATOR)
            users.set_password(session, user, password, actor=OPERATOR)
            lines.append(f"{role.value:18} {email:30} {password}\n")
        if lines:
            descriptor = os.open(places.sign_ins, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "w") as file:
                file.writelines(lines)


def ingest(archive: Archive, places: Places) -> None:
    """The sample archive is taken in, once; an interrupted run is gone on with."""
    with archive.reading() as session:
        finished = [
            line
            for line in batch_totals(session, actor=OPERATOR)
            if line.batch.name == BATCH and not line.unfinished_runs
        ]
    if finished:
        return
    with progress_bar("Taking in") as bar:
        take_in(
            archive,
            [str(places.samples / "archive")],
            batch=BATCH,
            source="Pellingford records store, bay 3",
            custodian="Pellingford records service",
            actor=OPERATOR,
            report=lambda progress: bar(progress.done, progress.found, f"{progress.pages} pages"),
        )


def decide(archive: Archive) -> None:
    """A records officer confirms what is strongly suggested; deleting a held record is tried, and refused."""
    officer = actor(archive, "officer@demo.example")
    with archive.writing() as session:
        if any(tagging.decisions_of(session, record) for record in visible_records(session, actor=OPERATOR)):
            return
        for record in tagging.records_to_tag(session, actor=officer, limit=12):
            for suggestion in tagging.suggestions_of(session, record):
                if suggestion.strength_word == "strong":
                    tagging.decide(
                        session,
                        record,
                        category=suggestion.category,
                        outcome="confirmed",
                        reason=f"Read {_place(suggestion.evidence[0])}: “{suggestion.evidence[0].text}”.",
                        actor=officer,
                    )


def _place(evidence: SuggestionEvidence) -> str:
    return "in the title" if evidence.page == TITLE_PAGE else f"on page {evidence.page}"


def ask(archive: Archive) -> None:
    """The inquiry's request is logged, a search kept, one record marked privileged and one restricted."""
    lawyer = actor(archive, "lawyer@demo.example")
    with archive.reading() as session:
        if requests.all_requests(session):
            return
        results = querying.search(archive, session, QUERY, actor=lawyer)
        asked = kept_searches.ask(archive, session, QUERY, actor=lawyer)
        legal = querying.search(archive, session, '"legal advice" OR solicitor OR insurers', actor=lawyer, limit=2)
    with archive.writing() as session:
        requests.add_request(
            session,
            REQUEST,
            kind="rule-9-documents",
            title="Children's homes of the borough, 1968 to 2014",
            received=clock.today() - timedelta(days=12),
            due=clock.today() + timedelta(days=16),
            paragraphs=[
                ("1", "All minutes, reports and correspondence about complaints by or about children in its homes."),
                ("2", "The policies and procedures on the protection of children in force at each date."),
            ],
            actor=lawyer,
        )
        kept_searches.keep_search(session, asked, name="Complaints in the homes", actor=lawyer)
        for hit, kind in zip(legal.hits, ("privileged", "restricted"), strict=False):
            marks.mark(session, hit.record, kind=kind, reason="Advice on a claim, to be checked.", actor=lawyer)
    querying.log_search(archive, results, actor=lawyer)


QUERY = "category:allegations OR category:failings"


def bundle(archive: Archive, places: Places) -> None:
    """The bundle that answers the request: refused while it holds a privileged record, built without it."""
    lawyer = actor(archive, "lawyer@demo.example")
    with archive.reading() as session:
        if production.bundles(session):
            return
        found = querying.matching_records(archive, session, QUERY, actor=lawyer)
        privileged = {record.reference for record in found if record.compartment == "privileged"}
        chosen = [record.reference for record in found if record.reference not in privileged]
    with archive.writing() as session:
        paragraph = requests.find_request(session, REQUEST).paragraphs[0].id
        for reference in [*chosen, *privileged]:
            record = find_record(session, reference, actor=lawyer)
            reason = "Read whole: it is about a complaint or what came of one."
            decide_relevance(session, record, answer="relevant", reason=reason, paragraphs=[paragraph], actor=lawyer)
    if privileged:
        try:
            build_bundle(
                archive, title="Refused", prefix="PEL", references=[*chosen, *privileged], request=REQUEST, actor=lawyer
            )
        except RefusedError as refusal:
            (places.out / "refusal.txt").write_text(f"{refusal}\n")
    with console.status(f"Building a bundle of {len(chosen)} documents and reading it back…"):
        built = build_bundle(
            archive,
            title="Complaints in the children's homes",
            prefix="PEL",
            references=chosen,
            request=REQUEST,
            actor=lawyer,
        )
        file = places.out / built.file_name
        file.write_bytes(archive.files.original(built.bundle.sha256).read_bytes())
        manifest_path(file).write_bytes(production.manifest_bytes(built))


def cost(archive: Archive, places: Places) -> None:
    """Rates, effort and spending are logged, and the report written as CSV and as a workbook."""
    leader, officer = actor(archive, "leader@demo.example"), actor(archive, "officer@demo.example")
    if (places.out / "costs.xlsx").exists():
        return
    today = clock.today()
    with archive.writing() as session:
        for role, hourly in (("records-officer", "24.60"), ("legal", "58.20"), ("leader", "71.00")):
            rates.set_rate(
                session, role=role, hourly=Decimal(hourly), valid_from=date(today.year - 1, 4, 1), actor=leader
            )
        for weeks, role, activity, minutes, items, pages in EFFORT:
            effort.log_effort(
                session,
                day=today - timedelta(weeks=weeks),
                role=role,
                activity=activity,
                minutes=minutes,
                items=items,
                pages=pages,
                actor=officer,
            )
        for weeks, category, supplier, net, status in SPENDING:
            spending.log_spending(
                session,
                day=today - timedelta(weeks=weeks),
                category=category,
                supplier=supplier,
                net=Decimal(net),
                vat=(Decimal(net) / 5).quantize(Decimal("0.01")),
                status=status,
                actor=leader,
            )
        made = cost_report(session, actor=leader)
        authority = archive.settings.authority
        for name, leaves in (
            ("costs.csv", exports.export_csv(session, made, actor=leader)),
            ("costs.xlsx", exports.export_xlsx(session, made, actor=leader, authority=authority)),
        ):
            let_go(session, leaves, actor=leader.name)
            (places.out / name).write_bytes(leaves.content)


EFFORT = (
    (14, "records-officer", "retrieve", 960, 14, 0),
    (13, "records-officer", "scan", 1440, 52, 190),
    (10, "records-officer", "first-review", 1260, 60, 210),
    (8, "legal", "second-review", 600, 24, 95),
    (5, "records-officer", "first-review", 840, 31, 120),
    (4, "legal", "bundle", 420, 1, 0),
    (2, "records-officer", "wellbeing", 180, 0, 0),
    (1, "leader", "meetings", 120, 0, 0),
)
SPENDING = (
    (13, "scanning", "Fenwright Imaging", "3180.00", "paid"),
    (9, "external-solicitors", "Tarn & Hollis", "6250.00", "paid"),
    (6, "storage-and-retrieval", "Deepwell Stores", "845.50", "invoiced"),
    (3, "counsel", "Saltmarsh Chambers", "4200.00", "invoiced"),
    (1, "external-solicitors", "Tarn & Hollis", "5000.00", "committed"),
)


def report_failings(archive: Archive, places: Places) -> None:
    """A failing is recorded with the pages it rests on, and the self-report exported."""
    lawyer = actor(archive, "lawyer@demo.example")
    file = places.out / "self-report.docx"
    if file.exists():
        return
    with archive.writing() as session:
        evidence = _evidence(session, "failings")
        register.add_failing(
            session,
            title="Concerns at a children's home were not minuted and not referred",
            kind="response-to-allegation",
            body="Social Services Department",
            period_from=date(1974, 1, 1),
            period_to=date(1986, 12, 31),
            should_have_happened="Each concern should have been recorded, considered by the area officer and referred.",
            policy_then="The department's own procedure of the time, and the Community Homes Regulations 1972.",
            did_happen="The papers show concerns raised more than once and no record of a referral.",
            certainty="probable",
            owner="Director of Children's Services",
            action="Look for the missing minutes in the successor body's store; tell the inquiry what is found.",
            action_due=clock.today() + timedelta(days=60),
            evidence=[(reference, page, "") for reference, page in evidence],
            actor=lawyer,
        )
        made = make_self_report(
            session,
            title="Self-report of institutional failings",
            authority=archive.settings.authority,
            actor=lawyer,
        )
        let_go(session, made.document, actor=lawyer.name)
        file.write_bytes(made.document.content)


def _evidence(session: Session, category: str) -> list[tuple[str, int]]:
    found = tagging.all_suggestions(session, actor=OPERATOR)
    strongest = sorted(
        (
            (-suggestion.strength, record.reference, suggestion.evidence[0].page)
            for record, suggestion in found
            if suggestion.category == category and record.compartment == "open"
        )
    )
    return [(reference, page) for _, reference, page in strongest[:3]]


def escalate(archive: Archive) -> None:
    """A risk to someone now is raised, so that the list of what is due is not empty."""
    officer = actor(archive, "officer@demo.example")
    with archive.writing() as session:
        if escalations.open_escalations(session, actor=officer):
            return
        record = tagging.records_to_tag(session, actor=officer, limit=1)[0]
        escalations.raise_escalation(
            session,
            record,
            kind="person-with-access",
            facts="A person named in the record may still work with children.",
            actor=officer,
        )


def refused_disposal(archive: Archive) -> str:
    """What is said to someone who tries to purge a held record; nothing is changed."""
    with archive.writing() as session:
        record = visible_records(session, actor=OPERATOR, limit=1)[0]
        given = disposal.ask(session, record, actor=OPERATOR)
    try:
        disposal.refuse_unless_clear(record, given)
    except RefusedError as refusal:
        return str(refusal)
    raise CandourError("A held record could have been purged: stop using this version, and report it.")


def show(archive: Archive, places: Places) -> None:
    """The figures of this run, measured now against the truth of the sample."""
    figures = measure(archive, places.samples, batch=BATCH)
    with archive.reading() as session:
        totals = next(line for line in batch_totals(session, actor=OPERATOR) if line.batch.name == BATCH)
        verdict = audit.verify(session, archive.audit_head)
        bundled = production.bundles(session)[0]
        made = cost_report(session, actor=OPERATOR)
        stated = statements.find_statement(session, 1, actor=OPERATOR)
        proof = statement_sealing.prove(session, archive.files, stated, actor=OPERATOR)
    counted = totals.totals
    table = Table(show_header=False, box=None, padding=(0, 2))
    table.add_column(style="bold")
    table.add_column()
    table.add_row(
        "Taken in",
        f"{counted.found} found = {counted.registered} registered + {counted.duplicates} duplicates + "
        f"{counted.quarantined} quarantined",
    )
    table.add_row(
        "Read",
        f"{counted.pages} pages, {counted.ocr_pages} of them by OCR; "
        f"{totals.unread_pages} not readable and listed as such",
    )
    table.add_row("OCR word recall", figures.recall_line())
    table.add_row("Bundle", f"{len(bundled.documents)} documents, {bundled.pages} pages: verified, every check right")
    table.add_row(
        "Audit",
        f"{verdict.events} events, proved to the last" if verdict.ok else f"NOT PROVED: {verdict.problem}",
    )
    table.add_row(
        "Stated", f"{stated.title}: sealed, {stated.sha256[:16]}…, {'whole' if proof.is_whole else 'NOT WHOLE'}"
    )
    table.add_row("Cost so far", f"£{made.total_net:,} net; £{made.units.per_document} a document")
    table.add_row("A purge was tried", refused_disposal(archive))
    console.print(table)
    console.print(figures.category_table())
    if not (verdict.ok and bundled.verified and counted.adds_up and proof.is_whole):
        raise CandourError("The demo did not prove itself: see the figures above.")
    console.print(
        f"Bundle, costs, self-report and the statement to the inquiry are in {places.out.relative_to(Path.cwd())}.",
        markup=False,
    )
    console.print(f"The sign-ins of the demo roles are in {places.sign_ins.relative_to(Path.cwd())}.", markup=False)
    console.print(
        "The same archive on the command line: CANDOUR_DATA=var/demo/data ./run candour search school", markup=False
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
