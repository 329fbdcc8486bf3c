"""More like this: by words that can be shown, of records that may be seen."""

from collections.abc import Callable, Iterator

import pytest

from access.policy import Actor
from disclosure import marks
from records.register import find_record
from search.indexing import bring_up_to_date
from search.opening import close_engine
from search.similar import Similar, similar_to
from store.archive import Archive
from store.errors import NotPermittedError

TEXTS = (
    "The matron wrote about the dormitory windows and the night staff at the lodge.",
    "Night staff: the matron asked that the dormitory be locked.",
    "Dormitories were painted. The matron approved.",
    "The roads committee met about kerbs and drains.",
    "The committee met about kerbs.",
    "The committee met again; nothing was said.",
    "The committee met.",
    "The committee approved the minutes.",
    "The committee met, again about roads.",
    "The committee minutes.",
)


@pytest.fixture
def lodge(archive: Archive, make_record: Callable[..., str]) -> Iterator[Archive]:
    for number, text in enumerate(TEXTS):
        make_record(f"{number}".encode(), text=text)
    bring_up_to_date(archive)
    yield archive
    close_engine(archive)


def like(archive: Archive, reference: str, actor: Actor) -> Similar:
    with archive.reading() as session:
        return similar_to(archive, session, find_record(session, reference, actor=actor), actor=actor)


def test_the_most_alike_come_first_with_the_words_they_share(lodge: Archive, officer: Actor) -> None:
    found = like(lodge, "R000001", officer)

    assert [each.hit.record.reference for each in found.alike] == ["R000002", "R000003"]
    # Forms of one word are one word; "windows" stands nowhere else.
    assert set(found.alike[0].words) == {"night", "staff", "matron", "dormitory"}
    assert set(found.alike[1].words) == {"matron", "dormitory"}
    assert "windows" not in found.words


def test_what_may_not_be_seen_neither_is_found_nor_chooses_the_words(
    lodge: Archive, officer: Actor, lawyer: Actor
) -> None:
    with lodge.writing() as session:
        record = find_record(session, "R000002", actor=lawyer)
        marks.mark(session, record, kind="restricted", reason="Police.", actor=lawyer)
    bring_up_to_date(lodge)

    found = like(lodge, "R000001", officer)

    assert [each.hit.record.reference for each in found.alike] == ["R000003"]
    assert "night" not in found.words
    assert len(like(lodge, "R000001", lawyer).alike) == 2


def test_a_record_that_nothing_sets_apart_is_like_no_other(lodge: Archive, officer: Actor) -> None:
    found = like(lodge, "R000007", officer)

    assert (found.words, found.alike, found.total) == ((), (), 0)


def test_only_who_may_search_may_ask(lodge: Archive, officer: Actor, leader: Actor) -> None:
    with lodge.reading() as session:
        record = find_record(session, "R000001", actor=officer)
        with pytest.raises(NotPermittedError):
            similar_to(lodge, session, record, actor=leader)


def test_a_word_broken_at_the_end_of_a_line_is_chosen_whole_and_never_by_its_halves(
    archive: Archive, make_record: Callable[..., str], officer: Actor
) -> None:
    for number, text in enumerate(
        (
            "The cater-\npillar was drawn; the cater-\npillar by the night staff.",
            "The caterpillar and the night staff.",
            "Night staff cater; a pillar of the caterpil-\nlar.",
            *TEXTS[3:],
        )
    ):
        make_record(f"{number}".encode(), text=text)
    bring_up_to_date(archive)

    found = like(archive, "R000001", officer)
    close_engine(archive)

    assert "caterpillar" in found.words
    assert not {"cater", "pillar"} & set(found.words)
    assert {each.hit.record.reference: "caterpillar" in each.words for each in found.alike} == {
        "R000002": True,
        "R000003": True,
    }
