"""Many pages read again: which are meant, who may, and what is left as it was."""

import io

import pytest
from PIL import Image
from sqlalchemy import select

from access.policy import OPERATOR, Actor, Role
from ingest.page_settings import PageSettings
from ingest.pages_meant import Which, pages_meant
from records.models import PRIVILEGED, Page
from records.page_versions import find_page, transcribe
from store.audit import AuditEvent
from store.errors import InvalidInputError, NotFoundError, NotPermittedError, RefusedError
from worker.pages_again import read_pages_again


def quiet(_done: int, _total: int) -> None:
    return


@pytest.fixture
def unread(archive, make_record):
    """Makes a blank picture that was not read for this reason."""

    def make(reason: str, *, shade: int, media_type: str = "image/png", compartment: str = "open") -> str:
        drawn = io.BytesIO()
        Image.new("L", (300, 200), shade).save(drawn, "PNG")
        reference = make_record(drawn.getvalue(), unread=True)
        with archive.writing() as session:
            record, page = find_page(session, reference, 1, actor=OPERATOR)
            record.media_type, record.compartment, page.reason = media_type, compartment, reason
        return reference

    return make


def test_the_pages_meant_are_those_that_fit_and_that_the_person_may_see(archive, unread, make_record, officer, lawyer):
    blank = unread("blank: no ink", shade=250)
    hand = unread("handwriting: faint", shade=240)
    hidden = unread("blank: no ink", shade=230, compartment=PRIVILEGED)
    text = make_record(b"no picture", unread=True)

    with archive.reading() as session:

        def meant(which, actor):
            return [page.record for page in pages_meant(session, which, actor=actor)]

        assert meant(Which(reason="blank"), officer) == [blank]
        assert meant(Which(reason="blank"), lawyer) == [blank, hidden]
        assert meant(Which(batch="Box 14"), officer) == [blank, hand]
        assert meant(Which(batch="Box 14", kind="application/pdf"), officer) == []
        assert meant(Which(record=hand), officer) == [hand]
        assert meant(Which(record=text), officer) == []
        with pytest.raises(NotFoundError):
            meant(Which(record=hidden), officer)
        with pytest.raises(InvalidInputError, match="of which record or batch"):
            meant(Which(kind="image/"), officer)


@pytest.mark.slow
def test_pages_that_cannot_be_read_are_counted_and_what_was_typed_stays(archive, unread, officer):
    typed, blank = unread("blank: no ink", shade=250), unread("blank: no ink", shade=240)
    broken = unread("blank: no ink", shade=230, media_type="application/pdf")
    with archive.writing() as session:
        transcribe(session, typed, 1, text="Typed by a person.", actor=officer)

    told = []
    made = read_pages_again(
        archive,
        Which(batch="Box 14"),
        PageSettings(),
        actor=officer,
        beat=lambda done, total: told.append((done, total)),
    )

    assert (made.pages, made.better, made.left) == (2, 0, 1)
    assert told == [(1, 3), (2, 3), (3, 3)]
    with archive.reading() as session:
        assert [session.get_one(Page, number).unread for number in (1, 2, 3)] == [False, True, True]
        assert session.get_one(Page, 1).text == "Typed by a person."
        event = session.scalars(select(AuditEvent).where(AuditEvent.action == "pages.read-again")).one()
        assert (event.actor, event.subject) == (officer.name, "batch:Box 14")
    assert (blank, broken) == ("R000002", "R000003")


def test_where_nothing_fits_or_the_person_may_not_it_is_refused(archive, unread):
    unread("blank: no ink", shade=250)
    leader = Actor("l@example.org", frozenset({Role.LEADER}))

    with pytest.raises(NotPermittedError):
        read_pages_again(archive, Which(reason="blank"), PageSettings(), actor=leader, beat=quiet)
    with pytest.raises(RefusedError, match="No page fits"):
        read_pages_again(archive, Which(reason="limit"), PageSettings(), actor=OPERATOR, beat=quiet)
