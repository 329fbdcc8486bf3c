"""Messages in base64: in several pieces, with words behind, and cut off where nothing of the base64 tells."""

import base64
from encodings.aliases import aliases

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.formats.mail_encoding import ends_inside_a_letter, undo_base64
from tests.ingest.reading_here import all_text, missing, put, read_here

MAIL = b"From: a@example.org\r\nTo: b@example.org\r\nSubject: The home\r\n"
PLAIN = b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n"
WEB = PLAIN.replace(b"plain", b"html")
FIRST = base64.encodebytes(b"Line %03d: the matron was told of it.\n" % 7)
SECOND = base64.encodebytes(b"The second part: the chair was told as well.\n" * 4 + b"!")


@given(st.lists(st.binary(min_size=1, max_size=200), max_size=8))
def test_pieces_one_behind_the_other_say_what_each_of_them_says(pieces):
    undone = undo_base64("".join(base64.encodebytes(piece).decode() for piece in pieces))

    assert undone.content == b"".join(pieces)
    assert (undone.behind, undone.is_lossy) == ("", False)


@given(st.text(max_size=400))
def test_anything_at_all_is_undone_somehow(text):
    undo_base64(text)


@pytest.mark.parametrize("between", [b"", b"\r\n", b"\n\n"])
def test_both_pieces_of_a_body_are_read(tmp_path, between):
    reading = read_here(put(tmp_path, MAIL + PLAIN + b"\r\n" + FIRST.strip() + between + SECOND))

    assert "Line 007: the matron was told" in all_text(reading)
    assert "the chair was told as well" in all_text(reading)
    assert not reading.pages[-1].unread


def test_both_pieces_of_an_attachment_are_in_the_file_that_is_taken_out(tmp_path):
    head = MAIL + b'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="x"\r\n\r\n'
    part = b'--x\r\nContent-Type: application/x\r\nContent-Disposition: attachment; filename="a.bin"\r\n'
    encoded = base64.encodebytes(b"\0one") + base64.encodebytes(b"two\xff\0")

    reading = read_here(put(tmp_path, head + part + PLAIN.splitlines(True)[1] + b"\r\n" + encoded + b"--x--\r\n"))

    assert [member.path.read_bytes() for member in reading.members] == [b"\0onetwo\xff\0"]
    assert not reading.pages[-1].unread


def test_words_that_a_list_set_behind_the_base64_are_read_as_they_stand(tmp_path):
    footer = b"\n____________\nHomes mailing list\nhomes@lists.example.org\n"

    reading = read_here(put(tmp_path, MAIL + PLAIN + b"\r\n" + SECOND + footer))

    assert "the chair was told as well" in all_text(reading)
    assert "Homes mailing list\nhomes@lists.example.org" in all_text(reading)
    assert not reading.pages[-1].unread


@pytest.mark.parametrize(
    "footer",
    [
        b"Sent from the home\n",
        b"\n____\nHomes\nhomes@lists.example.org for all\n",
        b"See https://example.org/?a=b or ask\n",
    ],
)
@pytest.mark.parametrize("words", [b"The matron was told of it.\n", b"The matron was told of it.\n" * 5])
def test_words_behind_base64_that_needs_no_filling_up_are_no_base64(tmp_path, words, footer):
    assert len(words) % 3 == 0

    reading = read_here(put(tmp_path, MAIL + PLAIN + b"\r\n" + base64.encodebytes(words) + footer))

    text = all_text(reading)
    assert text.endswith((words + b"\n" + footer.strip()).decode())
    assert not reading.pages[-1].unread


def test_a_sign_that_became_an_equals_sign_costs_one_group_and_is_named(tmp_path):
    spoilt = SECOND[:41] + b"=" + SECOND[42:]

    reading = read_here(put(tmp_path, MAIL + PLAIN + b"\r\n" + spoilt))

    assert all_text(reading).count("the chair was told as well") == 3
    assert "the message's own words" in missing(reading)


