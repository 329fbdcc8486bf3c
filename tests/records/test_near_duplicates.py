"""Records that are alike: found page by page, kept as rows, shown only to whoever may see both, decided by nobody."""

import random
from collections.abc import Callable

import pytest
from sqlalchemy import event, text

from access.policy import OPERATOR
from disclosure.marks import mark
from records import near_duplicates
from records.beside import pages_beside
from records.likeness_models import Likeness
from records.likenesses import alike_pairs, answer_likeness, answers_not_alike, page_range, similar_records
from records.models import Page, Record
from records.register import find_record
from store import audit
from store.errors import InvalidInputError, NotFoundError, NotPermittedError
from tests.papers import LETTER, MINUTES, misread
from worker.comparing import compare_all, compare_some

CHANCE = random.Random(11)
LETTER_AGAIN = misread(LETTER, 0.05, CHANCE)


@pytest.fixture
def paper(archive, make_record) -> Callable[..., str]:
    """Makes a record of these pages and returns its reference."""

    def make(*pages: str) -> str:
        reference = make_record(repr(pages).encode() + CHANCE.randbytes(8), text=pages[0])
        with archive.writing() as session:
            record = find_record(session, reference, actor=OPERATOR)
            record.page_count = len(pages)
            session.add_all(
                Page(record_id=record.id, number=number, text=page, read_by="ocr")
                for number, page in enumerate(pages[1:], start=2)
            )
        return reference

    return make


def similar(archive, reference, actor=OPERATOR):
    with archive.reading() as session:
        found = similar_records(session, find_record(session, reference, actor=OPERATOR), actor=actor)
        return [(each.record.reference, each.kind, each.our_pages, each.their_pages) for each in found]


def test_another_scan_is_found_from_both_sides_and_another_paper_is_not(archive, paper):
    scan, again, other = paper(LETTER), paper(LETTER_AGAIN), paper(MINUTES)

    assert compare_all(archive) == 3

    assert similar(archive, scan) == [(again, "same", "1", "1")]
    assert similar(archive, again) == [(scan, "same", "1", "1")]
    assert similar(archive, other) == []


def test_an_annotated_copy_is_never_the_same_paper_and_hides_nothing(archive, paper):
    clean = paper(LETTER)
    annotated = paper("\nHe knew of it in 1971. G.P.\n".join(LETTER_AGAIN.rsplit("\n", 1)))

    compare_all(archive)

    assert similar(archive, clean) == [(annotated, "version", "1", "1")]
    with archive.reading() as session:
        assert {row.reference for row in session.query(Record)} >= {clean, annotated}
        assert session.query(Record).filter(Record.purged_at.is_not(None)).count() == 0


def test_minutes_bound_inside_a_package_are_contained_in_it_at_their_pages(archive, paper):
    filler = ["A report on highways, lighting, drains and the estimates of the surveyor for the year. " * 6] * 2
    more = [misread(LETTER[::-1], 0.0, CHANCE), "The tender of the lowest bidder for coal and coke was accepted. " * 8]
    package = paper(filler[0], more[1], MINUTES, LETTER_AGAIN, more[0])
    minutes = paper(misread(MINUTES, 0.04, CHANCE), LETTER)

    compare_all(archive)

    assert similar(archive, minutes) == [(package, "holds", "1 to 2", "3 to 4")]
    assert similar(archive, package) == [(minutes, "contained", "3 to 4", "1 to 2")]


def test_one_page_in_common_is_said_to_be_only_that(archive, paper):
    words = CHANCE.choices(["abbey", "ledger", "orchard", "plough", "kettle", "window", "basket", "harvest"], k=400)
    first = paper(LETTER, " ".join(words[:100]), " ".join(words[100:200]))
    second = paper(LETTER_AGAIN, MINUTES, MINUTES[::-1])

    compare_all(archive)

    assert similar(archive, first) == [(second, "shared", "1", "1")]


def test_short_and_blank_pages_glue_nothing_together(archive, paper):
    for _ in range(4):
        paper("", "Confidential", "This page is blank")

    compare_all(archive)

    with archive.reading() as session:
        assert session.query(Likeness).count() == 0


def test_a_form_that_very_many_records_share_glues_nothing_together(archive, paper):
    form = "Form CS14, record of a visit to a child looked after by the authority. State who was seen and spoken with. "
    words = ["".join(CHANCE.choices("abdeghiklmnoprstuvw", k=7)) for _ in range(2_000)]
    for _ in range(30):
        paper(form * 3 + " ".join(CHANCE.sample(words, 45)))

    compare_all(archive)

    with archive.reading() as session:
        assert session.query(Likeness).count() == 0


def test_a_new_batch_is_compared_with_all_that_was_there_before(archive, paper):
    scan = paper(LETTER)
    compare_all(archive)
    again = paper(LETTER_AGAIN)

    assert compare_all(archive) == 1
    assert similar(archive, scan) == [(again, "same", "1", "1")]
    assert compare_all(archive) == 0


def test_the_worker_compares_a_little_at_a_time_until_nothing_waits(archive, paper):
    scan, again = paper(LETTER), paper(LETTER_AGAIN)

    steps = [compare_some(archive) for _ in range(3)]

    assert steps == [2, 2, 0]
    with archive.reading() as session:
        assert not near_duplicates.any_waiting(session)
    assert similar(archive, scan) == [(again, "same", "1", "1")]


