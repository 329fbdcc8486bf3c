"""Another scan of a privileged paper does not leave unnoticed."""

import json

import pikepdf
import pytest

from disclosure import marks, production
from disclosure.bundle_likenesses import privileged_likenesses
from records.likenesses import answer_likeness
from records.register import find_record
from tests.papers import LETTER, MINUTES
from web.bundle_draft import draft_of
from worker.comparing import compare_all

ANOTHER_SCAN = LETTER.replace("Mr Tolland", "Mr Tollarid")


@pytest.fixture
def papers(archive, make_record, lawyer):
    """A privileged letter, another scan of it, and minutes that are like neither."""
    references = [make_record(text.encode(), text=text) for text in (LETTER, ANOTHER_SCAN, MINUTES)]
    compare_all(archive)
    with archive.writing() as session:
        letter = find_record(session, references[0], actor=lawyer)
        marks.mark(session, letter, kind="privileged", reason="Advice.", actor=lawyer)
    return references


def told(archive, actor, *references):
    with archive.reading() as session:
        records = [find_record(session, each, actor=actor) for each in references]
        return privileged_likenesses(session, records, actor=actor)


def test_whoever_builds_a_bundle_is_told_of_another_scan_of_a_privileged_paper(archive, papers, lawyer):
    letter, scan, minutes = papers

    assert told(archive, lawyer, minutes) == []
    (sentence,) = told(archive, lawyer, scan, minutes)
    assert sentence.startswith(f"{scan} is like {letter}, which is privileged")
    with archive.reading() as session:
        assert draft_of(session, [scan, minutes], actor=lawyer).alike == (sentence,)


def test_it_is_told_to_the_builder_and_stands_nowhere_in_the_bundle(archive, papers, lawyer):
    letter, scan, _ = papers

    built = production.build(archive, title="Letters", prefix="ABC", references=[scan], actor=lawyer)

    assert letter in built.result.warnings[0]
    assert letter not in json.dumps(built.result.manifest)
    with pikepdf.open(archive.files.original(built.bundle.sha256)) as pdf:
        assert letter not in pdf.attachments["candour-manifest.json"].get_file().read_bytes().decode()


def test_whoever_may_not_know_of_the_privileged_paper_is_told_nothing(archive, papers, officer):
    assert told(archive, officer, papers[1]) == []


def test_two_that_a_person_said_are_not_alike_are_not_named(archive, papers, lawyer):
    letter, scan, _ = papers
    with archive.writing() as session:
        first, second = (find_record(session, each, actor=lawyer) for each in (letter, scan))
        answer_likeness(session, first, second, alike=False, reason="Two letters.", actor=lawyer)

    assert told(archive, lawyer, scan) == []


def test_records_not_compared_yet_are_counted(archive, papers, make_record, lawyer):
    assert "1 of the records have not been compared" in told(archive, lawyer, make_record(b"new", text=MINUTES))[0]
