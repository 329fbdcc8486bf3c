"""Corrections: kept with who, when and why, beside what was proposed, and never overwritten by a machine."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, text

from access.policy import OPERATOR
from disclosure.history import history_of
from disclosure.marks import mark
from records import corrections
from records.corrections import DateSaid, date_said, kept_date
from records.models import IndexNeed, RecordPerson
from records.page_versions import transcribe
from records.register import find_record
from retention.worklist import DATING, RecordFilter, count_filtered
from search.indexing import bring_up_to_date
from search.language import parse_query
from search.opening import engine_of
from store import audit
from store.errors import InvalidInputError, NotFoundError, NotPermittedError


@pytest.fixture
def reference(archive, make_record):
    made = make_record(b"one", text="Mr Tolland of Ferncliffe House")
    with archive.writing() as session:
        record = find_record(session, made, actor=OPERATOR)
        session.add(RecordPerson(record_id=record.id, kind="person", name="Ferncliffe Tolland", page=1))
    bring_up_to_date(archive)
    return made


def found(archive, query):
    return engine_of(archive).find(parse_query(query), compartments=frozenset({"open"})).total


@given(st.dates(date(1800, 1, 1), date(2024, 12, 31)), st.booleans())
def test_every_date_is_kept_as_it_was_said(day, about):
    for text_ in (str(day.year), f"{day.year:04}-{day.month}", day.isoformat()):
        said = date_said(text_, about=about)

        assert kept_date(str(said)) == said
        assert said.date_from <= day <= said.date_to
        assert (said.date_precision == "circa") == about


@pytest.mark.parametrize("nonsense", ["", "74", "1974-13", "1974-02-30", "1974-2-", "March 1974", "2999", "0000"])
def test_what_is_no_date_is_refused_in_a_sentence(nonsense):
    with pytest.raises(InvalidInputError):
        date_said(nonsense)


def test_a_month_has_all_its_days_and_undated_none():
    assert date_said("1972-02") == DateSaid(date(1972, 2, 1), date(1972, 2, 29), "month")
    assert date_said("undated") == DateSaid(None, None, "undated")
    assert kept_date("undated") == date_said("undated")


def test_a_correction_keeps_the_proposal_who_why_and_is_found_by(archive, reference, officer):
    with archive.writing() as session:
        record = find_record(session, reference, actor=officer)
        assert count_filtered(session, RecordFilter(needs=DATING), actor=officer) == 1
        corrections.correct_title(session, record, title=" Letter  to Mrs Oldacre ", reason="it says so", actor=officer)
        corrections.correct_title(session, record, title="Letter, 1974", reason="shorter", actor=officer)
        corrections.correct_date(session, record, said=date_said("1974-03"), reason="page 1", actor=officer)
        corrections.correct_type(session, record, code="other", reason="none fits", actor=officer)
        assert session.get(IndexNeed, record.id) is not None

    with archive.reading() as session:
        record = find_record(session, reference, actor=officer)
        assert (record.title, record.record_type, record.date_precision) == ("Letter, 1974", "other", "month")
        assert corrections.proposals_of(session, record) == {"title": "Memorandum", "date": "undated", "type": ""}
        kept = corrections.corrections_of(session, record)
        assert [(each.field, each.before, each.after) for each in kept[:2]] == [
            ("title", "Memorandum", "Letter to Mrs Oldacre"),
            ("title", "Letter to Mrs Oldacre", "Letter, 1974"),
        ]
        assert {each.corrected_by for each in kept} == {"officer@example.org"}
        assert sum(each.what.startswith("Corrected") for each in history_of(session, record)) == 4
        assert count_filtered(session, RecordFilter(needs=DATING), actor=officer) == 0
        assert audit.verify(session, archive.audit_head).ok
    bring_up_to_date(archive)
    assert found(archive, "title:letter") == 1


def test_names_are_confirmed_added_and_removed_and_a_removed_one_is_not_found(archive, reference, officer):
    assert found(archive, 'person:"Ferncliffe Tolland"') == 1
    with archive.writing() as session:
        record = find_record(session, reference, actor=officer)
        wrong = corrections.names_of(session, record)[0]
        corrections.remove_name(session, record, wrong.id, reason="two names run together", actor=officer)
        right = corrections.add_name(
            session, record, kind="person", name="Tolland", page=1, reason="line 1", actor=officer
        )
        corrections.confirm_name(session, record, right.id, actor=officer)
        with pytest.raises(InvalidInputError, match="Nothing was changed"):
            corrections.remove_name(session, record, wrong.id, reason="again", actor=officer)
        with pytest.raises(NotFoundError):
            corrections.confirm_name(session, record, 999, actor=officer)

    bring_up_to_date(archive)
    assert found(archive, 'person:"Ferncliffe Tolland"') == 0
    assert found(archive, "person:Tolland") == 1
    with archive.reading() as session:
        record = find_record(session, reference, actor=officer)
        assert [(each.name, each.status) for each in corrections.names_of(session, record)] == [
            ("Tolland", "confirmed")
        ]
        assert len(session.scalars(select(RecordPerson)).all()) == 2


def test_reading_a_page_again_leaves_every_correction(archive, reference, officer):
    with archive.writing() as session:
        record = find_record(session, reference, actor=officer)
        corrections.correct_title(session, record, title="As a person named it", reason="r", actor=officer)
        corrections.correct_date(session, record, said=date_said("1974"), reason="r", actor=officer)
    with archive.writing() as session:
        transcribe(session, reference, 1, text="Minutes of 9 May 1988", actor=officer)

    with archive.reading() as session:
        record = find_record(session, reference, actor=officer)
        assert (record.title, record.date_from) == ("As a person named it", date(1974, 1, 1))


def test_what_cannot_be_corrected_is_refused_and_nothing_is_kept(archive, reference, officer, leader, lawyer):
    with archive.writing() as session:
        record = find_record(session, reference, actor=officer)
        with pytest.raises(InvalidInputError, match="no reason"):
            corrections.correct_title(session, record, title="x", reason=" ", actor=officer)
        with pytest.raises(InvalidInputError, match="title has"):
            corrections.correct_title(session, record, title="", reason="r", actor=officer)
        with pytest.raises(InvalidInputError, match="no record type"):
            corrections.correct_type(session, record, code="novel", reason="r", actor=officer)
        for kind, name, page in (("ship", "A", 1), ("person", "", 1), ("person", "A", 2), ("person", "A", 0)):
            with pytest.raises(InvalidInputError):
                corrections.add_name(session, record, kind=kind, name=name, page=page, reason="r", actor=officer)
        with pytest.raises(NotPermittedError):
            corrections.correct_title(session, record, title="x", reason="r", actor=leader)
        mark(session, record, kind="privileged", reason="advice", actor=lawyer)
    with archive.writing() as session:
        with pytest.raises(NotFoundError):
            corrections.correct_title(session, record, title="x", reason="r", actor=officer)
        assert corrections.corrections_of(session, record) == []


def test_a_correction_is_never_changed_and_never_goes(archive, reference, officer):
    with archive.writing() as session:
        record = find_record(session, reference, actor=officer)
        corrections.correct_title(session, record, title="x", reason="r", actor=officer)
    for statement in ("UPDATE record_correction SET reason = 'x'", "DELETE FROM record_correction"):
        with archive.writing() as session, pytest.raises(Exception, match="never"):
            session.execute(text(statement))
