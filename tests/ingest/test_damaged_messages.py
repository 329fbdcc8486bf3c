"""Damaged, cut off and half-zeroed messages and texts: what is left is read, and what is lost is named."""

import base64
import struct
from email.message import EmailMessage

import pytest

from ingest.identify import identify
from ingest.kinds import EML, MBOX, TEXT, UNKNOWN
from tests.ingest.reading_here import all_text, missing, put, read_here, refusal

MAIL = b"From: a@example.org\r\nTo: b@example.org\r\nSubject: The home\r\n"


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (MAIL + b"Content-Transfer-Encoding: binary\r\n\r\n" + bytes(range(256)) * 20, EML),
        (b"From a@example.org Thu Jan  1 00:00:00 1998\n" + MAIL + b"\r\n" + bytes(2000), MBOX),
        (b"The committee met at ten and heard the matron's report.\n" * 20 + bytes(512) + b"It rose at noon.\n", TEXT),
        (bytes(600) + b"The committee met at ten and heard the matron's report.\n" * 40, TEXT),
        (b"name\0date\0" * 300, UNKNOWN),
        (struct.pack("<200I", *range(200)) * 10, UNKNOWN),
    ],
)
def test_zeros_and_attachments_as_they_are_do_not_hide_what_a_message_or_a_text_is(tmp_path, data, kind):
    assert identify(put(tmp_path, data)) == kind


def test_a_text_with_a_lost_sector_is_read_and_says_so(tmp_path):
    line = b"The committee met at ten and heard the matron's report.\n"

    reading = read_here(put(tmp_path, line * 20 + bytes(512) + b"It rose at noon.\n"))

    assert "It rose at noon" in all_text(reading)
    assert any("512 zero bytes" in note for note in reading.notes)


@pytest.mark.parametrize("name", ["lost.txt", "lost.csv", "lost.html", "declared.html", "lost.xml", "wide.txt"])
def test_what_a_lost_sector_took_of_a_text_is_named_on_an_unread_page(tmp_path, name):
    head = {
        "lost.html": b"<html><body>",
        "declared.html": b"<html><meta charset='utf-8'><body>",
        "lost.xml": b"<?xml version='1.0' encoding='utf-8'?><a>",
    }.get(name, b"")
    whole = head + b"The committee met at ten and heard the matron's report.\n" * 60
    if name == "wide.txt":
        whole = whole.decode().encode("utf-16")

    reading = read_here(put(tmp_path, whole[:2048] + bytes(512) + whole[2560:], name))

    assert not reading.pages[0].unread
    assert missing(reading) == "Damaged: what stood where the file now holds zero bytes"
    for honest in (whole, whole + bytes(2 if name == "wide.txt" else 1)):
        assert not read_here(put(tmp_path, honest, name)).pages[-1].unread


BASE64_MAIL = MAIL + b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n"


ENCODED = base64.encodebytes(b"".join(b"Line %03d: the matron was told of it.\n" % number for number in range(200)))


@pytest.mark.parametrize("lost", [4, 64, 4096])
def test_zeros_in_the_encoded_words_of_a_message_are_named(tmp_path, lost):
    reading = read_here(put(tmp_path, BASE64_MAIL + ENCODED[:3000] + bytes(lost) + ENCODED[3000 + lost :]))

    assert all(f"Line {number}: the matron was told" in all_text(reading) for number in ("003", "055", "150", "199"))
    assert "where the message now holds zero bytes" in missing(reading)
    assert "the message's own words" in missing(reading)


@pytest.mark.parametrize("kept", [1, 2, 3])
def test_a_message_that_is_cut_off_in_its_encoded_words_says_so(tmp_path, kept):
    reading = read_here(put(tmp_path, BASE64_MAIL + ENCODED[: 77 * 30 + 8 + kept]))

    assert "Line 040: the matron was told" in all_text(reading)
    assert missing(reading) == "Damaged: some bytes of the message's own words, which did not come through whole"


