"""A path tells nothing of a container that may not be known of."""

import pytest

from disclosure import marks
from records.found_at import known_paths, place_of
from records.models import RecordFile
from records.placing import plan_by_path
from records.register import find_record

SECRET = "/share/mail/Advice on Mr Tolland.eml"


@pytest.fixture
def attachment(archive, make_record, lawyer) -> str:
    """A letter attached to a message from counsel, which is privileged, and found a second time beside it."""
    message = make_record(b"a message with a letter attached")
    letter = make_record(b"a letter", parent=message)
    with archive.writing() as session:
        of_message = session.query(RecordFile).filter_by(record_id=1).one()
        of_letter = session.query(RecordFile).filter_by(record_id=2).one()
        for file, path in ((of_message, SECRET), (of_letter, f"{SECRET}!/letter.txt")):
            copied = ("record_id", "sha256", "name", "batch", "source", "found_at")
            values = {name: getattr(file, name) for name in copied}
            session.add(RecordFile(path=path, **values))
        marks.mark(
            session, find_record(session, message, actor=lawyer), kind="privileged", reason="Advice.", actor=lawyer
        )
    return letter


def test_the_name_of_a_message_that_is_hidden_is_not_in_the_path_of_what_was_attached(
    archive, attachment, officer, lawyer
):
    with archive.reading() as session:
        files = find_record(session, attachment, actor=officer).files
        places = [place_of(file) for file in files]

        told = known_paths(session, places, compartments=officer.compartments)

        assert [told[each] for each in places] == ["Box 14/memo.txt", "letter.txt"]
        assert known_paths(session, places, compartments=lawyer.compartments)[places[1]] == f"{SECRET}!/letter.txt"


def test_a_path_that_merely_looks_like_one_in_a_container_is_left_as_it_is(archive, attachment, officer):
    other = ("Box 14", "/share/odd!/name.txt")
    in_another_batch = ("Box 15", f"{SECRET}!/letter.txt")

    with archive.reading() as session:
        told = known_paths(session, [other, in_another_batch], compartments=officer.compartments)

    assert told == {other: other[1], in_another_batch: in_another_batch[1]}


def test_no_pattern_finds_out_what_a_hidden_message_is_called(archive, attachment, officer, lawyer):
    with archive.reading() as session:
        assert plan_by_path(session, "mail/{box}.eml!/letter.txt", actor=officer) == []
        assert len(plan_by_path(session, "mail/{box}.eml!/letter.txt", actor=lawyer)) == 1
