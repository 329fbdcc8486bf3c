"""Made-up records to cite, in a made-up borough."""

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from sqlalchemy.orm import Session

from access.policy import ALLOWED, Actor, Permission, Role
from failings.models import Failing
from failings.register import add_failing
from records.models import Page, Record

MakeRecord = Callable[..., Record]


@pytest.fixture
def make_record(session: Session) -> MakeRecord:
    def make(
        number: int,
        *,
        title: str = "Memorandum to the Area Officer",
        pages: int = 4,
        compartment: str = "open",
        day: date | None = date(1992, 5, 8),
        precision: str = "day",
    ) -> Record:
        record = Record(
            reference=f"R{number:06d}",
            title=title,
            file_name=f"{number}.tif",
            media_type="image/tiff",
            label="TIFF",
            date_from=day,
            date_precision=precision,
            batch="one",
            source="Store 4",
            compartment=compartment,
            state="read",
            page_count=pages,
            unread_pages=0,
            registered_at=datetime(2026, 1, 5, tzinfo=UTC),
        )
        session.add(record)
        session.flush()
        session.add_all(
            Page(record_id=record.id, number=page, text="typed words", read_by="ocr") for page in range(1, pages + 1)
        )
        session.flush()
        return record

    return make


@pytest.fixture
def record(make_record: MakeRecord) -> Record:
    return make_record(12)


@pytest.fixture
def writer_of_open_records(monkeypatch: pytest.MonkeyPatch) -> Actor:
    """Someone who may record failings but not read restricted records: no role is so today, one may be tomorrow."""
    monkeypatch.setitem(
        ALLOWED, Role.ADMINISTRATOR, frozenset({Permission.READ, Permission.FAILINGS, Permission.FAILINGS_READ})
    )
    return Actor("writer@example.org", frozenset({Role.ADMINISTRATOR}))


@pytest.fixture
def add(session: Session, lawyer: Actor) -> Callable[..., Failing]:
    def make(actor: Actor | None = None, **changes: object) -> Failing:
        fields: dict[str, object] = {
            "title": "Visits to the home were not made",
            "kind": "supervision",
            "body": "Social services department",
            "period_from": date(1978, 3, 1),
            "period_to": date(1981, 6, 30),
            "should_have_happened": "An officer should have visited every month and written down what was seen.",
            "policy_then": "Instruction 14 of the department's handbook, issued in January 1976.",
            "did_happen": "No visit is recorded in 27 of the 40 months.",
            "certainty": "established",
            "owner": "Director of children's services",
            "action": "Visits are now checked each month against the register of placements.",
            "action_due": date(2027, 3, 31),
            "evidence": [("R000012", 3, "The register of visits, which ends in May 1978")],
        } | changes
        return add_failing(session, **fields, actor=actor or lawyer)  # type: ignore[arg-type]

    return make
