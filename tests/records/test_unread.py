"""The queue of unread pages narrows to the very pages that its figures count."""

from access.policy import SYSTEM
from records.models import Page, Record
from records.unread import REASONS, UnreadFilter, count_unread_pages, reading_figures


def test_each_count_of_the_figures_is_the_length_of_its_list(archive, make_record):
    reasons = ["blank", "Blank: nothing but paper", " handwriting : ink", "unreadable: 31 %", "limit: 90 s", "", "torn"]
    for number, reason in enumerate(reasons):
        reference = make_record(b"%d" % number, unread=True)
        with archive.writing() as session:
            record = session.query(Record).filter_by(reference=reference).one()
            session.query(Page).filter_by(record_id=record.id).one().reason = reason

    with archive.reading() as session:
        counted = reading_figures(session, actor=SYSTEM).unread
        listed = {
            kind: count_unread_pages(session, UnreadFilter(reason=kind), actor=SYSTEM) for kind in REASONS
        }  # fmt: skip

    assert {kind: count for kind, count in listed.items() if count} == counted
    assert counted == {"blank": 2, "handwriting": 1, "unreadable": 3, "limit": 1}
