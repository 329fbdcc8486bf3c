"""Pages as pictures and originals as downloads: never as anything a browser would run."""

import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import select

from access.policy import SYSTEM, Actor, Role
from disclosure.marks import mark
from records.models import Page, PageWords
from records.register import find_record
from records.words import Word, pack
from retention.suggesting import Evidence, SuggestionProposal
from retention.tagging import keep_suggestions
from store.archive import Archive
from store.audit_actions import AuditAction
from store.audit_reading import AuditFilter, count_happenings
from web import page_pictures

LAWYER = Actor("lawyer@example.org", frozenset({Role.LEGAL}))
DAMAGED = b"\x89PNG\r\n\x1a\n and then nothing that is a picture"


def picture() -> bytes:
    drawn = io.BytesIO()
    Image.new("RGB", (200, 300), "white").save(drawn, "PNG")
    return drawn.getvalue()


@pytest.fixture
def scan(archive: Archive, make_record: Callable[..., str]) -> Callable[..., str]:
    """A record that is one picture."""

    def made(content: bytes = b"", *, media_type: str = "image/png", file_name: str = "scan.png") -> str:
        reference = make_record(content or picture(), text="a worried letter")
        with archive.writing() as session:
            record = find_record(session, reference, actor=LAWYER)
            record.media_type, record.file_name = media_type, file_name
        return reference

    return made


def kept_pictures(archive: Archive) -> list[Path]:
    return sorted(path for path in archive.settings.derivatives.rglob("*") if path.is_file())


def events(archive: Archive, action: AuditAction, subject: str) -> int:
    with archive.reading() as session:
        return count_happenings(session, AuditFilter(action.value, "", subject))