@pytest.mark.parametrize("told", ["{}", "{} "])
def test_a_message_shorter_than_it_says_is_cut_off(tmp_path, told):
    body = base64.encodebytes(b"The matron was told of it.\n" * 40)
    head = MAIL + PLAIN + b"Content-Length: " + told.format(len(body)).encode() + b"\r\n\r\n"

    whole, cut = (read_here(put(tmp_path, head + body[:end], str(end))) for end in (len(body), 77 * 6))

    assert not whole.pages[-1].unread
    assert missing(cut) == "Damaged: what follows: the message is cut off"
    assert "The matron was told" in all_text(cut)


def test_a_size_counted_with_other_line_ends_is_no_cut(tmp_path):
    body = base64.encodebytes(b"The matron was told of it.\n" * 40)
    counted = len(body.replace(b"\n", b"\r\n"))

    reading = read_here(put(tmp_path, MAIL + PLAIN + b"Content-Length: %d\r\n\r\n" % counted + body))

    assert not reading.pages[-1].unread


def test_a_message_of_parts_that_has_its_closing_line_is_whole_whatever_size_it_had_before(tmp_path):
    """A program that takes out an attachment, or writes letters in fewer bytes, leaves the size that was told."""
    head = MAIL + b'Content-Length: 90000\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="x"\r\n\r\n'

    reading = read_here(put(tmp_path, head + b"--x\r\n\r\nThe matron was told.\r\n--x--\r\n"))

    assert "The matron was told" in all_text(reading)
    assert not reading.pages[-1].unread


def test_a_message_cut_between_groups_in_the_middle_of_a_letter_is_cut_off(tmp_path):
    encoded = base64.b64encode("Tŷ Gwŷr ".encode() * 30)
    cut = next(end for end in range(40, 80, 4) if base64.b64decode(encoded[:end])[-1] >= 0xC0)

    assert "cut off" in missing(read_here(put(tmp_path, MAIL + PLAIN + b"\r\n" + encoded[:cut])))


@pytest.mark.parametrize("end", [b"</body></html>\n", b"</body></HTML >", b"</html>", b"</body>\n"])
def test_a_web_message_with_an_end_is_whole(tmp_path, end):
    page = b"<html><body><p>The matron was told of it.</p>" + end

    reading = read_here(put(tmp_path, MAIL + WEB + b"\r\n" + base64.encodebytes(page)))

    assert not reading.pages[-1].unread


def test_a_web_message_without_its_end_may_be_cut_off(tmp_path):
    page = b"<html><body><p>The matron was told of it.</p>"

    reading = read_here(put(tmp_path, MAIL + WEB + b"\r\n" + base64.encodebytes(page)))

    assert missing(reading) == "Damaged: what may follow: the message is a web page without its end"
    assert "The matron was told" in all_text(reading)


@pytest.mark.parametrize("told", ["=?utf-8?q?=C2=B2?=", "9" * 5000])
def test_a_size_that_is_none_says_nothing(tmp_path, told):
    reading = read_here(put(tmp_path, MAIL + b"Content-Length: " + told.encode() + b"\r\n\r\nThe matron\r\n"))

    assert "The matron" in all_text(reading)
    assert not reading.pages[-1].unread


@pytest.mark.parametrize("charset", ["zlib", "hex", "bz2", "base64", "idna", "utf-7", "rot13"])
def test_a_charset_of_no_letters_or_with_an_end_of_its_own_costs_no_message(tmp_path, charset):
    kind = b"Content-Type: text/plain; charset=" + charset.encode() + b"\r\n\r\n"

    reading = read_here(put(tmp_path, MAIL + kind + b"The matron was told +AKM"))

    assert "The matron was told" in all_text(reading)
    assert not reading.pages[-1].unread


@pytest.mark.parametrize("charset", ["utf-8", "utf-16-le", "shift_jis", "ascii", "unheard-of", ""])
def test_whole_letters_are_no_cut(charset):
    assert not ends_inside_a_letter(b"abcd", charset)


@pytest.mark.filterwarnings("ignore:invalid escape sequence:DeprecationWarning")
@given(content=st.binary(max_size=12))
def test_no_charset_that_python_knows_breaks_off_the_reading_or_calls_whole_letters_cut(content: bytes) -> None:
    for charset in sorted(set(aliases.values())):
        try:
            content.decode(charset)
            is_whole = True
        except (UnicodeError, LookupError, ValueError):
            is_whole = False
        assert not (is_whole and ends_inside_a_letter(content, charset)), charset
