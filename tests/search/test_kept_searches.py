"""Searches that are kept: run again, compared record by record, and watched, without a trace of what is hidden."""

from contextlib import contextmanager

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from access.policy import OPERATOR, Role
from access.users import add_user, change_role, find_user, set_active
from disclosure.marks import lift_mark, mark
from ingest import batches, custodians
from ingest.models import Item
from records import custody
from records.register import find_record
from retention.tagging import decide
from search import alerts, kept_searches
from search.indexing import bring_up_to_date, rebuild
from search.language import LANGUAGE_VERSION
from search.opening import close_engine
from store import audit
from store.audit import AuditEvent
from store.audit_actions import AuditAction
from store.errors import InvalidInputError, NotFoundError, NotPermittedError
from worker.runner import Worker


@pytest.fixture
def held(archive, make_record):
    for content, words in ((b"1", "The minibus was late."), (b"2", "The minibus was locked."), (b"3", "A letter.")):
        make_record(content, text=words)
    with archive.writing() as session:
        for role, email in ((Role.RECORDS_OFFICER, "officer@example.org"), (Role.LEGAL, "lawyer@example.org")):
            add_user(session, email, role=role, actor=OPERATOR)
    bring_up_to_date(archive)
    yield archive
    close_engine(archive)


def keep(archive, query, actor, name=""):
    with archive.reading() as session:
        asked = kept_searches.ask(archive, session, query, actor=actor)
    with archive.writing() as session:
        return kept_searches.keep_search(session, asked, name=name, actor=actor).id


def run_again(archive, number, actor):
    with archive.reading() as session:
        kept = kept_searches.find_kept_search(session, number, actor=actor)
        asked = kept_searches.ask(archive, session, kept.query, actor=actor)
    with archive.writing() as session:
        kept = kept_searches.find_kept_search(session, number, actor=actor)
        return kept_searches.run_again(session, kept, asked, actor=actor).number


def figures(archive, number, actor):
    with archive.reading() as session:
        kept = kept_searches.find_kept_search(session, number, actor=actor)
        return [(each.total, each.searched) for each in kept_searches.runs_of(session, kept, actor=actor)]


def compared(archive, number, actor, before=1, after=2):
    with archive.reading() as session:
        kept = kept_searches.find_kept_search(session, number, actor=actor)
        found = kept_searches.compare_runs(session, kept, before, after, actor=actor)
        return [each.reference for each in found.new], [each.reference for each in found.gone]


def restrict(archive, reference, lawyer):
    with archive.writing() as session:
        record = find_record(session, reference, actor=lawyer)
        mark(session, record, kind="restricted", reason="Police.", actor=lawyer)
    bring_up_to_date(archive)


def announced(archive, actor):
    with archive.reading() as session:
        return [[record.reference for record in each.records] for each in alerts.alerts_of(session, actor=actor)]


def test_a_kept_search_says_what_it_found_out_of_how_many_and_how_it_was_asked(held, officer):
    number = keep(held, "minibus", officer)

    assert figures(held, number, officer) == [(2, 3)]
    with held.reading() as session:
        kept = kept_searches.find_kept_search(session, number, actor=officer)
        (run,) = kept.runs
        assert (kept.name, kept.query, kept.kept_by, kept.total) == ("minibus", "minibus", officer.name, 2)
        assert (run.language_version, run.counted_in) == (LANGUAGE_VERSION, "open")
        assert run.index_generation


def test_run_again_it_names_what_is_new_and_what_is_gone(held, officer, make_record):
    number = keep(held, "minibus AND NOT has:category=failings", officer)
    new = make_record(b"4", text="Another minibus.")
    with held.writing() as session:
        record = find_record(session, "R000002", actor=officer)
        decide(session, record, category="failings", outcome="added", reason="It is one.", actor=officer)
    bring_up_to_date(held)

    assert run_again(held, number, officer) == 2

    assert compared(held, number, officer) == ([new], ["R000002"])
    assert figures(held, number, officer) == [(2, 3), (2, 4)]


def test_a_record_that_was_restricted_since_leaves_no_trace_in_any_earlier_figure(held, officer, lawyer):
    number = keep(held, "minibus", officer)
    restrict(held, "R000001", lawyer)
    run_again(held, number, officer)

    assert figures(held, number, officer) == [(1, 2), (1, 2)]
    assert compared(held, number, officer) == ([], [])
    assert figures(held, number, lawyer) == [(2, 3), (1, 2)]


