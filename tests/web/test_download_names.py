"""The name under which a file leaves."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import Headers

from records.register import find_record
from store.archive import Archive
from tests.web.test_search import LAWYER
from web.download_names import LONGEST, download_name


@pytest.mark.parametrize(
    ("name", "leaves_as"),
    [
        ("cofnod Tŷ Llwyngwŷr.png", "cofnod Tŷ Llwyngwŷr.png"),
        ("letter\r\nSet-Cookie: a=b.txt", "letter__Set-Cookie: a=b.txt"),
        ("letter\u202efdp.exe", "letter_fdp.exe"),
        ("../../etc/passwd", "_.._etc_passwd"),
        ("..\\run.bat", "_run.bat"),
        ("\x00", "_"),
        (" . ", "file"),
        ("a" * 300 + ".pdf", "a" * (LONGEST - 4) + ".pdf"),
    ],
)
def test_a_name_stays_as_far_as_it_misleads_nobody(name: str, leaves_as: str) -> None:
    assert download_name(name) == leaves_as


@given(st.text())
def test_every_name_can_stand_in_a_header(name: str) -> None:
    made = download_name(name)

    Headers().set("Content-Disposition", "attachment", filename=made)
    assert 0 < len(made) <= LONGEST
    assert made.isprintable() or not made.isascii()


def test_an_original_with_a_line_break_in_its_name_can_be_downloaded(
    officer_client: FlaskClient, archive: Archive, make_record: Callable[..., str]
) -> None:
    reference = make_record(b"a letter")
    with archive.writing() as session:
        find_record(session, reference, actor=LAWYER).file_name = "letter\r\nX-Other: 1.txt"

    with officer_client.get(f"/records/{reference}/original", buffered=True) as answer:
        assert answer.status_code == 200
        assert answer.headers["Content-Disposition"] == 'attachment; filename="letter__X-Other: 1.txt"'
        assert "X-Other" not in answer.headers
