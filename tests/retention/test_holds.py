import pytest

from access.policy import OPERATOR, SYSTEM
from records.register import find_record
from retention import disposal, holds, tagging
from retention.checks import CHECKS
from retention.models import DisposalCheck
from retention.suggesting import Evidence, SuggestionProposal
from store.errors import InvalidInputError, NotPermittedError, RefusedError


def suggest(session, record, category="failings"):
    evidence = [Evidence(page=1, start=0, end=4, text="memo", context="a memo", reason="a test")]
    proposal = SuggestionProposal(category, 0.6, "moderate", evidence, "because of the memo")
    tagging.keep_suggestions(session, record, [proposal], actor=SYSTEM)


def test_bytes_are_held_from_the_moment_they_are_stored(archive, notice):
    with archive.writing() as session:
        row, _ = archive.files.put(session, archive.files.take_bytes(b"a quarantined file"))
        holds.hold_new_bytes(session, row.sha256, actor=SYSTEM)

    with archive.writing() as session, pytest.raises(RefusedError, match="hold 1: not yet decided under notice"):
        archive.files.remove(session, row.sha256)
    assert archive.files.original(row.sha256).exists()


def test_many_are_held_at_once_each_once(archive, notice):
    with archive.writing() as session:
        contents = (b"one", b"two", b"two", b"three")
        hashes = [archive.files.put(session, archive.files.take_bytes(content))[0].sha256 for content in contents]
        first = holds.hold_all_new_bytes(session, hashes[:1], actor=SYSTEM)
        placed = holds.hold_all_new_bytes(session, hashes, actor=SYSTEM)

        assert [hold.sha256 for hold in placed] == [hashes[1], hashes[3]]
        assert [hold.id for hold in (*first, *placed)] == [1, 2, 3]
        assert len({hold.protection_id for hold in (*first, *placed)}) == 3

    for sha256 in set(hashes):
        with archive.writing() as session, pytest.raises(RefusedError, match="not yet decided under notice"):
            archive.files.remove(session, sha256)


def test_two_records_of_the_same_bytes_are_each_held(archive, make_record):
    """The second has a hold of its own: clearing one must not free the bytes of the other."""
    first, second = make_record(b"the same"), make_record(b"the same")

    with archive.reading() as session:
        held = [holds.holds_of(session, find_record(session, each, actor=SYSTEM)) for each in (first, second)]

    assert [len(each) for each in held] == [1, 1]
    assert held[0][0].id != held[1][0].id


def test_nothing_is_taken_in_while_no_notice_would_hold_it(archive):
    with archive.writing() as session, pytest.raises(RefusedError, match="candour init"):
        holds.hold_new_bytes(session, "ab" * 32, actor=SYSTEM)


def test_confirming_a_category_holds_the_record_under_it(archive, make_record, officer):
    reference = make_record()
    with archive.writing() as session:
        record = find_record(session, reference, actor=officer)

        tagging.decide(
            session,
            record,
            category="failings",
            outcome="added",
            reason="It says so.",
            paragraph="R3",
            actor=officer,
        )

        assert {(hold.kind, hold.category) for hold in holds.holds_of(session, record)} == {
            ("provisional", ""),
            ("category", "failings"),
        }


def test_rejecting_a_category_ends_no_hold(archive, make_record, officer):
    reference = make_record()
    with archive.writing() as session:
        record = find_record(session, reference, actor=officer)
        suggest(session, record)
        before = [hold.id for hold in holds.holds_of(session, record)]

        tagging.decide(
            session, record, category="failings", outcome="rejected", reason="It is about boilers.", actor=officer
        )

        assert [hold.id for hold in holds.holds_of(session, record)] == before