def test_what_legal_counted_is_told_to_nobody_who_sees_less(held, officer, lawyer):
    number = keep(held, "minibus", lawyer)

    with held.reading() as session:
        assert kept_searches.kept_searches(session, actor=officer) == []
        with pytest.raises(NotFoundError):
            kept_searches.find_kept_search(session, number, actor=officer)


def test_an_officer_who_was_a_lawyer_is_not_told_what_they_counted_then(held, officer, lawyer):
    number = keep(held, "minibus", lawyer)
    demoted = type(lawyer)(lawyer.name, officer.roles)

    assert figures(held, number, demoted) == []


def test_new_hits_are_announced_once_to_whoever_kept_the_search(held, officer, lawyer, make_record):
    keep(held, "minibus", officer)
    assert alerts.raise_alerts(held) == 0

    new = make_record(b"4", text="Another minibus.")
    assert alerts.raise_alerts(held) == 0  # it waits until the index has settled
    bring_up_to_date(held)
    assert alerts.raise_alerts(held) == 1
    assert alerts.raise_alerts(held) == 0

    assert announced(held, officer) == [[new]]
    assert announced(held, lawyer) == []
    with held.writing() as session:
        (alert,) = alerts.alerts_of(session, actor=officer)
        with pytest.raises(NotFoundError):
            alerts.look_at(session, alert.alert.id, actor=lawyer)
        alerts.look_at(session, alert.alert.id, actor=officer)
    assert announced(held, officer) == []
    with held.reading() as session:
        assert session.query(AuditEvent).filter_by(action="search.alert-looked-at").one().actor == officer.name


def test_the_worker_announces_new_hits_when_it_has_indexed_them(held, officer, make_record):
    keep(held, "minibus", officer)
    new = make_record(b"4", text="Another minibus.")
    worker = Worker(held)

    rounds = sum(1 for _ in iter(worker.work_once, False))

    assert rounds
    assert announced(held, officer) == [[new]]


def test_nothing_is_announced_of_a_record_the_keeper_may_not_see(held, officer, lawyer, make_record):
    keep(held, "minibus", officer)
    keep(held, "minibus", lawyer)
    hidden = make_record(b"4", text="Another minibus.")
    with held.writing() as session:
        mark(session, find_record(session, hidden, actor=lawyer), kind="privileged", reason="Advice.", actor=lawyer)
    bring_up_to_date(held)

    assert alerts.raise_alerts(held) == 1

    assert announced(held, officer) == []
    assert announced(held, lawyer) == [[hidden]]


def test_an_alert_about_a_record_restricted_afterwards_is_as_if_it_had_not_been(held, officer, lawyer, make_record):
    keep(held, "minibus", officer)
    new = make_record(b"4", text="Another minibus.")
    bring_up_to_date(held)
    alerts.raise_alerts(held)

    restrict(held, new, lawyer)

    assert announced(held, officer) == []


def test_nothing_is_announced_to_somebody_who_left(held, officer, make_record):
    keep(held, "minibus", officer)
    with held.writing() as session:
        set_active(session, find_user(session, officer.name), active=False, actor=OPERATOR)
    make_record(b"4", text="Another minibus.")
    bring_up_to_date(held)

    assert alerts.raise_alerts(held) == 0


def test_only_whoever_kept_a_search_stops_its_announcements(held, officer, lawyer, make_record):
    number = keep(held, "minibus", officer)
    with held.writing() as session:
        kept = kept_searches.find_kept_search(session, number, actor=lawyer)
        with pytest.raises(NotPermittedError, match="alone decides"):
            kept_searches.watch(session, kept, watched=False, actor=lawyer)
        kept_searches.watch(session, kept, watched=False, actor=officer)
    make_record(b"4", text="Another minibus.")
    bring_up_to_date(held)

    assert alerts.raise_alerts(held) == 0


