"""Archives: every member once, hostile ones refused as one item, and what cannot be taken out named."""

import io
import stat
import struct
import tarfile
import zipfile
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from ingest import kinds
from ingest.formats import libarchive
from ingest.identify import identify
from ingest.job import _write
from ingest.reading import UnreadableFile
from tests.ingest.archive_making import (
    PACKERS,
    cabinet,
    disc_image,
    many_layered_bomb,
    packed,
    rar,
    seven_zip,
    tarred,
    zipped,
)
from tests.ingest.reading_here import all_text, put, read_here, refusal

needs_libarchive = pytest.mark.skipif(
    not libarchive.is_here(), reason="NOT RUN: libarchive13 is not installed on this machine"
)
names = st.text("abcdefgh ŷé/.", min_size=1, max_size=12).filter(lambda name: not name.endswith("/"))
leaves = st.binary(min_size=1, max_size=40).map(lambda data: b"Note: " + data)
archive_kinds = st.sampled_from(["zip", "tar", "tar.gz", "tar.bz2", "tar.xz"])
trees = st.recursive(
    st.dictionaries(names, leaves, min_size=1, max_size=4),
    lambda inner: st.dictionaries(names, leaves | st.tuples(archive_kinds, inner), min_size=1, max_size=3),
    max_leaves=6,
)


def leaves_of(tree) -> list[tuple[str, bytes]]:
    found = []
    for name, node in tree.items():
        found += [(name, node)] if isinstance(node, bytes) else leaves_of(node[1])
    return found


def met(path: Path) -> list[tuple[str, bytes]]:
    found = []
    for member in read_here(path).members:
        if identify(member.path) in (kinds.ZIP, kinds.TAR, kinds.GZIP, kinds.BZIP2, kinds.XZ):
            found += met(member.path)
        else:
            found.append((member.name, member.path.read_bytes()))
    return found


@given(kind=archive_kinds, tree=trees)
@example(kind="tar", tree={"minutes.pdf": b"Note: %PDF-"})
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_every_member_of_a_tree_of_archives_is_met_exactly_once(tmp_path_factory, kind, tree):
    path = put(tmp_path_factory.mktemp("tree"), packed(kind, tree))

    assert Counter(met(path)) == Counter(leaves_of(tree))


@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_a_damaged_archive_is_read_as_far_as_it_goes_or_refused_but_never_a_silent_success(tmp_path_factory, data):
    members = {"one.txt": b"one" * 50, "two.txt": bytes(range(256)), "three.txt": b"3"}
    whole = packed(data.draw(archive_kinds), members)
    # Two blocks of zeros end a TAR, and fill it up to its size; without the fill it is whole.
    cut = data.draw(st.integers(1, len(whole.rstrip(bytes(1))) - 1))
    path = put(tmp_path_factory.mktemp("cut"), whole[:cut])
    if identify(path) not in (kinds.ZIP, kinds.TAR, kinds.GZIP, kinds.BZIP2, kinds.XZ):
        return

    try:
        reading = read_here(path)
    except UnreadableFile as refused:
        code = refused.code
    else:
        code = "" if reading.pages and reading.pages[0].unread else "whole"

    assert code in ("", "damaged")


def test_names_are_only_names(tmp_path):
    hostile = ["../../outside.txt", "/etc/absolute.txt", "C:\\windows\\drive.txt", "a\x00b.txt", "tail.txt/", ".."]
    path = put(tmp_path, tarred({name.rstrip("/"): name.encode() for name in hostile}))

    reading = read_here(path)

    assert len(reading.members) == len(hostile)
    assert len({member.path.parent for member in reading.members}) == 1
    assert reading.members[0].path.parent.parent == tmp_path
    assert not (tmp_path.parent / "outside.txt").exists()
    assert "../../outside.txt" in [member.name for member in reading.members]


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_members_of_one_name_are_two_members(tmp_path):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("minutes.txt", "first")
        archive.writestr("minutes.txt", "second")

    reading = read_here(put(tmp_path, out.getvalue()))

    assert [(member.name, member.path.read_text()) for member in reading.members] == [
        ("minutes.txt", "first"),
        ("minutes.txt", "second"),
    ]