def test_clearing_needs_a_reason_and_a_second_reader(archive, make_record, officer, second_officer, leader):
    reference = make_record()
    with archive.writing() as session:
        record = find_record(session, reference, actor=officer)
        with pytest.raises(InvalidInputError, match="no reason"):
            holds.clear(session, record, reason=" ", second=second_officer, actor=officer)
        with pytest.raises(RefusedError, match="second reader of their own"):
            holds.clear(session, record, reason="Roads.", second=officer, actor=officer)
        with pytest.raises(NotPermittedError):
            holds.clear(session, record, reason="Roads.", second=leader, actor=officer)
        assert holds.holds_of(session, record)


def test_nothing_is_cleared_while_a_page_is_unread(archive, make_record, officer, second_officer):
    reference = make_record(unread=True)
    with archive.writing() as session, pytest.raises(RefusedError, match="1 of its pages have not been read"):
        holds.clear(
            session,
            find_record(session, reference, actor=officer),
            reason="Roads.",
            second=second_officer,
            actor=officer,
        )


def test_nothing_is_cleared_while_a_suggestion_is_undecided(archive, make_record, officer, second_officer):
    reference = make_record()
    with archive.writing() as session:
        record = find_record(session, reference, actor=officer)
        suggest(session, record)
        with pytest.raises(RefusedError, match="failings is suggested and undecided"):
            holds.clear(session, record, reason="Roads.", second=second_officer, actor=officer)


def test_nothing_is_cleared_that_falls_under_a_category(archive, make_record, officer, second_officer):
    reference = make_record()
    with archive.writing() as session:
        record = find_record(session, reference, actor=officer)
        tagging.decide(session, record, category="duties", outcome="added", reason="A policy.", actor=officer)
        with pytest.raises(RefusedError, match="falls under duties"):
            holds.clear(session, record, reason="Roads.", second=second_officer, actor=officer)


def test_a_container_is_not_cleared_before_what_is_in_it(archive, make_record, officer, second_officer):
    container = make_record(b"zip")
    make_record(b"member", parent=container)
    with archive.writing() as session, pytest.raises(RefusedError, match="R000002"):
        holds.clear(
            session,
            find_record(session, container, actor=officer),
            reason="Roads.",
            second=second_officer,
            actor=officer,
        )


def test_a_cleared_record_can_be_purged_and_its_history_stays(archive, make_record, officer, second_officer):
    reference = make_record()
    with archive.writing() as session:
        record = find_record(session, reference, actor=officer)
        holds.clear(session, record, reason="It is about roads.", second=second_officer, actor=officer)
        sha256 = record.sha256
        disposal.purge(session, archive.files, record, actor=OPERATOR)

    with archive.reading() as session:
        record = find_record(session, reference, actor=officer)
        assert record.state == "purged"
        assert record.pages == []
        assert holds.clearance_of(session, record).second_reader == second_officer.name
    assert not archive.files.path(sha256).exists()


def test_the_bytes_stay_when_what_says_that_they_went_is_not_committed(archive, make_record, officer, second_officer):
    reference = make_record()
    with archive.writing() as session:
        record = find_record(session, reference, actor=officer)
        holds.clear(session, record, reason="It is about roads.", second=second_officer, actor=officer)
        sha256 = record.sha256

    with pytest.raises(OSError, match="the disk is full"), archive.writing() as session:
        record = find_record(session, reference, actor=officer)
        disposal.purge(session, archive.files, record, actor=OPERATOR)
        raise OSError("the disk is full")

    archive.files.verify(sha256)
    with archive.reading() as session:
        record = find_record(session, reference, actor=officer)
        assert record.purged_at is None
        assert len(record.pages) == record.page_count
        assert archive.files.finish_removals(session) == 0
    archive.files.verify(sha256)


def test_a_removal_cut_off_after_its_commit_is_finished_later(archive, make_record, officer, second_officer):
    reference = make_record()
    with archive.writing() as session:
        record = find_record(session, reference, actor=officer)
        holds.clear(session, record, reason="It is about roads.", second=second_officer, actor=officer)
        path, content = archive.files.path(record.sha256), archive.files.path(record.sha256).read_bytes()
        disposal.purge(session, archive.files, record, actor=OPERATOR)
    path.write_bytes(content)  # as if the power had gone before they were removed

    with archive.writing() as session:
        assert archive.files.finish_removals(session) == 1

    assert not path.exists()


