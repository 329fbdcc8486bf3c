"""What stands in the archive of the journeys before anybody opens it: a request, costs, and a failing."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal

from access.users import acting
from costs import effort, rates, spending
from disclosure import statement_approval, statements
from disclosure.statement_drawing import draw_now
from failings import register
from inquiry import requests
from records.box_list_applying import apply_list
from records.repositories import RepositoryContent, add_repository
from store import clock
from store.archive import open_archive
from store.settings import load_settings
from tests.journeys.names import FAILING, LAWYER, LEADER, MINUTES_2002, OFFICER, REQUEST

EFFORT = (
    (11, "records-officer", "scan", 960),
    (7, "records-officer", "first-review", 1260),
    (3, "legal", "bundle", 420),
)
SPENDING = (
    (11, "scanning", "Fenwright Imaging", "1180.00", "paid"),
    (6, "storage-and-retrieval", "Deepwell Stores", "845.50", "invoiced"),
    (2, "external-solicitors", "Tarn & Hollis", "2250.00", "paid"),
)
BOX_LIST = b"""box,file,volume,title,pages
14,SS-85,1,Minutes of the sub-committee,20
14,SS-85,2,Minutes of the sub-committee,12
"""
STRONGROOM = RepositoryContent(
    "Court strongroom", holder="Legal services", volume="about 60 bundles", why_not="The key was asked for."
)
RATES = (("records-officer", "24.60"), ("legal", "58.20"))


def furnish(environment: Mapping[str, str], references: Mapping[str, str]) -> None:
    """There is a request of the inquiry, something to show under costs, and a failing on the register."""
    archive = open_archive(load_settings(environment))
    today = clock.today()
    with archive.writing() as session:
        officer, lawyer, leader = (acting(session, email) for email in (OFFICER, LAWYER, LEADER))
        requests.add_request(
            session,
            REQUEST,
            kind="rule-9-documents",
            title="Children’s homes of the borough",
            received=today - timedelta(days=12),
            due=today + timedelta(days=16),
            paragraphs=[("1", "All minutes about children in its homes.")],
            actor=lawyer,
        )
        apply_list(session, archive.files, BOX_LIST, name="boxes.csv", actor=officer)
        add_repository(session, STRONGROOM, actor=officer)
        statement = statements.draft_statement(session, draw_now(session, REQUEST), kind="interim", actor=lawyer)
        statement_approval.submit(session, statement, actor=lawyer)
        for role, hourly in RATES:
            valid_from = today - timedelta(weeks=60)
            rates.set_rate(session, role=role, hourly=Decimal(hourly), valid_from=valid_from, actor=leader)
        for weeks, role, activity, minutes in EFFORT:
            day = today - timedelta(weeks=weeks)
            effort.log_effort(session, day=day, role=role, activity=activity, minutes=minutes, actor=officer)
        for weeks, category, supplier, net, status in SPENDING:
            spending.log_spending(
                session,
                day=today - timedelta(weeks=weeks),
                category=category,
                supplier=supplier,
                net=Decimal(net),
                vat=Decimal(net) / 5,
                status=status,
                actor=leader,
            )
        register.add_failing(
            session,
            title=FAILING,
            kind="supervision",
            body="Social Services Department",
            period_from=date(1998, 4, 1),
            period_to=date(2002, 3, 31),
            should_have_happened="Each household should have been checked again every three years.",
            policy_then="The department’s own procedure of 1998.",
            did_happen="The sub-group was told that the checks had not been carried out in every case.",
            certainty="established",
            owner="Director of Children’s Services",
            action="Every household of those years is looked up, and the inquiry told what is found.",
            evidence=[(references[MINUTES_2002], 1, "What the sub-group was told")],
            actor=lawyer,
        )
    archive.close()