@pytest.mark.slow
def test_a_page_is_shown_as_a_jpeg_that_is_made_once(
    officer_client, archive: Archive, scan: Callable[..., str]
) -> None:
    reference = scan()

    first = officer_client.get(f"/records/{reference}/pages/1.jpg")
    made = kept_pictures(archive)
    stamp = made[0].stat().st_mtime_ns
    second = officer_client.get(f"/records/{reference}/pages/1.jpg")

    assert first.status_code == 200
    assert first.mimetype == "image/jpeg"
    assert first.headers["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in first.headers["Cache-Control"]
    assert Image.open(io.BytesIO(first.data)).format == "JPEG"
    assert [path.name for path in made] == ["page-00001.jpg"]
    assert second.data == first.data
    assert kept_pictures(archive)[0].stat().st_mtime_ns == stamp


@pytest.mark.slow
def test_a_picture_that_cannot_be_made_is_a_sentence_and_leaves_nothing_behind(
    officer_client, archive: Archive, scan: Callable[..., str]
) -> None:
    answer = officer_client.get(f"/records/{scan(DAMAGED)}/pages/1.jpg")

    assert answer.status_code == 400
    assert answer.mimetype == "text/html"
    assert kept_pictures(archive) == []


def test_a_kind_without_pictures_shows_its_text_only(officer_client, make_record: Callable[..., str]) -> None:
    reference = make_record(b"text")

    assert officer_client.get(f"/records/{reference}/pages/1.jpg").status_code == 404
    assert '<img class="candour-picture' not in officer_client.get(f"/records/{reference}").text


@pytest.mark.parametrize("page", ["2", "0", "99999"])
def test_a_page_that_is_not_there_has_no_picture(officer_client, scan: Callable[..., str], page: str) -> None:
    assert officer_client.get(f"/records/{scan()}/pages/{page}.jpg").status_code == 404


@pytest.mark.parametrize("path", ["pages/1.jpg", "original"])
def test_pictures_and_originals_are_for_those_who_read(
    leader_client, administrator_client, scan: Callable[..., str], path: str
) -> None:
    reference = scan()

    assert leader_client.get(f"/records/{reference}/{path}").status_code == 403
    assert administrator_client.get(f"/records/{reference}/{path}").status_code == 403


@pytest.mark.slow
def test_a_restricted_page_is_not_there_for_an_officer_and_a_view_of_it_is_recorded(
    officer_client, legal_client, archive: Archive, scan: Callable[..., str]
) -> None:
    reference = scan()
    with archive.writing() as session:
        record = find_record(session, reference, actor=LAWYER)
        mark(session, record, kind="restricted", reason="police", actor=LAWYER)

    assert officer_client.get(f"/records/{reference}/pages/1.jpg").status_code == 404
    assert officer_client.get(f"/records/{reference}/original").status_code == 404
    assert events(archive, AuditAction.RECORD_VIEWED, f"record:{reference}") == 0
    assert legal_client.get(f"/records/{reference}/pages/1.jpg").status_code == 200
    assert events(archive, AuditAction.RECORD_VIEWED, f"record:{reference}") == 1


def test_a_message_is_not_given_whole_to_those_who_may_not_see_what_is_in_it(
    officer_client, legal_client, archive: Archive, make_record: Callable[..., str]
) -> None:
    message = make_record(b"a message with advice attached")
    advice = make_record(b"advice", parent=message)
    with archive.writing() as session:
        mark(session, find_record(session, advice, actor=LAWYER), kind="privileged", reason="Advice.", actor=LAWYER)

    refused = officer_client.get(f"/records/{message}/original")

    assert refused.status_code == 403
    assert "something in it is restricted" in refused.text
    assert advice not in refused.text
    given = legal_client.get(f"/records/{message}/original")
    assert given.data == b"a message with advice attached"
    given.close()


@pytest.mark.parametrize("name", ["cofnod Tŷ Llwyngwŷr.png", "page.html", 'a"b;c.svg'])
def test_an_original_leaves_as_a_download_under_its_own_name_and_that_it_did_is_recorded(
    officer_client, archive: Archive, scan: Callable[..., str], name: str
) -> None:
    reference = scan(file_name=name)

    answer = officer_client.get(f"/records/{reference}/original")
    sent = answer.data
    answer.close()

    assert sent == picture()
    assert answer.mimetype == "application/octet-stream"
    assert answer.headers["Content-Disposition"].startswith("attachment; filename")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert ("filename*=UTF-8''cofnod%20T%C5%B7" in answer.headers["Content-Disposition"]) == ("Tŷ" in name)
    assert events(archive, AuditAction.FILE_DOWNLOADED, f"record:{reference}") == 1


def test_the_evidence_is_framed_on_the_picture_where_its_words_stand(
    officer_client, archive: Archive, scan: Callable[..., str]
) -> None:
    reference = scan()
    with archive.writing() as session:
        page = session.scalars(select(Page)).one()
        words = [
            Word(0.1, 0.1, 0.15, 0.13, "a", 90),
            Word(0.2, 0.1, 0.4, 0.13, "worried", 90),
            Word(0.5, 0.1, 0.7, 0.13, "letter", 90),
        ]
        session.add(PageWords(page_id=page.id, packed=pack(words)))
        evidence = [Evidence(1, 2, 9, "worried", "a worried letter", "shows concern")]
        found = SuggestionProposal("failings", 0.9, "strong", evidence, "Failings, strong.")
        keep_suggestions(session, find_record(session, reference, actor=LAWYER), [found], actor=SYSTEM)

    page = officer_client.get(f"/records/{reference}").text

    assert f'src="/records/{reference}/pages/1.jpg"' in page
    assert page.count("<rect ") == 1
    assert '<rect class="candour-box candour-box--evidence" x="0.196" y="0.097" width="0.208" height="0.036">' in page


@pytest.mark.slow
def test_small_pictures_are_drawn_once_with_their_neighbours_turned_and_much_lighter(
    officer_client, archive: Archive, make_record: Callable[..., str], monkeypatch
) -> None:
    frames = [Image.effect_noise((827, 1169), 60) for _ in range(10)]
    drawn = io.BytesIO()
    frames[0].save(drawn, "TIFF", save_all=True, append_images=frames[1:], dpi=(100, 100))
    reference = make_record(drawn.getvalue())
    with archive.writing() as session:
        record = find_record(session, reference, actor=SYSTEM)
        record.media_type, record.page_count = "image/tiff", 10
        for number in range(2, 11):
            session.add(Page(record_id=record.id, number=number, text="", read_by="ocr", rotation=90 * (number == 3)))
    asked = []
    draw = page_pictures.render_small
    monkeypatch.setattr(page_pictures, "render_small", lambda *a, **k: asked.append(a[2]) or draw(*a, **k))

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda n: officer_client.get(f"/records/{reference}/pages/{n}-small.jpg"), range(1, 9)))

    assert asked == [{n: 90 * (n == 3) for n in range(1, 9)}]
    sizes = [Image.open(io.BytesIO(answer.data)).size for answer in answers]
    assert sizes[0] == (298, 421)
    assert sizes[2] == (421, 298)
    full = officer_client.get(f"/records/{reference}/pages/1.jpg")
    assert len(answers[0].data) * 4 < len(full.data)
    officer_client.get(f"/records/{reference}/pages/1-small.jpg")
    assert len(asked) == 1
    assert page_pictures._at_work == {}


@pytest.mark.slow
def test_a_page_that_cannot_be_drawn_small_says_why_and_takes_no_other_with_it(
    officer_client, scan: Callable[..., str]
) -> None:
    reference = scan(DAMAGED)

    assert officer_client.get(f"/records/{reference}/pages/1-small.jpg").status_code == 400
    assert officer_client.get(f"/records/{reference}/pages/2-small.jpg").status_code == 404