def test_the_absence_of_a_hold_is_not_a_permission(archive):
    with archive.writing() as session:
        row, _ = archive.files.put(session, archive.files.take_bytes(b"never held"))
        with pytest.raises(RefusedError, match="absence of a hold is not a permission"):
            archive.files.remove(session, row.sha256)


def test_purging_a_held_record_names_the_hold_and_changes_nothing(archive, make_record, officer):
    reference = make_record()
    with archive.writing() as session:
        record = find_record(session, reference, actor=officer)
        with pytest.raises(RefusedError, match="hold 1: not yet decided"):
            disposal.purge(session, archive.files, record, actor=OPERATOR)
        assert record.purged_at is None
    assert archive.files.original(record.sha256).exists()


def test_a_hold_placed_by_hand_outlives_the_notice(archive, make_record, officer, second_officer):
    reference = make_record()
    with archive.writing() as session:
        record = find_record(session, reference, actor=officer)
        placed = holds.place_hold(session, record, reason="A claim has been issued.", actor=officer)
        holds.clear(session, record, reason="Roads.", second=second_officer, actor=officer)

        assert holds.holds_of(session, record) == [placed]
        with pytest.raises(RefusedError, match="A claim has been issued"):
            disposal.purge(session, archive.files, record, actor=OPERATOR)

        holds.release_hold(session, placed, reason="The claim was settled.", second=second_officer, actor=officer)
        assert holds.holds_of(session, record) == []


def test_a_hold_under_a_notice_is_not_released_by_itself(archive, make_record, officer, second_officer):
    reference = make_record()
    with archive.writing() as session:
        (hold,) = holds.holds_of(session, find_record(session, reference, actor=officer))
        with pytest.raises(RefusedError, match="candour clear"):
            holds.release_hold(session, hold, reason="Please.", second=second_officer, actor=officer)


def test_shared_bytes_stay_while_another_record_needs_them(archive, make_record, officer, second_officer):
    first, second = make_record(b"same"), make_record(b"same")
    with archive.writing() as session:
        record = find_record(session, first, actor=officer)
        holds.clear(session, record, reason="Roads.", second=second_officer, actor=officer)
        with pytest.raises(RefusedError, match=second):
            disposal.purge(session, archive.files, record, actor=OPERATOR)
    assert archive.files.original(record.sha256).exists()


def test_wrong_decisions_are_refused_with_what_to_do(archive, make_record, officer, leader):
    reference = make_record()
    with archive.writing() as session:
        record = find_record(session, reference, actor=officer)
        with pytest.raises(InvalidInputError, match="choose one of involved"):
            tagging.decide(session, record, category="roads", outcome="added", reason="x", actor=officer)
        with pytest.raises(InvalidInputError, match="R3"):
            tagging.decide(
                session, record, category="failings", outcome="added", reason="x", paragraph="R7", actor=officer
            )
        with pytest.raises(InvalidInputError, match="no reason"):
            tagging.decide(session, record, category="failings", outcome="added", reason="", actor=officer)
        with pytest.raises(NotPermittedError):
            tagging.decide(session, record, category="failings", outcome="added", reason="x", actor=leader)


def test_unsubstantiated_allegations_are_held_all_the_same(archive, make_record, officer):
    reference = make_record()
    with archive.writing() as session:
        record = find_record(session, reference, actor=officer)
        tagging.decide(
            session,
            record,
            category="allegations",
            outcome="added",
            reason="An anonymous letter.",
            substantiated="no",
            actor=officer,
        )
        assert "allegations" in {hold.category for hold in holds.holds_of(session, record)}


def test_every_refused_disposal_keeps_the_answer_of_every_check(archive, make_record):
    reference = make_record()
    with archive.writing() as session:
        disposal.ask(session, find_record(session, reference, actor=OPERATOR), actor=OPERATOR)
        assert session.query(DisposalCheck).count() == len(CHECKS)