def test_links_and_devices_are_noted_and_never_made(tmp_path):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        link, pipe = tarfile.TarInfo("to-passwd"), tarfile.TarInfo("pipe")
        link.type, link.linkname, pipe.type = tarfile.SYMTYPE, "/etc/passwd", tarfile.FIFOTYPE
        archive.addfile(link)
        archive.addfile(pipe)
        note = tarfile.TarInfo("note.txt")
        note.size = 4
        archive.addfile(note, io.BytesIO(b"note"))
    packed_link = io.BytesIO()
    with zipfile.ZipFile(packed_link, "w") as archive:
        info = zipfile.ZipInfo("to-passwd")
        info.create_system, info.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
        archive.writestr(info, "/etc/passwd")
        archive.writestr("note.txt", "note")

    for data in (out.getvalue(), packed_link.getvalue()):
        reading = read_here(put(tmp_path, data))

        assert [member.name for member in reading.members] == ["note.txt"]
        assert "to-passwd" in reading.notes[0]


def test_a_zip_of_the_large_form_is_read(tmp_path):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive, archive.open("minutes.txt", "w", force_zip64=True) as member:
        member.write(b"Minutes of the committee")

    (member,) = read_here(put(tmp_path, out.getvalue())).members

    assert member.path.read_bytes() == b"Minutes of the committee"


@pytest.mark.parametrize("kind", sorted(PACKERS))
def test_a_bomb_of_one_file_is_refused(tmp_path, kind):
    assert refusal(put(tmp_path, PACKERS[kind](bytes(80 * 1024**2)))).code == "bomb"


def test_a_bomb_of_many_layers_is_refused_at_the_first(tmp_path):
    assert refusal(put(tmp_path, many_layered_bomb())).code == "bomb"


def test_members_that_share_their_packed_bytes_are_a_bomb(tmp_path):
    """The table of contents names one stretch of the file many times over."""
    data = bytearray(zipped({"a": bytes(30 * 1024**2)}))
    at = data.index(b"PK\x01\x02")
    end = data.index(b"PK\x05\x06")
    entry = bytes(data[at:end])
    copies = 300
    directory = entry * copies
    tail = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, copies, copies, len(directory), at, 0)

    assert refusal(put(tmp_path, bytes(data[:at]) + directory + tail)).code == "bomb"


def test_an_archive_of_too_many_members_is_refused(tmp_path):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for number in range(50_001):
            archive.writestr(str(number), b"")

    assert refusal(put(tmp_path, out.getvalue())).code == "bomb"


def damage(data: bytes, content: bytes) -> bytes:
    at = data.index(content)
    return data[:at] + bytes(len(content)) + data[at + len(content) :]


def test_a_damaged_member_is_named_on_an_unread_page_and_the_others_are_read(tmp_path):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("good.txt", "The good one")
        archive.writestr("bad.txt", "The bad one")

    reading = read_here(put(tmp_path, damage(out.getvalue(), b"The bad one")))

    (page,) = reading.pages
    assert [member.name for member in reading.members] == ["good.txt"]
    assert page.unread
    assert "Damaged: bad.txt" in page.text
    assert "could not be taken out" in page.reason


def test_an_archive_without_a_file_says_so(tmp_path):
    assert refusal(put(tmp_path, zipped({}))).code == "no-pages"


