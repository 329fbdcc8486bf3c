"""How a file that nothing here reads looks to an officer: named, explained, never shown as if it had been read."""

import pytest

from access.policy import OPERATOR
from store.archive import Archive
from worker.taking_in import take_in


@pytest.fixture
def reference(archive: Archive, notice: object, tmp_path) -> str:
    (tmp_path / "interview.wav").write_bytes(b"RIFF\x24\x00\x00\x00WAVEfmt " + bytes(28))
    outcome = take_in(archive, [str(tmp_path / "interview.wav")], batch="Box 1", source="Store", actor=OPERATOR)
    return outcome.items[0].record or ""


def test_its_page_says_that_no_search_reaches_it_and_what_to_do(officer_client, reference: str) -> None:
    page = officer_client.get(f"/records/{reference}").text

    assert "No search reaches this file." in page
    assert "Not searchable" in page
    assert "a recording holds no text" in page
    assert "/pages/1.jpg" not in page


def test_the_list_of_records_is_narrowed_to_such_files(officer_client, reference: str) -> None:
    assert reference in officer_client.get("/records?state=not-searchable").text
    assert reference not in officer_client.get("/records?state=read").text


def test_there_is_no_picture_of_it(officer_client, reference: str) -> None:
    assert officer_client.get(f"/records/{reference}/pages/1.jpg").status_code == 404
