"""Members with the same bytes are read once in a run, and each is a whole record of its own."""

import io
from collections import Counter
from pathlib import Path

import pytest
from PIL import Image, ImageDraw
from sqlalchemy import select

from access.policy import OPERATOR
from ingest.limits import ReaderPool
from ingest.reading import FileReading, MemberFound, PageReading
from ingest.reading_tasks import ReadResult
from records.models import Record
from records.register import packed_words, pages_of, visible_records
from retention import holds, tagging
from tests.worker.test_taking_in import mail, take
from worker import same_readings
from worker.intake import Ready
from worker.same_readings import SameReadings

MESSAGES = 6


def letterhead(words: str) -> bytes:
    picture = Image.new("L", (900, 160), 255)
    ImageDraw.Draw(picture).text((30, 50), words, fill=0, font_size=44)
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


@pytest.fixture
def read(monkeypatch) -> Counter[str]:
    """How often a reader was asked for each name."""
    asked: Counter[str] = Counter()
    submit = ReaderPool.submit

    def counting(pool, task_id, path, *, name="", **others):
        asked[name] += 1
        submit(pool, task_id, path, name=name, **others)

    monkeypatch.setattr(ReaderPool, "submit", counting)
    return asked


@pytest.fixture
def share(tmp_path: Path) -> Path:
    folder = tmp_path / "share"
    folder.mkdir()
    logo = letterhead("Complaint of abuse by a housefather")
    for number in range(MESSAGES):
        other = f"Enclosure {number}".encode()
        (folder / f"{number:02d}.eml").write_bytes(
            mail(f"File {number}", ("logo.png", logo), ("other.txt", other), ("scan.png", logo))
        )
    (folder / "logo.png").write_bytes(logo)
    (folder / "again.png").write_bytes(logo)
    return folder


def test_the_same_picture_in_many_messages_is_read_once_for_each_name(archive, notice, share, read):
    outcome = take(archive, share)

    assert read["logo.png"] <= 2  # loose, where a copy is told from its record, and as a member
    assert read["scan.png"] == 1
    assert read["other.txt"] == MESSAGES
    assert outcome.totals.found == MESSAGES * 4 + 2
    assert outcome.totals.registered == MESSAGES * 4 + 1
    assert outcome.totals.duplicates == 1
    assert outcome.totals.adds_up


def test_each_of_them_is_a_whole_record_of_its_own_family(archive, notice, share):
    take(archive, share)

    with archive.reading() as session:
        logos = [
            each for each in visible_records(session, actor=OPERATOR) if each.file_name in ("logo.png", "scan.png")
        ]
        parents = {each.id: session.get_one(Record, each.parent_id).title for each in logos if each.parent_id}
        assert sorted(parents.values()) == sorted(f"File {number}" for number in range(MESSAGES) for _ in range(2))
        first = logos[0]
        for each in logos:
            (page,) = pages_of(session, each)
            (like,) = pages_of(session, first)
            assert "Complaint of abuse" in page.text
            assert (page.text, page.read_by, page.confidence) == (like.text, like.read_by, like.confidence)
            assert packed_words(session, page) == packed_words(session, like)
            assert holds.holds_of(session, each)
            found = [one.category for one in tagging.suggestions_of(session, each)]
            assert found == [one.category for one in tagging.suggestions_of(session, first)] != []
        numbers = list(session.scalars(select(Record.id).order_by(Record.id)))
        assert numbers == list(range(1, len(numbers) + 1))


def result(
    name: str, *, pages: int = 1, reason: str = "", members: bool = False, further: bool = True, attempts: int = 1
) -> ReadResult:
    reading = FileReading(
        "image/png",
        "Picture",
        pages=[PageReading(number, "words", "ocr", reason=reason) for number in range(1, pages + 1)],
        members=[MemberFound("a", Path("a"), 1)] if members else [],
    )
    return ReadResult("1", reading, None, 1.0, further={"about": name} if further else None, attempts=attempts)


@pytest.mark.parametrize(
    "odd",
    [
        {"pages": same_readings.MOST_PAGES_EACH + 1},
        {"reason": "limit: reading this page took longer than the time allowed"},
        {"members": True},
        {"further": False},
        {"attempts": 2},
    ],
)
def test_what_another_try_may_read_otherwise_is_read_again(odd):
    kept = SameReadings()
    kept.keep(Ready(1, "ab", "a.png", is_loose=False), result("a", **odd))

    assert kept.find(Ready(2, "ab", "a.png", is_loose=False)) is None


def test_neither_a_loose_file_nor_another_name_gets_the_reading_of_a_member():
    kept = SameReadings()
    kept.keep(Ready(1, "ab", "a.png", is_loose=False), result("a"))

    assert kept.find(Ready(2, "ab", "a.png", is_loose=True)) is None
    assert kept.find(Ready(3, "ab", "b.png", is_loose=False)) is None
    found = kept.find(Ready(4, "ab", "a.png", is_loose=False))
    assert found is not None
    assert found.task_id == "4"


def test_what_was_met_last_is_kept_and_the_memory_stays_small(monkeypatch):
    monkeypatch.setattr(same_readings, "MOST_PAGES", 3)
    kept = SameReadings()
    for number in range(3):
        kept.keep(Ready(number, f"{number}", "a.png", is_loose=False), result("a"))
    assert kept.find(Ready(9, "0", "a.png", is_loose=False)) is not None

    kept.keep(Ready(4, "4", "a.png", is_loose=False), result("a"))

    known = [kept.find(Ready(9, name, "a.png", is_loose=False)) is not None for name in ("0", "1", "2", "4")]
    assert known == [True, False, True, True]