def test_a_search_that_the_language_no_longer_reads_is_said_to_be_so_and_stops_no_other(held, officer, make_record):
    broken, good = keep(held, "minibus", officer), keep(held, "minibus", officer, name="Again")
    with held.engine.begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER fix_kept_search_key")
        connection.exec_driver_sql(f"UPDATE kept_search SET query = 'minibus AND (' WHERE id = {broken}")
    new = make_record(b"4", text="Another minibus.")
    bring_up_to_date(held)

    assert alerts.raise_alerts(held) == 1

    with held.reading() as session:
        kept = kept_searches.find_kept_search(session, broken, actor=officer)
        assert not kept.watched
        assert "character" in kept_searches.trouble_of(kept)
        (told,) = alerts.alerts_of(session, actor=officer)
        assert (told.kept.id, [each.reference for each in told.records]) == (good, [new])


@pytest.mark.parametrize("query", ["", "minibus AND ("])
def test_a_search_that_cannot_be_read_is_not_kept(held, officer, query):
    with pytest.raises(InvalidInputError):
        keep(held, query, officer)


def test_nobody_keeps_a_search_who_may_not_search(held, leader):
    with pytest.raises(NotPermittedError):
        keep(held, "minibus", leader)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE kept_search SET query = 'other'",
        "UPDATE kept_search_run SET found = x''",
        "DELETE FROM kept_search_run",
        "DELETE FROM kept_search",
        "INSERT OR REPLACE INTO kept_search SELECT * FROM kept_search",
    ],
)
def test_the_database_keeps_the_evidence_as_it_was(held, officer, statement):
    keep(held, "minibus", officer)

    with pytest.raises(IntegrityError), held.writing() as session:
        session.execute(text(statement))


def read_otherwise(archive, actor):
    with archive.reading() as session:
        waiting = alerts.alerts_of(session, actor=actor)
        return [([r.reference for r in each.records], [r.reference for r in each.read_otherwise]) for each in waiting]


@contextmanager
def read_as_before(monkeypatch):
    """As it was before: another version of the language, and without the words that a line breaks."""
    with monkeypatch.context() as earlier:
        earlier.setattr("search.engines.broken_words.joined_in_pages", lambda pages: [[] for _ in pages])
        earlier.setattr("search.kept_searches.LANGUAGE_VERSION", "0")
        yield


def test_what_is_found_only_because_the_program_reads_otherwise_is_told_as_no_new_material(
    held, officer, lawyer, make_record, monkeypatch
):
    with read_as_before(monkeypatch):
        always, changed = (make_record(text.encode(), text=text) for text in ("a mini-\nbus", "the mini-\nbus came"))
        bring_up_to_date(held)
        keep(held, "minibus", officer)
        assert alerts.raise_alerts(held) == 0
    rebuild(held)
    with held.writing() as session:
        lift_and_mark_again(session, changed, lawyer)
    new = make_record(b"new", text="A minibus, new.")
    bring_up_to_date(held)

    assert alerts.raise_alerts(held) == 1
    assert alerts.raise_alerts(held) == 0

    # What something was done to since is told as new, in case it is.
    assert read_otherwise(held, officer) == [([changed, new], [always])]
    with held.reading() as session:
        assert alerts.count_waiting(session, actor=officer) == (2, 1)
        assert alerts.count_waiting(session, actor=lawyer) == (0, 0)
    restrict(held, always, lawyer)
    assert read_otherwise(held, officer) == [([changed, new], [])]
    with held.reading() as session:
        assert alerts.count_waiting(session, actor=officer) == (2, 0)
    with pytest.raises(IntegrityError, match="fixed"), held.writing() as session:
        session.execute(text("UPDATE search_alert SET read_otherwise = NULL"))


def lift_and_mark_again(session, reference, lawyer):
    record = find_record(session, reference, actor=lawyer)
    lift_mark(session, mark(session, record, kind="restricted", reason="x", actor=lawyer), reason="x", actor=lawyer)


def test_while_the_program_reads_as_before_every_new_hit_is_new(held, officer, make_record):
    keep(held, "minibus", officer)
    new = make_record(b"4", text="Another mini-\nbus.")
    rebuild(held)

    assert alerts.raise_alerts(held) == 1
    assert read_otherwise(held, officer) == [([new], [])]


