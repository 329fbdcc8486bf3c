"""One step of reading done again for a batch: what is new is added, and nothing a person did is changed."""

import pytest
from sqlalchemy import select, text

from access.policy import OPERATOR, Actor, Role
from records import corrections
from records.models import IndexNeed, Record, RecordPerson
from records.page_versions import choose_version, transcribe
from records.register import find_record
from retention import tagging
from retention.models import Suggestion
from search.indexing import bring_up_to_date
from search.querying import matching_records
from store.errors import InvalidInputError, NotFoundError, NotPermittedError
from worker.page_work import look_through_again
from worker.rereading import STAGES, reread
from worker.taking_in import take_in

ALLEGATION = (
    "A boy of twelve at the children's home alleged that the officer in charge had touched him indecently. "
    "The matter was not minuted and no further action was taken.\n"
)


@pytest.fixture
def reference(archive, notice, tmp_path) -> str:
    folder = tmp_path / "share"
    folder.mkdir()
    (folder / "complaint.txt").write_text(f"To Mrs Honour Quillfeather, Area Officer.\n{ALLEGATION}")
    take_in(archive, [str(folder)], batch="Box 1", source="store", actor=OPERATOR)
    with archive.reading() as session:
        return session.scalars(select(Record.reference)).one()


def suggested(archive, reference) -> dict[str, str]:
    with archive.reading() as session:
        record = find_record(session, reference, actor=OPERATOR)
        return {item.category: item.status for item in tagging.suggestions_of(session, record)}


def forget(archive, *statements: str) -> None:
    """What was proposed is taken away by hand, as if an older version had not seen it."""
    with archive.writing() as session:
        for statement in statements:
            session.execute(text(statement))


def test_categories_are_suggested_again_and_a_decision_stays(archive, reference, officer):
    found = suggested(archive, reference)
    first, *others = sorted(found)
    assert others
    with archive.writing() as session:
        record = find_record(session, reference, actor=OPERATOR)
        tagging.decide(session, record, category=first, outcome="rejected", reason="about another home", actor=officer)
    forget(
        archive,
        "DROP TRIGGER keep_suggestion",
        "DROP TRIGGER keep_suggestion_evidence",
        "DELETE FROM suggestion_evidence WHERE suggestion_id IN (SELECT id FROM suggestion WHERE status = 'open')",
        "DELETE FROM suggestion WHERE status = 'open'",
    )

    made = reread(archive, "Box 1", "categories", actor=OPERATOR)

    assert (made.records, made.added) == (1, len(others))
    assert suggested(archive, reference) == found | {first: "rejected"}
    assert reread(archive, "Box 1", "categories", actor=OPERATOR).added == 0


def test_names_are_proposed_again_once(archive, reference):
    with archive.reading() as session:
        names = set(session.scalars(select(RecordPerson.name)))
    assert names
    forget(archive, "DELETE FROM record_person")

    made = reread(archive, "Box 1", "names", actor=OPERATOR)

    assert made.added == len(names)
    with archive.reading() as session:
        assert set(session.scalars(select(RecordPerson.name))) == names
    assert reread(archive, "Box 1", "names", actor=OPERATOR).added == 0


def names(archive, reference) -> dict[str, tuple[str, int]]:
    with archive.reading() as session:
        record = find_record(session, reference, actor=OPERATOR)
        return {each.name: (each.status, each.page) for each in corrections.names_of(session, record)}


def test_names_follow_a_text_that_was_replaced_and_what_a_person_confirmed_stays(archive, reference, officer):
    with archive.writing() as session:
        transcribe(session, reference, 1, text="Present: Mrs Ada Tolland, Mr Piers Oldacre.", actor=officer)
    look_through_again(archive)
    assert set(names(archive, reference)) == {"Ada Tolland", "Piers Oldacre"}
    with archive.writing() as session:
        record = find_record(session, reference, actor=officer)
        ada = next(each for each in corrections.names_of(session, record) if "Ada" in each.name)
        corrections.confirm_name(session, record, ada.id, actor=officer)

    with archive.writing() as session:
        transcribe(session, reference, 1, text="Present: Mr Piers Oldmere.", actor=officer)
    look_through_again(archive)

    assert names(archive, reference) == {"Ada Tolland": ("confirmed", 1), "Piers Oldmere": ("proposed", 1)}
    bring_up_to_date(archive)
    with archive.reading() as session:
        assert len(matching_records(archive, session, 'person:"Piers Oldmere"', actor=officer)) == 1
        assert len(matching_records(archive, session, 'person:"Piers Oldacre"', actor=officer)) == 0

    with archive.writing() as session:
        choose_version(session, reference, 1, 2, actor=officer)
    look_through_again(archive)
    assert names(archive, reference) == {"Ada Tolland": ("confirmed", 1), "Piers Oldacre": ("proposed", 1)}


def test_a_name_that_was_removed_is_not_proposed_by_a_later_text(archive, reference, officer):
    with archive.writing() as session:
        record = find_record(session, reference, actor=officer)
        honour = next(each for each in corrections.names_of(session, record) if "Quillfeather" in each.name)
        corrections.remove_name(session, record, honour.id, reason="the name of a street", actor=officer)
        transcribe(
            session, reference, 1, text="To Mrs Honour Quillfeather. Yours faithfully, Ada Tolland", actor=officer
        )

    look_through_again(archive)

    assert not any("Quillfeather" in name for name in names(archive, reference))


def test_the_index_is_made_again_and_text_without_pictures_is_left(archive, reference):
    assert reread(archive, "Box 1", "index", actor=OPERATOR).records == 1
    assert reread(archive, "Box 1", "text", actor=OPERATOR).added == 0
    with archive.reading() as session:
        assert session.scalars(select(IndexNeed)).all() == []


def test_what_is_not_open_to_the_person_is_passed_over_without_a_trace(archive, reference, officer):
    forget(archive, "UPDATE record SET compartment = 'privileged'")

    assert reread(archive, "Box 1", "categories", actor=officer).records == 0


def test_a_step_or_batch_that_is_not_there_and_a_person_who_may_not_are_refused(archive, reference):
    with pytest.raises(InvalidInputError, match="choose from"):
        reread(archive, "Box 1", "everything", actor=OPERATOR)
    with pytest.raises(NotFoundError):
        reread(archive, "Box 2", "names", actor=OPERATOR)
    with archive.reading() as session:
        before = session.scalars(select(Suggestion.id)).all()
    for role in (Role.LEGAL, Role.LEADER):
        for stage in STAGES:
            with pytest.raises(NotPermittedError):
                reread(archive, "Box 1", stage, actor=Actor("x@example.org", frozenset({role})))
    with archive.reading() as session:
        assert session.scalars(select(Suggestion.id)).all() == before