@pytest.mark.parametrize(
    "body",
    [
        ENCODED,
        ENCODED.replace(b"\n", b" \r\n\t"),
        ENCODED.rstrip(),
        ENCODED + b"\n\n \n",
        ENCODED.rstrip() + b"==\n",
        base64.encodebytes(b"Noted."),
        b"",
    ],
)
def test_encoded_words_that_are_oddly_written_and_whole_are_not_called_damaged(tmp_path, body):
    assert not any(page.unread for page in read_here(put(tmp_path, BASE64_MAIL + body)).pages)


def test_zeros_of_an_attachment_that_came_as_it_is_are_its_own(tmp_path):
    head = MAIL + b'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="x"\r\n\r\n'
    words = b"--x\r\nContent-Type: text/plain\r\n\r\nPlease see what is attached.\r\n"
    file = b'--x\r\nContent-Type: application/x\r\nContent-Disposition: attachment; filename="a.bin"\r\n\r\n'

    reading = read_here(put(tmp_path, head + words + file + bytes(600) + b"\r\n--x--\r\n"))

    assert [member.name for member in reading.members] == ["a.bin"]
    assert not reading.pages[-1].unread


def mixed(*parts: tuple[str, str]) -> bytes:
    """A message whose parts stand beside one another, none of them an attachment."""
    bodies = [f"--x\r\nContent-Type: text/{kind}\r\n\r\n{text}\r\n" for kind, text in parts]
    head = MAIL.decode() + 'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="x"\r\n\r\n'
    return (head + "".join(bodies) + "--x--\r\n").encode()


def test_a_footer_in_plain_text_does_not_take_the_place_of_a_message_written_as_a_web_page(tmp_path):
    page = "<p>The matron says that the boy was moved on Tuesday without a word to the committee</p>"

    reading = read_here(put(tmp_path, mixed(("html", page), ("plain", "This e-mail was scanned."))))

    assert "without a word to the committee" in all_text(reading)
    assert "This e-mail was scanned." in all_text(reading)


def test_the_web_form_of_the_same_words_is_left_out(tmp_path):
    said = "The matron says that the boy was moved on Tuesday without a word to the committee"

    reading = read_here(put(tmp_path, mixed(("plain", said), ("html", f"<p>{said}</p>"))))

    assert all_text(reading).count("moved on Tuesday") == 1


def with_attachment() -> bytes:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "a@example.org", "b@example.org", "The file"
    message.set_content("Please see what is attached.")
    message.add_attachment(bytes(range(250)) * 40, maintype="application", subtype="x", filename="note.bin")
    return message.as_bytes()


def test_a_message_that_is_cut_off_says_that_more_may_have_followed(tmp_path):
    whole = with_attachment()

    assert not read_here(put(tmp_path, whole)).pages[-1].unread
    assert "has no proper end" in missing(read_here(put(tmp_path, whole[: len(whole) * 2 // 3], "cut")))


def test_an_attachment_that_did_not_come_through_whole_is_named(tmp_path):
    whole = with_attachment()
    at = whole.index(base64.b64encode(bytes(range(57)))) + 20

    reading = read_here(put(tmp_path, whole[:at] + b"\x01\x02\x03" + whole[at + 3 :]))

    assert "note.bin" in missing(reading)
    assert [member.name for member in reading.members] == ["note.bin"]


def test_a_message_of_outlook_that_is_cut_off_names_it_or_is_damaged(corpus, tmp_path):
    whole = (corpus("files/office/tika") / "testMSG.msg").read_bytes()

    assert "cut off" in missing(read_here(put(tmp_path, whole[: len(whole) * 3 // 4], "a.msg")))
    for tenth in (2, 4):
        assert refusal(put(tmp_path, whole[: len(whole) * tenth // 10], "b.msg")).code == "damaged"


def test_a_message_whose_charset_is_spoilt_keeps_its_words(tmp_path):
    spoilt_head = MAIL + b'Content-Type: text/plain; charset="utf\x00\x8d8"\r\n\r\nThe matron \xe9 was told.\r\n'

    assert "was told" in all_text(read_here(put(tmp_path, spoilt_head)))
