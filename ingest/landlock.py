"""Where a child may write: nowhere but in its own folder (Landlock, the kernel's own, from Linux 5.13 on).

Reading stays open, because a reader needs its libraries and the file; without a network what it reads goes nowhere.
"""

import ctypes
import os
import struct
from collections.abc import Sequence
from pathlib import Path

_CREATE, _ADD_RULE, _RESTRICT = 444, 445, 446  # the same on every machine
_VERSION = 1
_BENEATH = 1
_WRITE_FILE, _REMOVE_FILE, _MAKE_SOCKET = 1 << 1, 1 << 5, 1 << 9
# Removing and making what stands in folders, of every kind.
_CHANGE_FOLDERS = sum(1 << bit for bit in range(4, 13))
_REFER, _TRUNCATE = 1 << 13, 1 << 14
# One by one: the whole of /dev would take in /dev/shm, which is memory that others keep files in.
_DEVICES = tuple(Path("/dev") / name for name in ("null", "zero", "full", "random", "urandom", "tty"))


def write_only_in(folders: Sequence[Path]) -> bool:
    """This process and all it starts may write in these folders alone; False where the system cannot see to it.

    `no_new_privs` must be set before. The devices of `_DEVICES` may be written to, and sockets be made in `/tmp`,
    which LibreOffice insists on.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    version = libc.syscall(_CREATE, None, 0, _VERSION)
    if version < 1:
        return False
    handled = _WRITE_FILE | _CHANGE_FOLDERS
    handled |= _REFER if version >= 2 else 0
    handled |= _TRUNCATE if version >= 3 else 0
    attributes = ctypes.create_string_buffer(struct.pack("<Q", handled), 8)
    rules = libc.syscall(_CREATE, attributes, 8, 0)
    if rules < 0:
        return False
    try:
        allowed = [(folder, handled) for folder in folders]
        allowed += [(device, handled & (_WRITE_FILE | _TRUNCATE)) for device in _DEVICES]
        allowed.append((Path("/tmp"), _REMOVE_FILE | _MAKE_SOCKET))  # noqa: S108
        for folder, rights in allowed:
            if not _allow(libc, rules, folder, rights):
                return False
        return bool(libc.syscall(_RESTRICT, rules, 0) == 0)
    finally:
        os.close(rules)


def _allow(libc: ctypes.CDLL, rules: int, folder: Path, rights: int) -> bool:
    try:
        place = os.open(folder, os.O_PATH | os.O_CLOEXEC)
    except FileNotFoundError:
        return True  # what is not there needs no right
    try:
        rule = ctypes.create_string_buffer(struct.pack("<Qi", rights, place), 12)
        return bool(libc.syscall(_ADD_RULE, rules, _BENEATH, rule, 0) == 0)
    finally:
        os.close(place)