def test_a_packed_file_that_is_cut_off_gives_what_there_is_and_says_so(tmp_path):
    whole = PACKERS["gz"](b"".join(b"line %d of the register\n" % number for number in range(60_000)))

    reading = read_here(put(tmp_path, whole[: len(whole) // 2], "register.txt.gz"))

    assert [member.name for member in reading.members] == ["register.txt"]
    assert reading.members[0].path.read_bytes().startswith(b"line 0 of the register")
    assert "what follows the first" in all_text(reading)
    assert reading.pages[0].unread


def test_a_full_disk_is_never_taken_for_damage_in_the_file():
    with Path("/dev/full").open("wb", buffering=0) as full, pytest.raises(UnreadableFile) as refused:
        _write(full, b"a member")

    assert refused.value.code == "no-room"


@needs_libarchive
def test_a_7z_archive_gives_its_members(tmp_path):
    seven_zip(tmp_path / "a.7z", {"inner/Tŷ Gwŷr.txt": b"A note", "../../up.txt": b"Another"})

    reading = read_here(tmp_path / "a.7z")

    assert reading.label == "7-Zip archive"
    assert [(member.name, member.path.read_bytes()) for member in reading.members] == [
        ("inner/Tŷ Gwŷr.txt", b"A note"),
        ("../../up.txt", b"Another"),
    ]


@needs_libarchive
def test_a_7z_archive_that_is_cut_off_is_damaged(tmp_path):
    seven_zip(tmp_path / "a.7z", {"note.txt": b"A note" * 100})
    whole = (tmp_path / "a.7z").read_bytes()

    assert refusal(put(tmp_path, whole[:-40], "cut.7z")).code == "damaged"


@needs_libarchive
def test_a_bomb_in_7z_is_refused(tmp_path):
    seven_zip(tmp_path / "a.7z", {"zeros": bytes(80 * 1024**2)})

    assert refusal(tmp_path / "a.7z").code == "bomb"


MEMBERS = {"minutes.txt": b"Minutes of the committee", "letter.txt": b"A letter to the Director\n" * 3000}


def made(tmp_path, kind: str) -> Path:
    path = tmp_path / f"archive.{kind}"
    if kind == "iso":
        disc_image(path, MEMBERS)
    else:
        path.write_bytes(cabinet(MEMBERS) if kind == "cab" else rar(MEMBERS))
    return path


@needs_libarchive
@pytest.mark.parametrize(
    ("kind", "label"), [("iso", "CD or DVD image"), ("cab", "Cabinet archive"), ("rar", "RAR archive")]
)
def test_a_disc_image_a_cabinet_and_a_rar_archive_give_their_members(tmp_path, kind, label):
    path = made(tmp_path, kind)

    reading = read_here(path)

    assert reading.label == label
    assert {member.name: member.path.read_bytes() for member in reading.members} == MEMBERS


@needs_libarchive
@pytest.mark.parametrize("kind", ["iso", "cab", "rar"])
def test_one_that_is_cut_off_never_gives_less_without_saying_so(tmp_path, kind):
    whole = made(tmp_path, kind).read_bytes()
    at = whole.index(MEMBERS["letter.txt"][:40]) + 30_000
    path = put(tmp_path, whole[:at], f"cut.{kind}")

    reading = read_here(path)

    assert all(member.path.read_bytes() == MEMBERS[member.name] for member in reading.members)
    assert len(reading.members) < len(MEMBERS)
    assert "Damaged" in all_text(reading)
    assert reading.pages[0].unread


@needs_libarchive
def test_a_protected_rar_archive_says_that_no_password_helps_here(tmp_path):
    path = put(tmp_path, rar(MEMBERS, locked=frozenset(MEMBERS)), "locked.rar")

    with pytest.raises(UnreadableFile) as refused:
        read_here(path, passwords=("correct horse",))

    assert refused.value.code == "encrypted"
    assert "nothing here opens a protected 7-Zip or RAR archive" in refused.value.sentence


def test_without_libarchive_a_7z_archive_is_not_searchable_and_says_how_it_could_be(tmp_path, monkeypatch):
    monkeypatch.setattr(libarchive, "is_here", lambda: False)

    reading = read_here(put(tmp_path, b"7z\xbc\xaf'\x1c\x00\x04" + bytes(60)))

    assert "install it (libarchive13 in Debian and Ubuntu)" in reading.not_searchable
