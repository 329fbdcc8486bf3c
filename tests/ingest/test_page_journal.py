"""Pages kept as they are read: whole or not at all, in their order, and only for what they were read from."""

from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.page_journal import IN_MEMORY, PageJournal, belonging
from ingest.reading import PageReading


def pages(count: int) -> list[PageReading]:
    return [
        PageReading(
            number, f"page {number} of Tŷ Gwŷr", "ocr", 88.5, None, [[0.1, 0.2, 0.3, 0.4, "Tŷ", 90.0]], 595, 842
        )
        for number in range(1, count + 1)
    ]


def kept(path: Path, count: int, *, belongs_to: str = "these bytes") -> PageJournal:
    journal = PageJournal(path, belongs_to=belongs_to)
    for page in pages(count)[len(journal) :]:
        journal.add(page, ["The picture is damaged; what is left of it was read."])
    return journal


def test_a_long_file_is_gone_on_with_after_the_last_page_that_was_kept(tmp_path):
    kept(tmp_path / "journal", 20).close()

    with closing(PageJournal(tmp_path / "journal", belongs_to="these bytes")) as again:
        assert list(again) == pages(20)
        assert (again[19], list(again[3:5])) == (pages(20)[19], pages(20)[3:5])
        assert again.notes == ["The picture is damaged; what is left of it was read."]
        again.add(pages(21)[20])
    with closing(PageJournal(tmp_path / "journal", belongs_to="these bytes")) as longer:
        assert len(longer) == 21


def test_a_short_file_leaves_nothing_on_disk(tmp_path):
    journal = kept(tmp_path / "journal", IN_MEMORY)

    assert list(journal) == pages(IN_MEMORY)
    assert list(tmp_path.iterdir()) == []


def test_what_belongs_to_other_bytes_or_settings_is_not_gone_on_with(tmp_path):
    kept(tmp_path / "journal", 20).close()

    assert len(PageJournal(tmp_path / "journal", belongs_to="other bytes")) == 0
    assert len({
        belonging("ab", name="x.pdf", page_seconds=60, memory_bytes=1),
        belonging("cd", name="x.pdf", page_seconds=60, memory_bytes=1),
        belonging("ab", name="x.pdf", page_seconds=90, memory_bytes=1),
        belonging("ab", name="x.pdf", page_seconds=60, memory_bytes=2),
    }) == 4  # fmt: skip


def test_once_registered_nothing_of_it_is_left(tmp_path):
    kept(tmp_path / "journal", 20).remove()

    assert list(tmp_path.iterdir()) == []


def test_a_page_that_does_not_follow_is_refused(tmp_path):
    journal = kept(tmp_path / "journal", 3)

    with pytest.raises(ValueError, match="does not follow"):
        journal.add(pages(5)[4])


def test_only_its_owner_can_read_it(tmp_path):
    kept(tmp_path / "journal", 20).close()

    assert (tmp_path / "journal").stat().st_mode & 0o077 == 0


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cut=st.floats(0, 1), flipped=st.none() | st.floats(0, 0.999))
def test_torn_or_damaged_it_gives_the_pages_before_the_damage_and_no_other(tmp_path, cut, flipped):
    path = tmp_path / "journal"
    path.unlink(missing_ok=True)
    kept(path, 15).close()
    data = bytearray(path.read_bytes())
    del data[int(len(data) * cut) :]
    if flipped is not None and data:
        data[int(len(data) * flipped)] ^= 0x40
    path.write_bytes(bytes(data))

    with closing(PageJournal(path, belongs_to="these bytes")) as journal:
        assert list(journal) == pages(15)[: len(journal)]
    with closing(kept(path, 15)) as whole:
        assert list(whole) == pages(15)
