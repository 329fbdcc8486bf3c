"""A part of a document that cannot be unpacked is called protected only where it says so itself."""

import io
import struct
import zipfile

import pytest

from ingest.formats.ooxml import read_part
from ingest.reading import UnreadableFile

STRONGLY = 0x41
UNKNOWN_COMPRESSION = 77
FLAGS, METHOD = 6, 8


def package(*, flags: int = 0, method: int | None = None, spoil: bool = False) -> zipfile.ZipFile:
    """A package of one deflated part whose headers say this."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", "<w:p>a memorandum of the committee</w:p>" * 9)
    data = bytearray(made.getvalue())
    central = data.index(b"PK\x01\x02")
    for start in (0, central + 2):  # the fields of the two headers stand two bytes apart
        if flags:
            struct.pack_into("<H", data, start + FLAGS, flags)
        if method is not None:
            struct.pack_into("<H", data, start + METHOD, method)
    if spoil:
        data[60:70] = b"\xff" * 10
    return zipfile.ZipFile(io.BytesIO(bytes(data)))


@pytest.mark.parametrize(
    ("how", "code"),
    [
        ({"flags": 1}, "encrypted"),
        ({"flags": STRONGLY}, "encrypted"),
        ({"method": UNKNOWN_COMPRESSION}, "damaged"),
        ({"spoil": True}, "damaged"),
    ],
)
def test_what_cannot_be_unpacked_is_protected_only_where_it_says_so(how, code):
    with package(**how) as opened, pytest.raises(UnreadableFile) as refused:
        read_part(opened, "word/document.xml")

    assert refused.value.code == code


def test_a_sound_part_comes_out_whole():
    with package() as opened:
        assert (read_part(opened, "word/document.xml") or b"").count(b"memorandum") == 9