def test_what_waits_is_taken_in_its_order_without_sorting_all_of_it(archive, paper):
    """Sorted anew for each few taken, a million waiting records cost a fifth of a second each time."""
    paper(LETTER)
    asked: list[tuple[str, object]] = []
    with archive.reading() as session:
        engine = session.get_bind()
        event.listen(engine, "before_cursor_execute", lambda *given: asked.append((given[2], given[3])))
        near_duplicates.records_to_compare(session, pages=400)
        query, values = asked[-1]
        plan = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {query}", values).all()

    assert "ORDER BY" in query
    assert not any("TEMP B-TREE" in row[3] for row in plan)


def test_a_lost_folder_of_signatures_is_made_again_from_the_database(archive, paper):
    scan = paper(LETTER)
    compare_all(archive)
    for path in archive.settings.signatures.iterdir():
        path.unlink()
    again = paper(LETTER_AGAIN)

    compare_all(archive)

    assert similar(archive, scan) == [(again, "same", "1", "1")]


def test_comparing_again_finds_the_same_and_a_changed_text_is_no_longer_alike(archive, paper):
    scan, again = paper(LETTER), paper(LETTER_AGAIN)
    compare_all(archive)
    before = similar(archive, scan)
    compare_all(archive, again=True)
    assert similar(archive, scan) == before

    with archive.writing() as session:
        record = find_record(session, again, actor=OPERATOR)
        session.execute(text("DROP TRIGGER page_text_stays_while_held"))
        session.query(Page).filter(Page.record_id == record.id).update({"text": MINUTES})
        near_duplicates.needs_comparing(session, record.id)
    compare_all(archive)

    assert similar(archive, scan) == []


def test_whoever_may_not_see_one_of_the_two_learns_nothing_of_it(archive, paper, officer, lawyer):
    scan, again = paper(LETTER), paper(LETTER_AGAIN)
    compare_all(archive)
    with archive.writing() as session:
        mark(session, find_record(session, again, actor=lawyer), kind="privileged", reason="advice", actor=lawyer)

    assert similar(archive, scan, officer) == []
    assert similar(archive, again, officer) == []
    assert similar(archive, scan, lawyer) == [(again, "same", "1", "1")]
    with archive.reading() as session:
        ours, theirs = (find_record(session, reference, actor=lawyer) for reference in (scan, again))
        assert alike_pairs(session, actor=officer) == []
        assert [(pair.first_id, pair.second_id) for pair in alike_pairs(session, actor=lawyer)] == [
            (ours.id, theirs.id)
        ]
        for first, second in ((ours, theirs), (theirs, ours)):
            with pytest.raises(NotFoundError):
                pages_beside(session, first, second, actor=officer)
    with archive.writing() as session, pytest.raises(NotFoundError):
        answer_likeness(session, ours, theirs, alike=False, reason="no", actor=officer)


def test_what_a_person_says_is_not_alike_stays_away_and_is_kept_with_its_reason(archive, paper, officer):
    scan, again = paper(LETTER), paper(LETTER_AGAIN)
    compare_all(archive)
    with archive.writing() as session:
        ours, theirs = (find_record(session, reference, actor=officer) for reference in (scan, again))
        answer_likeness(session, theirs, ours, alike=False, reason="Two letters of one day", actor=officer)

    compare_all(archive, again=True)

    assert similar(archive, scan) == similar(archive, again) == []
    with archive.reading() as session:
        assert alike_pairs(session, actor=officer) == []
        known = answers_not_alike(session, ours, actor=officer)
        assert [(record.reference, row.reason) for record, row in known] == [(again, "Two letters of one day")]
        assert audit.verify(session, archive.audit_head).ok
    with archive.writing() as session:
        answer_likeness(session, ours, theirs, alike=True, reason="It is the file copy", actor=officer)
    assert similar(archive, scan) == [(again, "same", "1", "1")]
    with archive.writing() as session, pytest.raises(Exception, match="never changed"):
        session.execute(text("UPDATE likeness_answer SET reason = 'x'"))


def test_an_answer_needs_a_reason_a_pair_and_somebody_who_decides(archive, paper, officer, leader):
    scan, again, other = paper(LETTER), paper(LETTER_AGAIN), paper(MINUTES)
    compare_all(archive)
    with archive.writing() as session:
        ours, theirs, third = (find_record(session, each, actor=officer) for each in (scan, again, other))
        with pytest.raises(InvalidInputError, match="no reason"):
            answer_likeness(session, ours, theirs, alike=False, reason=" ", actor=officer)
        with pytest.raises(NotFoundError, match="not found alike"):
            answer_likeness(session, ours, third, alike=False, reason="no", actor=officer)
        with pytest.raises(NotPermittedError):
            answer_likeness(session, ours, theirs, alike=False, reason="no", actor=leader)


def test_pages_are_laid_beside_each_other_and_none_is_left_out(archive, paper):
    first, second = paper(LETTER, MINUTES, "blank"), paper(MINUTES, LETTER_AGAIN)

    with archive.reading() as session:
        ours, theirs = (find_record(session, each, actor=OPERATOR) for each in (first, second))
        beside = pages_beside(session, ours, theirs, actor=OPERATOR)
        with pytest.raises(InvalidInputError, match="twice"):
            pages_beside(session, ours, ours, actor=OPERATOR)

    assert [(each.first_page, each.second_page) for each in beside] == [(1, 2), (2, 1), (3, None)]


def test_page_numbers_read_as_people_write_them():
    assert page_range(iter([9, 3, 4, 5, 3, 12])) == "3 to 5, 9, 12"
