"""Did you mean: what a scanner confuses is offered where little was found, and only where it finds more."""

from collections.abc import Callable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from access.policy import Actor
from disclosure import marks
from records.register import find_record
from search import meant, querying
from search.analysis import misreadings
from search.indexing import bring_up_to_date
from search.opening import close_engine
from store.archive import Archive

TEXTS = {
    b"1": "The member of the committee spoke.",
    b"2": "Each mernber was asked.",
    b"3": "The rnember did not answer.",
    b"4": "He owed a duty of carc to every child.",
    b"5": "A duty of care.",
    b"6": "The counci1 met.",
    b"7": "The minutes were read.",
}


@pytest.fixture
def misread(archive: Archive, make_record: Callable[..., str]) -> Iterator[Archive]:
    for content, text in TEXTS.items():
        make_record(content, text=text)
    bring_up_to_date(archive)
    yield archive
    close_engine(archive)


def meant_by(archive: Archive, text: str, actor: Actor) -> list[tuple[str, int, str]]:
    with archive.reading() as session:
        results = querying.search(archive, session, text, actor=actor)
    return [(each.query, each.more, each.read) for each in results.meant]


@pytest.mark.parametrize(
    ("written", "offered"),
    [
        ("member", [("(member OR =mernber)", 1, "mernber"), ("(member OR =rnember)", 1, "rnember")]),
        ("mernber", [("(mernber OR =member)", 1, "member")]),
        ("council", [("council", 0, "")]),
        ('"duty of care"', [('("duty of care" OR "duty of carc")', 1, "carc")]),
        ('\u200b\u200bof "duty\u200b of care"', [('of ("duty of care" OR "duty of carc")', 1, "carc")]),
        ("\ufeffmernber", [("(mernber OR =member)", 1, "member")]),
        ("member AND committee", []),
        ("text:member", [("text:(member OR =mernber)", 1, "mernber"), ("text:(member OR =rnember)", 1, "rnember")]),
        ("person:member", []),
        ("minutes", []),
        ("mem*", []),
    ],
)
def test_a_word_that_was_misread_is_offered_with_what_it_would_add(
    misread: Archive, officer: Actor, written: str, offered: list[tuple[str, int, str]]
) -> None:
    found = meant_by(misread, written, officer)

    if written == "council":
        assert ("(council OR =counci1)", 1, "counci1") in found or ("counci1", 1, "") in found
    else:
        assert found == offered


@pytest.mark.parametrize(
    ("written", "offered"),
    [
        ('"committee members spoke"', ("(committee w/5 members w/5 spoke)", 1, "")),
        ('text:"the committee of member" NOT roads', ("text:(the w/5 committee w/5 of w/5 member) NOT roads", 1, "")),
        ("who asked each member?", ("who asked each member", 0, "")),
        ("committee member?", ("committee member", 1, "")),
    ],
)
def test_a_phrase_that_stands_nowhere_is_offered_loosened_and_a_question_without_its_mark(
    misread: Archive, officer: Actor, written: str, offered: tuple[str, int, str]
) -> None:
    found = meant_by(misread, written, officer)

    assert (offered in found) is (offered[1] > 0)


def test_what_is_offered_finds_as_many_more_as_it_says(misread: Archive, officer: Actor) -> None:
    for written in ("member", "mernber", '"duty of care"', "council", "minuets"):
        with misread.reading() as session:
            results = querying.search(misread, session, written, actor=officer)
            for each in results.meant:
                wider = querying.search(misread, session, each.query, actor=officer)
                assert wider.total == results.total + each.more
        assert results.meant, written


def test_what_only_a_hidden_record_holds_is_never_offered(misread: Archive, officer: Actor, lawyer: Actor) -> None:
    with misread.writing() as session:
        for reference in ("R000002", "R000004"):
            record = find_record(session, reference, actor=lawyer)
            marks.mark(session, record, kind="restricted", reason="Police.", actor=lawyer)
    before = meant_by(misread, "member", officer), meant_by(misread, '"duty of care"', officer)
    bring_up_to_date(misread)

    assert before == (meant_by(misread, "member", officer), meant_by(misread, '"duty of care"', officer))
    assert before == ([("(member OR =rnember)", 1, "rnember")], [])
    assert len(meant_by(misread, "member", lawyer)) == 2


def test_nothing_is_offered_where_much_was_found(misread: Archive, officer: Actor, monkeypatch) -> None:
    monkeypatch.setattr(meant, "FEW", 0)

    assert meant_by(misread, "member", officer) == []


@given(st.text("rnmvwcdl01o5sieabh", min_size=1, max_size=12))
def test_a_misreading_can_be_read_back(word: str) -> None:
    for read in misreadings(word):
        assert read != word
        assert word in misreadings(read)
