"""What a child may use, applied inside the child before it has touched a file."""

import ctypes
import os
import resource
import signal
import threading
from collections.abc import Sequence
from pathlib import Path

from ingest.landlock import write_only_in
from ingest.seccomp import refuse_calls

_CLONE_NEWUSER = 0x10000000
_CLONE_NEWNET = 0x40000000
_PR_SET_PDEATHSIG = 1
_PR_SET_NO_NEW_PRIVS = 38
# What `confine` achieved in this process; empty in one that was never confined.
IN_FORCE: dict[str, bool] = {}
MAXIMUM_WRITTEN_BYTES = 2 * 1024**3
MAXIMUM_OPEN_FILES = 128
MAXIMUM_FURTHER_PROCESSES = 128  # LibreOffice alone has some thirty threads


def confine(
    *, memory_bytes: int, parent_pid: int, die_with_parent_thread: bool, writable: Sequence[Path]
) -> dict[str, bool]:
    """This process is limited, writes only in its own folders and has no network, where the system allows these.

    Returns what was achieved.

    Must run before any thread is started: a process with threads cannot leave its user namespace.
    """
    report = {"network_closed": _leave_network(), "memory_limited": _limit(resource.RLIMIT_AS, memory_bytes)}
    report["files_limited"] = _limit(resource.RLIMIT_FSIZE, MAXIMUM_WRITTEN_BYTES)
    report["descriptors_limited"] = _limit(resource.RLIMIT_NOFILE, MAXIMUM_OPEN_FILES)
    report["core_dumps_off"] = _limit(resource.RLIMIT_CORE, 0)
    libc = ctypes.CDLL(None, use_errno=True)
    report["processes_limited"] = _limit_processes()
    report["no_new_privileges"] = libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0
    report["writes_confined"] = write_only_in(writable)
    report["calls_refused"] = refuse_calls()
    # After unshare: a change of credentials clears the death signal. It follows the THREAD that started us, so it is
    # asked for only when that was the main thread; the lifeline below serves every case.
    if die_with_parent_thread:
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent_pid:
            os._exit(1)
    IN_FORCE.update(report)
    return report


def _limit(kind: int, value: int) -> bool:
    _, hard = resource.getrlimit(kind)
    wanted = value if hard == resource.RLIM_INFINITY else min(value, hard)
    try:
        # Only the soft limit: LibreOffice, which a child may start, is given a wider one of its own.
        resource.setrlimit(kind, (wanted, hard))
    except (OSError, ValueError):
        return False
    return True


def _limit_processes() -> bool:
    """No more than a few processes and threads beside those this user has; root is not bound by such a limit."""
    user = os.getuid()
    if user == 0:
        return False
    running = 0
    for entry in os.scandir("/proc"):
        if entry.name.isdecimal():
            try:
                running += sum(1 for _ in os.scandir(f"/proc/{entry.name}/task")) * (entry.stat().st_uid == user)
            except OSError:
                continue  # it has ended meanwhile
    return _limit(resource.RLIMIT_NPROC, running + MAXIMUM_FURTHER_PROCESSES)


def _leave_network() -> bool:
    libc = ctypes.CDLL(None, use_errno=True)
    user, group = os.getuid(), os.getgid()
    if libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET) == 0:
        _keep_identity(user, group)
        return True
    return bool(libc.unshare(_CLONE_NEWNET) == 0)


def _keep_identity(user: int, group: int) -> None:
    """Stay the same user inside the new namespace; without it files still open, but look like nobody's."""
    try:
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
        Path("/proc/self/gid_map").write_text(f"{group} {group} 1")
    except OSError:
        return


def allow_processor_seconds(seconds: float) -> None:
    """This process may use so many more seconds of processor time, and is ended by the system beyond that."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime + seconds) + 2, hard))


def end_with(lifeline: int) -> None:
    """This process ends as soon as the other end of the pipe is closed, whatever it is doing then."""

    def wait() -> None:
        os.read(lifeline, 1)
        os._exit(1)

    threading.Thread(target=wait, daemon=True, name="lifeline").start()
