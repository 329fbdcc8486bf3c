"""Makes archives for tests, hostile ones included, from trees of names and bytes."""

import bz2
import ctypes
import gzip
import io
import lzma
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path

Tree = dict[str, "bytes | tuple[str, Tree]"]
PACKERS = {"gz": gzip.compress, "bz2": bz2.compress, "xz": lzma.compress}


def zipped(members: dict[str, bytes], *, packing: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", packing) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


def stored(members: dict[str, bytes]) -> bytes:
    """A ZIP that compresses nothing: its members stand in it as they are."""
    return zipped(members, packing=zipfile.ZIP_STORED)


def tarred(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def packed(kind: str, tree: Tree) -> bytes:
    """The tree as an archive of this kind, the archives in it packed first."""
    members = {name: node if isinstance(node, bytes) else packed(*node) for name, node in tree.items()}
    if kind == "zip":
        return zipped(members)
    return tarred(members) if kind == "tar" else PACKERS[kind.removeprefix("tar.")](tarred(members))


def many_layered_bomb(layers: int = 6, copies: int = 16, size: int = 4 * 1024**2) -> bytes:
    """An archive of archives of archives, each holding copies of one, as the best known of its kind does."""
    data = bytes(size)
    for _ in range(layers):
        data = zipped({f"{number}.zip": data for number in range(copies)})
    return data


def seven_zip(path: Path, members: dict[str, bytes]) -> None:
    """A 7-Zip archive, written by the system's libarchive."""
    _by_libarchive("7zip", path, members)


def disc_image(path: Path, members: dict[str, bytes]) -> None:
    """A CD image (ISO 9660 with long names), written by the system's libarchive."""
    _by_libarchive("iso9660", path, members)


def cabinet(members: dict[str, bytes]) -> bytes:
    """A cabinet whose one folder is not compressed, after the published format (MS-CAB, 2.1 to 2.4)."""
    whole = b"".join(members.values())
    blocks = b""
    for start in range(0, len(whole), 32768):
        part = whole[start : start + 32768]
        blocks += struct.pack("<LHH", 0, len(part), len(part)) + part
    files, at = b"", 0
    for name, data in members.items():
        files += struct.pack("<LLHHHH", len(data), at, 0, 0x5A21, 0, 0x20 | 0x80) + name.encode() + b"\0"
        at += len(data)
    first_file = 36 + 8
    first_block = first_file + len(files)
    header = struct.pack(
        "<4sLLLLLBBHHHHH", b"MSCF", 0, first_block + len(blocks), 0, first_file, 0, 3, 1, 1, len(members), 0, 0, 0
    )
    count = -(-len(whole) // 32768)
    return header + struct.pack("<LHH", first_block, count, 0) + files + blocks


def rar(members: dict[str, bytes], *, locked: frozenset[str] = frozenset()) -> bytes:
    """A RAR 4 archive of stored members, after its published technical note; those `locked` say they are encrypted."""
    out = b"Rar!\x1a\x07\x00" + _rar_block(0x73, 0, bytes(6))
    for name, data in members.items():
        flags = 0x8000 | (0x04 if name in locked else 0)
        told = name.encode()
        fields = struct.pack(
            "<LLBLLBBHL", len(data), len(data), 3, zlib.crc32(data), 0x5A210000, 20, 0x30, len(told), 0o100644
        )
        out += _rar_block(0x74, flags, fields + told) + data
    return out + _rar_block(0x7B, 0x4000, b"")


def _rar_block(kind: int, flags: int, body: bytes) -> bytes:
    head = struct.pack("<BHH", kind, flags, 7 + len(body)) + body
    return struct.pack("<H", zlib.crc32(head) & 0xFFFF) + head


def _by_libarchive(kind: str, path: Path, members: dict[str, bytes]) -> None:
    library = ctypes.CDLL("libarchive.so.13")
    for name in ("archive_write_new", "archive_entry_new"):
        getattr(library, name).restype = ctypes.c_void_p
    archive = ctypes.c_void_p(library.archive_write_new())
    getattr(library, f"archive_write_set_format_{kind}")(archive)
    assert library.archive_write_open_filename(archive, bytes(path)) == 0
    for name, data in members.items():
        entry = ctypes.c_void_p(library.archive_entry_new())
        library.archive_entry_copy_pathname_w(entry, ctypes.c_wchar_p(name))
        library.archive_entry_set_size(entry, ctypes.c_int64(len(data)))
        library.archive_entry_set_filetype(entry, 0o100000)
        library.archive_entry_set_perm(entry, 0o644)
        assert library.archive_write_header(archive, entry) == 0
        library.archive_write_data(archive, data, ctypes.c_size_t(len(data)))
        library.archive_entry_free(entry)
    library.archive_write_close(archive)
    library.archive_write_free(archive)


def _next_byte(keys: list[int]) -> int:
    mixed = (keys[2] | 2) & 0xFFFF
    return (mixed * (mixed ^ 1) >> 8) & 0xFF


def _stir(keys: list[int], byte: int) -> None:
    """The old protection of ZIP (APPNOTE 6.1.5)."""
    keys[0] = zlib.crc32(bytes([byte]), keys[0] ^ 0xFFFFFFFF) ^ 0xFFFFFFFF
    keys[1] = ((keys[1] + (keys[0] & 0xFF)) * 134775813 + 1) & 0xFFFFFFFF
    keys[2] = zlib.crc32(bytes([keys[1] >> 24]), keys[2] ^ 0xFFFFFFFF) ^ 0xFFFFFFFF


def _locked(data: bytes, password: str) -> bytes:
    keys = [0x12345678, 0x23456789, 0x34567890]
    for byte in password.encode():
        _stir(keys, byte)
    out = bytearray()
    for byte in bytes(11) + bytes([zlib.crc32(data) >> 24]) + data:
        out.append(byte ^ _next_byte(keys))
        _stir(keys, byte)
    return bytes(out)


def zip_with_locked(members: dict[str, bytes], passwords: dict[str, str]) -> bytes:
    """A ZIP in which each member named in `passwords` is under that password, and the others are open."""
    body, directory = b"", b""
    for name, data in members.items():
        held = _locked(data, passwords[name]) if name in passwords else data
        common = struct.pack(
            "<5H3L2H", 20, int(name in passwords), 0, 0, 0x21, zlib.crc32(data), len(held), len(data), len(name), 0
        )
        directory += b"PK\x01\x02" + struct.pack("<H", 20) + common
        directory += struct.pack("<3H2L", 0, 0, 0, 0, len(body)) + name.encode()
        body += b"PK\x03\x04" + common + name.encode() + held
    count, at = len(members), len(body)
    return body + directory + struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, count, count, len(directory), at, 0)


def spoilt(data: bytes, part: str) -> bytes:
    """The ZIP with one byte of this part's packed content changed."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        info = archive.getinfo(part)
    at = info.header_offset + 30 + len(part) + info.compress_size // 2
    return data[:at] + bytes([data[at] ^ 0xFF]) + data[at + 1 :]


def rewritten(data: bytes, parts: Mapping[str, bytes | None]) -> bytes:
    """The ZIP with these parts' content, and without those that are None."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as before, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as after:
        for name in before.namelist():
            content = parts[name] if name in parts else before.read(name)
            if content is not None:
                after.writestr(name, content)
    return out.getvalue()
