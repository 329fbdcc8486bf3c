"""System calls that a child which opens strangers' files never needs, refused by the kernel from then on.

A filter of the kernel's own small machine (seccomp(2), bpf): it looks at the number of each call and, for `socket`,
at the family asked for. Refused calls fail with EPERM, as if not permitted; nothing is killed.
"""

import ctypes
import errno
import os
import struct

_PR_SET_SECCOMP = 22
_FILTER = 2
_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_ALLOW, _REFUSE = 0x7FFF0000, 0x00050000 | errno.EPERM
_NUMBER, _ARCHITECTURE, _FIRST_ARGUMENT = 0, 4, 16
_OTHER_NUMBERING = 0x40000000
_AF_UNIX = 1

# The machine's name, what the kernel calls it in a filter, and the numbers of the calls there.
_CALLS: dict[str, tuple[int, dict[str, int]]] = {
    "x86_64": (
        0xC000003E,
        {
            "socket": 41, "ptrace": 101, "setsid": 112, "setpgid": 109, "pivot_root": 155, "mount": 165, "umount2": 166,
            "swapon": 167, "reboot": 169, "init_module": 175, "delete_module": 176, "kexec_load": 246, "add_key": 248,
            "request_key": 249, "keyctl": 250, "unshare": 272, "perf_event_open": 298, "open_by_handle_at": 304,
            "setns": 308, "process_vm_readv": 310, "process_vm_writev": 311, "finit_module": 313, "bpf": 321,
            "userfaultfd": 323, "io_uring_setup": 425,
        },
    ),
    "aarch64": (
        0xC00000B7,
        {
            "socket": 198, "ptrace": 117, "setsid": 157, "setpgid": 154, "pivot_root": 41, "mount": 40, "umount2": 39,
            "swapon": 224, "reboot": 142, "init_module": 105, "delete_module": 106, "kexec_load": 104, "add_key": 217,
            "request_key": 218, "keyctl": 219, "unshare": 97, "perf_event_open": 241, "open_by_handle_at": 265,
            "setns": 268, "process_vm_readv": 270, "process_vm_writev": 271, "finit_module": 273, "bpf": 280,
            "userfaultfd": 282, "io_uring_setup": 425,
        },
    ),
}  # fmt: skip


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))


def refuse_calls() -> bool:
    """This process and all it starts are refused those calls for good; False where the system has no such filter.

    `no_new_privs` must be set before. `setsid` and `setpgid` are among them, so that whatever a child starts stays in
    the group that is ended with it.
    """
    known = _CALLS.get(os.uname().machine)
    if known is None:
        return False
    program = filter_for(*known)
    held = _Program(len(program) // 8, program)
    return bool(ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_SECCOMP, _FILTER, ctypes.byref(held), 0, 0) == 0)


def filter_for(architecture: int, calls: dict[str, int]) -> bytes:
    """The filter: other architectures and numberings refused, the calls refused, sockets only on this machine."""
    refused = [number for name, number in calls.items() if name != "socket"]
    lines = [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_EQUAL, 1, 0, architecture),
        (_RETURN, 0, 0, _REFUSE),
        (_LOAD, 0, 0, _NUMBER),
        (_AT_LEAST, 0, 1, _OTHER_NUMBERING),
        (_RETURN, 0, 0, _REFUSE),
    ]
    for number in refused:
        lines += [(_EQUAL, 0, 1, number), (_RETURN, 0, 0, _REFUSE)]
    lines += [
        (_EQUAL, 0, 3, calls["socket"]),
        (_LOAD, 0, 0, _FIRST_ARGUMENT),
        (_EQUAL, 1, 0, _AF_UNIX),
        (_RETURN, 0, 0, _REFUSE),
        (_RETURN, 0, 0, _ALLOW),
    ]
    return b"".join(struct.pack("<HBBI", *line) for line in lines)
