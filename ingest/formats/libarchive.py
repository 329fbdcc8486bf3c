"""The system's libarchive, where it is installed: 7-Zip, RAR, CAB and disc images, and ZIPs that need more than zlib.

Loaded by its own name, never searched for, and only with formats that it reads by itself: its filters can start
programs, and none is switched on.
"""

import ctypes
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

_NAMES = ("libarchive.so.13", "libarchive.13.dylib")
_FORMATS = ("7zip", "rar", "rar5", "cab", "iso9660", "zip")
# A ZIP read member after member, whatever its table of contents says.
_FROM_THE_FRONT = ("zip_streamable",)
_BLOCK = 1 << 20
# What its functions answer (archive.h).
_OK, _END, _WARN = 0, 1, -20
_FORMAT_MASK, _ZIP = 0xFF0000, 0x050000
_KIND, _FOLDER, _FILE = 0o170000, 0o040000, 0o100000


class ArchiveDamagedError(Exception):
    """Libarchive cannot go on with this archive; the message is its own, and may quote the file."""


class MemberLockedError(Exception):
    """The member is protected and none of the passwords opens it."""


@dataclass(frozen=True)
class Entry:
    """One thing in an archive; its bytes are read before the next is asked for."""

    name: str
    is_folder: bool
    is_file: bool
    # Protected in a format whose passwords libarchive does not know: it would give the protected bytes as they are.
    is_locked: bool
    _archive: Any

    def chunks(self) -> Iterator[bytes]:
        """The member's bytes, a piece at a time.

        Raises:
            MemberLockedError: It is protected and no password opens it.
            ArchiveDamagedError: It is damaged.
        """
        if self.is_locked:
            raise MemberLockedError("protected, and libarchive opens no protected member of this format")
        buffer = ctypes.create_string_buffer(_BLOCK)
        while (size := _library().archive_read_data(self._archive, buffer, _BLOCK)) > 0:
            yield buffer.raw[:size]
        if size < 0:
            raise _problem(self._archive)


def is_here() -> bool:
    """Whether this machine has it."""
    return _load() is not None


@contextmanager
def entries(path: Path, passwords: Sequence[str] = (), *, from_the_front: bool = False) -> Iterator[Iterator[Entry]]:
    """The things in the archive in their order; call it only where `is_here`.

    `from_the_front` reads a ZIP whose table of contents is lost.

    Raises:
        ArchiveDamagedError: It cannot be opened. Reading on raises it, or `MemberLockedError`, as well.
    """
    library = _library()
    archive = ctypes.c_void_p(library.archive_read_new())
    try:
        for name in _FROM_THE_FRONT if from_the_front else _FORMATS:
            getattr(library, f"archive_read_support_format_{name}")(archive)
        for password in passwords:
            library.archive_read_add_passphrase(archive, password.encode())
        if library.archive_read_open_filename(archive, bytes(path), 1 << 16) != _OK:
            raise _problem(archive)
        yield _each(archive)
    finally:
        library.archive_read_free(archive)


def _each(archive: Any) -> Iterator[Entry]:
    library = _library()
    entry = ctypes.c_void_p()
    while (answer := library.archive_read_next_header(archive, ctypes.byref(entry))) != _END:
        if answer < _WARN:
            raise _problem(archive)
        kind = library.archive_entry_filetype(entry) & _KIND
        name = _name(entry)
        is_folder = kind == _FOLDER or name.endswith("/")
        is_protected = bool(library.archive_entry_is_data_encrypted(entry))
        is_locked = is_protected and library.archive_format(archive) & _FORMAT_MASK != _ZIP
        yield Entry(name, is_folder, not is_folder and kind in (_FILE, 0), is_locked, archive)


def _name(entry: Any) -> str:
    library = _library()
    wide = library.archive_entry_pathname_w(entry)
    if wide is not None:
        return str(wide)
    plain = library.archive_entry_pathname_utf8(entry) or library.archive_entry_pathname(entry) or b""
    return bytes(plain).decode("utf-8", "surrogateescape")


def _problem(archive: Any) -> Exception:
    said = (_library().archive_error_string(archive) or b"").decode("utf-8", "replace")
    if any(word in said.lower() for word in ("encrypt", "passphrase", "password")):
        return MemberLockedError(said)
    return ArchiveDamagedError(said)


@cache
def _load() -> ctypes.CDLL | None:
    for name in _NAMES:
        try:
            library = ctypes.CDLL(name)
        except OSError:
            continue
        handle, text = ctypes.c_void_p, ctypes.c_char_p
        declared: dict[str, tuple[Any, list[Any]]] = {
            "archive_read_new": (handle, []),
            "archive_read_free": (ctypes.c_int, [handle]),
            "archive_read_add_passphrase": (ctypes.c_int, [handle, text]),
            "archive_read_open_filename": (ctypes.c_int, [handle, text, ctypes.c_size_t]),
            "archive_read_next_header": (ctypes.c_int, [handle, ctypes.POINTER(handle)]),
            "archive_read_data": (ctypes.c_ssize_t, [handle, ctypes.c_char_p, ctypes.c_size_t]),
            "archive_entry_pathname": (text, [handle]),
            "archive_entry_pathname_utf8": (text, [handle]),
            "archive_entry_pathname_w": (ctypes.c_wchar_p, [handle]),
            "archive_entry_filetype": (ctypes.c_uint, [handle]),
            "archive_entry_is_data_encrypted": (ctypes.c_int, [handle]),
            "archive_format": (ctypes.c_int, [handle]),
            "archive_error_string": (text, [handle]),
            **{
                f"archive_read_support_format_{name}": (ctypes.c_int, [handle])
                for name in (*_FORMATS, *_FROM_THE_FRONT)
            },
        }
        for function, (result, arguments) in declared.items():
            getattr(library, function).restype = result
            getattr(library, function).argtypes = arguments
        return library
    return None


def _library() -> ctypes.CDLL:
    library = _load()
    if library is None:
        raise ArchiveDamagedError("libarchive is not installed on this machine")
    return library