def test_what_the_keeper_could_not_see_when_it_was_last_compared_is_new_to_them(
    held, officer, lawyer, make_record, monkeypatch
):
    with read_as_before(monkeypatch):
        always, hidden = (make_record(text.encode(), text=text) for text in ("a mini-\nbus", "the minibus, hidden"))
        restrict(held, hidden, lawyer)
        keep(held, "minibus", officer)
        assert alerts.raise_alerts(held) == 0
    rebuild(held)
    with held.writing() as session:
        change_role(session, find_user(session, officer.name), role=Role.LEGAL, actor=OPERATOR)

    assert alerts.raise_alerts(held) == 1
    assert read_otherwise(held, type(lawyer)(officer.name, lawyer.roles)) == [([hidden], [always])]


def test_what_came_while_the_keeper_was_away_is_new_to_them(held, officer, make_record, monkeypatch):
    with read_as_before(monkeypatch):
        keep(held, "minibus", officer)
        with held.writing() as session:
            set_active(session, find_user(session, officer.name), active=False, actor=OPERATOR)
        came = make_record(b"4", text="Another minibus.")
        bring_up_to_date(held)
        assert alerts.raise_alerts(held) == 0
        with held.writing() as session:
            set_active(session, find_user(session, officer.name), active=True, actor=OPERATOR)

    assert alerts.raise_alerts(held) == 1
    assert read_otherwise(held, officer) == [([came], [])]


def name_custodian(session, officer, _message, _place):
    custodians.name_custodian(session, batches.find_batch(session, "Box 14"), "Gardener", actor=officer)


def find_copy(session, officer, message, _place):
    batch, run, _ = batches.open_run(session, ["/c"], batch="Attic", source="Caretaker", actor=officer)
    item = Item(run_id=run.id, path="attic/one.txt", name="one.txt", state="stored")
    session.add(item)
    session.flush()
    batches.end_duplicate(session, item, message, batch=batch, run=run, actor=officer)


def put_message(session, officer, message, _place):
    custody.put_record(session, message, custody.find_place(session, "Trunk"), actor=officer)


def ask_again(session, officer, _message, _place):
    event = AuditAction.BATCH_READ_AGAIN
    audit.record(session, event, actor=officer.name, subject="batch:Box 14", detail={"step": "index"})


def move_folder(session, officer, _message, place):
    custody.move_place(session, place, to=custody.find_place(session, "Trunk"), actor=officer)


@pytest.mark.parametrize(
    ("happens", "query", "new", "otherwise"),
    [
        (name_custodian, "custodian:gardener", ["always", "message", "attached", "R000003"], []),
        (find_copy, "batch:attic", ["message", "attached"], ["always"]),
        (put_message, "box:trunk", ["message", "attached"], ["always"]),
        (ask_again, "box:trunk", [], ["always"]),
        # What was moved may have held any of them.
        (move_folder, "box:trunk", ["always", "message", "attached"], []),
    ],
)
def test_what_is_found_by_a_change_to_its_batch_place_or_container_is_new(
    held, officer, make_record, monkeypatch, happens, query, new, otherwise
):
    with read_as_before(monkeypatch):
        named = {"always": make_record(b"always", text="a mini-\nbus"), "message": make_record(b"m", text="A message.")}
        named["attached"] = make_record(b"attached", text="A letter.", parent=named["message"])
        with held.writing() as session:
            batches.open_run(session, ["/a"], batch="Box 14", source="Store", actor=officer)
            custody.add_place(session, kind="box", reference="Trunk", actor=officer)
            crate = custody.add_place(session, kind="box", reference="Crate", actor=officer)
            folder = custody.add_place(session, kind="file", reference="1", within=crate, actor=officer)
            custody.put_record(session, find_record(session, named["message"], actor=officer), folder, actor=officer)
        bring_up_to_date(held)
        keep(held, f"{query} OR minibus", officer)
        assert alerts.raise_alerts(held) == 0
    rebuild(held)
    with held.writing() as session:
        message = find_record(session, named["message"], actor=officer)
        happens(session, officer, message, custody.find_place(session, "Crate/1"))
    bring_up_to_date(held)

    assert alerts.raise_alerts(held) == 1
    ((told_new, told_otherwise),) = read_otherwise(held, officer)
    assert set(told_new) == {named.get(each, each) for each in new}
    assert set(told_otherwise) == {named.get(each, each) for each in otherwise}
