"""From records to a bundle that was built, read back and kept; and what stops one."""

import io

import pikepdf
import pypdfium2
import pytest
from PIL import Image
from sqlalchemy import select, text

from access.policy import OPERATOR, Actor
from disclosure import marks, production
from disclosure.models import DocumentNumber
from disclosure.numbering import allocate_numbers
from inquiry.requests import add_request
from records.models import RecordFile
from records.page_versions import say_seen, transcribe
from records.register import find_record
from retention.holds import holds_of
from store import audit, clock
from store.audit import AuditEvent
from store.errors import DamagedError, InvalidInputError, NotFoundError, NotPermittedError, RefusedError


def build(archive, actor, *references, **changes):
    return production.build(
        archive, **{"title": "Minutes", "prefix": "ABC", "references": references, "actor": actor, **changes}
    )


def mark(archive, reference, kind, lawyer):
    with archive.writing() as session:
        marks.mark(session, find_record(session, reference, actor=lawyer), kind=kind, reason="Advice.", actor=lawyer)


def test_a_bundle_is_built_read_back_and_kept(archive, make_record, lawyer):
    first, second = make_record(b"one", text="Minutes of Tŷ Gwŷr"), make_record(b"two", text="A letter")
    with archive.writing() as session:
        add_request(
            session,
            "R9/1",
            kind="rule-9-documents",
            title="",
            received=clock.today(),
            due=clock.today(),
            paragraphs=[("1", "All minutes.")],
            actor=lawyer,
        )

    built = build(archive, lawyer, second, first, request="R9/1")

    assert built.verification.ok
    assert "COMPLETE-AND-UNREDACTED" in built.file_name
    with archive.reading() as session:
        kept = production.find_bundle(session, built.bundle.id, actor=lawyer)
        assert [document.label for document in kept.documents] == ["ABC000001", "ABC000002"]
    with pypdfium2.PdfDocument(archive.files.original(kept.sha256)) as document:
        text = "".join(page.get_textpage().get_text_bounded() for page in document)
    assert "R9/1" in text
    assert "COMPLETE AND UNREDACTED" in text
    assert "Tŷ Gwŷr" in text
    assert "ABC000002_001" in text


def test_a_bundle_made_anew_elsewhere_is_not_one_that_this_archive_built(archive, make_record, lawyer, tmp_path):
    built = build(archive, lawyer, make_record(b"one"))
    file = archive.files.original(built.bundle.sha256)
    forged = tmp_path / "forged.pdf"
    forged.write_bytes(file.read_bytes() + b"\n")

    with archive.reading() as session:
        right, wrong = (production.check_built_here(session, each) for each in (file, forged))

    assert right.ok
    assert right.detail.startswith("bundle 1,")
    assert not wrong.ok


def test_a_privileged_record_stops_the_bundle_and_is_named(archive, make_record, lawyer):
    first, second = make_record(b"one"), make_record(b"two")
    mark(archive, second, "privileged", lawyer)

    with pytest.raises(RefusedError, match=second):
        build(archive, lawyer, first, second)

    with archive.reading() as session:
        assert production.bundles(session) == []
        refused = session.scalars(select(AuditEvent).where(AuditEvent.action == "disclosure.bundle-refused")).one()
        assert second in refused.detail
        assert audit.verify(session, archive.audit_head).ok


def test_a_restricted_record_needs_someone_who_may_see_it(archive, make_record, lawyer):
    reference = make_record(b"one")
    mark(archive, reference, "restricted", lawyer)

    with pytest.raises(RefusedError, match=r"R000001 is restricted.*may not see such"):
        build(archive, OPERATOR, reference)
    assert build(archive, lawyer, reference).verification.ok


def test_a_message_does_not_carry_out_what_is_privileged_in_it(archive, make_record, lawyer):
    message = make_record(b"a message with advice attached")
    advice = make_record(b"advice", parent=message)
    beside = make_record(b"minutes", parent=message)
    mark(archive, advice, "privileged", lawyer)

    with pytest.raises(RefusedError, match=f"with {message} would go the bytes of {advice}, which is privileged"):
        build(archive, lawyer, message)
    assert build(archive, lawyer, beside).verification.ok


def test_another_copy_of_what_is_privileged_does_not_leave_either(archive, make_record, lawyer):
    message = make_record(b"a message with advice attached")
    attached, loose = make_record(b"advice", parent=message), make_record(b"advice")
    mark(archive, loose, "privileged", lawyer)

    with pytest.raises(RefusedError, match=f"bytes of {loose}, which is privileged"):
        build(archive, lawyer, attached)
    with pytest.raises(RefusedError, match=f"with {message} would go the bytes of {loose}"):
        build(archive, lawyer, message)


def test_the_name_of_a_privileged_message_does_not_leave_with_what_was_attached_to_it(archive, make_record, lawyer):
    message = make_record(b"a message")
    attached = make_record(b"minutes", parent=message)
    with archive.writing() as session:
        for number, path in ((1, "/share/Advice on Mr Tolland.eml"), (2, "/share/Advice on Mr Tolland.eml!/minutes")):
            found = session.query(RecordFile).filter_by(record_id=number).one()
            session.execute(text("DROP TRIGGER IF EXISTS fix_record_file"))  # as it would have been taken in
            found.path = path
    mark(archive, message, "privileged", lawyer)

    built = build(archive, lawyer, attached)

    assert built.result.manifest["documents"][0]["source_location"] == "County store: minutes"
    with pikepdf.open(archive.files.original(built.bundle.sha256)) as pdf:
        for item in pdf.objects:
            if isinstance(item, pikepdf.Stream):
                assert b"Tolland" not in item.read_bytes()
    with pypdfium2.PdfDocument(archive.files.original(built.bundle.sha256)) as document:
        assert "Tolland" not in "".join(page.get_textpage().get_text_bounded() for page in document)


def test_what_is_restricted_inside_needs_someone_who_may_see_it(archive, make_record, lawyer):
    message = make_record(b"a message")
    mark(archive, make_record(b"a statement", parent=message), "restricted", lawyer)

    with pytest.raises(RefusedError, match=f"with {message} would go"):
        build(archive, OPERATOR, message)
    assert build(archive, lawyer, message).verification.ok


def test_a_hold_does_not_stand_in_the_way_of_disclosure(archive, make_record, lawyer):
    reference = make_record(b"one")

    assert build(archive, lawyer, reference).verification.ok
    with archive.reading() as session:
        assert holds_of(session, find_record(session, reference, actor=lawyer))


def test_a_number_stays_with_its_record_and_is_never_given_again(archive, make_record, lawyer):
    first, second, third = make_record(b"one"), make_record(b"two"), make_record(b"three")
    with archive.writing() as session:
        records = {reference: find_record(session, reference, actor=lawyer) for reference in (first, second, third)}
        allocate_numbers(session, [records[second]], prefix="ABC")
        numbers = allocate_numbers(session, [records[first], records[second], records[third]], prefix="ABC")

        assert [numbers[records[reference].id] for reference in (first, second, third)] == [2, 1, 3]
        assert allocate_numbers(session, [records[third]], prefix="XYZ") == {records[third].id: 1}
        assert len(session.scalars(select(DocumentNumber)).all()) == 4


@pytest.mark.parametrize("prefix", ["", "A", "abc", "ABCDE", "A1", "A B"])
def test_a_prefix_is_capital_letters(archive, make_record, lawyer, prefix):
    with pytest.raises(InvalidInputError, match="prefix"):
        build(archive, lawyer, make_record(), prefix=prefix)


def test_only_those_who_may_build_bundles_do(archive, make_record, officer, leader):
    reference = make_record()
    for actor in (officer, leader, Actor("nobody@example.org")):
        with pytest.raises((NotPermittedError, NotFoundError)):
            build(archive, actor, reference)


def test_an_empty_bundle_and_a_record_twice_are_refused(archive, make_record, lawyer):
    reference = make_record()
    with pytest.raises(InvalidInputError, match="twice"):
        build(archive, lawyer, reference, reference)
    with pytest.raises(NotFoundError):
        build(archive, lawyer, "R999999")


def test_an_original_changed_behind_our_back_is_not_disclosed(archive, make_record, lawyer):
    reference = make_record(b"one")
    with archive.reading() as session:
        path = archive.files.original(find_record(session, reference, actor=lawyer).sha256)
    path.chmod(0o600)
    path.write_bytes(b"two")

    with pytest.raises(DamagedError):
        build(archive, lawyer, reference)


def words_of(archive, built) -> list[str]:
    with pypdfium2.PdfDocument(archive.files.original(built.bundle.sha256)) as document:
        return [page.get_textpage().get_text_bounded() for page in document]


def test_what_a_person_typed_from_a_scan_is_found_in_the_bundle_and_marked_as_typed(
    archive, make_record, lawyer, officer
):
    drawn = io.BytesIO()
    Image.new("L", (600, 800), 250).save(drawn, "PNG", dpi=(72, 72))
    reference = make_record(drawn.getvalue(), unread=True)
    with archive.writing() as session:
        record = find_record(session, reference, actor=lawyer)
        record.media_type, record.file_name = "image/png", "letter.png"
        transcribe(session, reference, 1, text="Dear Matron,\nthe gate was left open.", actor=officer)

    built = build(archive, lawyer, reference)

    assert built.verification.ok
    page = next(text for text in words_of(archive, built) if "Dear Matron" in text)
    told = " ".join(page.split())
    typed = told[told.index(production.TYPED_FROM_HERE) : told.index(production.TYPED_TO_HERE)]
    assert "the gate was left open." in typed
    assert "page 1 transcribed by a person from the page" in str(built.result.manifest)


def test_what_was_typed_or_seen_of_a_file_without_pictures_is_printed_as_such(archive, make_record, lawyer, officer):
    typed, seen = make_record(b"one", unread=True), make_record(b"two", text="", unread=True)
    with archive.writing() as session:
        transcribe(session, typed, 1, text="What the tape says.", actor=officer)
        say_seen(session, seen, 1, what="blank", actor=officer)

    text = " ".join(" ".join(words_of(archive, build(archive, lawyer, typed, seen))).split())

    assert f"{production.TYPED_FROM_HERE} What the tape says. {production.TYPED_TO_HERE}" in text
    assert "[Seen by a person. blank: seen by a person, nothing is on it]" in text
