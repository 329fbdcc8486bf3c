"""The served archive of the journeys: made by the command line, served by it, and ended by its own process id."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pikepdf

from samples.make import make_all
from samples.spec import Spec, read_specs
from tests.journeys.furnishing import furnish
from tests.journeys.names import (
    ADVICE,
    AUTHORITY,
    BATCH,
    COMPLAINT,
    GRITTING,
    GRITTING_COPY,
    HANDED_OVER,
    HONOUR,
    HONOUR_MAIL,
    LOCKED,
    LOG_BOOK,
    MINUTES_1977,
    MINUTES_2002,
    PASSWORD,
    PEOPLE,
    PLAYGROUND,
    REGISTER,
    WELSH,
)

ROOT = Path(__file__).parent.parent.parent
STARTING_SECONDS = 90
STOPPING_SECONDS = 20
QUARANTINE_EXIT = 3

TAKEN_IN: tuple[str, ...] = (
    COMPLAINT,
    MINUTES_1977,
    MINUTES_2002,
    HONOUR,
    HONOUR_MAIL,
    LOG_BOOK,
    REGISTER,
    WELSH,
    ADVICE,
    PLAYGROUND,
    GRITTING,
    GRITTING_COPY,
    LOCKED,
)
LOG_BOOK_PAGES = 3


@dataclass(frozen=True)
class House:
    """The archive as it is served."""

    url: str
    data: Path
    papers: Path
    references: dict[str, str] = field(default_factory=dict)

    def paper(self, path: str) -> Path:
        """The file of this name, to be handed over in the browser."""
        return self.papers / "handed over" / path

    def reference_of(self, path: str) -> str:
        """The record made of this file."""
        return self.references[path]


def free_port() -> int:
    """A port of this machine which nothing listens on."""
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        number: int = asked.getsockname()[1]
        return number


def make_papers(folder: Path) -> None:
    """A few papers of the sample archive: those taken in before, and those handed over in the browser."""
    wanted = [spec for spec in read_specs() if spec.path in TAKEN_IN + HANDED_OVER]
    made = make_all(wanted)
    for spec in wanted:
        target = folder / ("handed over" if spec.path in HANDED_OVER else "taken in") / spec.path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(made[spec.path].data)
    _shorten(folder / "taken in" / LOG_BOOK, wanted)


def _shorten(log_book: Path, wanted: list[Spec]) -> None:
    """The log book keeps its first pages: the journeys need its handwriting, not its length."""
    assert any(spec.path == LOG_BOOK for spec in wanted)
    with pikepdf.open(log_book, allow_overwriting_input=True) as book:
        del book.pages[LOG_BOOK_PAGES:]
        book.save(log_book)


class CommandLine:
    """Runs `candour` on the archive of the journeys."""

    def __init__(self, data: Path, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
        self.environment = {
            **kept,
            "CANDOUR_DATA": str(data),
            "CANDOUR_PORT": str(port),
            "CANDOUR_URL": self.url,
            "CANDOUR_PROCESSES": "2",
            "CANDOUR_AUTHORITY": AUTHORITY,
        }

    def run(self, *arguments: str, given: str = "", expect: int = 0) -> dict[str, object]:
        """The command's answer, as the JSON object it printed."""
        done = subprocess.run(
            [sys.executable, "-m", "cli", *arguments, "--json"],
            cwd=ROOT,
            env=self.environment,
            input=given,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == expect, f"candour {' '.join(arguments)} ended with {done.returncode}: {done.stderr}"
        answer: dict[str, object] = json.loads(done.stdout)
        return answer

    def start(self) -> "subprocess.Popen[str]":
        """The server, with its worker inside, in a process group of its own."""
        return subprocess.Popen(
            [sys.executable, "-m", "cli", "serve"],
            cwd=ROOT,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )


def make_archive(line: CommandLine, papers: Path) -> dict[str, str]:
    """The archive has its people and its first batch; what is said of each file is its record's reference."""
    line.run("init")
    for email, role in PEOPLE.items():
        line.run("users", "add", email, "--role", role.value, "--password-stdin", given=f"{PASSWORD}\n")
    outcome = line.run(
        "ingest",
        str(papers),
        "--batch",
        BATCH,
        "--source",
        "County store, bay 3",
        expect=QUARANTINE_EXIT,
    )
    items = outcome["items"]
    assert isinstance(items, list)
    references = {_within(item["path"]): item["record"] for item in items if item["record"]}
    furnish(line.environment, references)
    return references


def _within(path: str) -> str:
    return path.partition("taken in/")[2] or path


@contextmanager
def serving(line: CommandLine, log: Path) -> Iterator[None]:
    """The server answers; at the end it is gone, and it logged no fault."""
    process = line.start()
    lines: list[str] = []
    too_long = threading.Timer(STARTING_SECONDS, process.kill)
    too_long.start()
    try:
        assert process.stderr is not None
        for said in process.stderr:
            lines.append(said)
            if said.startswith("Candour is at"):
                break
        too_long.cancel()
        assert "Candour is at" in "".join(lines), f"The server did not start: {''.join(lines)}"
        drain = threading.Thread(target=lines.extend, args=(process.stderr,), daemon=True)
        drain.start()
        yield
    finally:
        too_long.cancel()
        _end(process)
    drain.join(STOPPING_SECONDS)
    process.stderr.close()
    log.write_text("".join(lines), encoding="utf-8")
    faults = [said for said in lines if "Traceback" in said or " ERROR " in said]
    assert not faults, f"The server logged a fault: {''.join(faults)} (the whole log is {log})"


def _end(process: "subprocess.Popen[str]") -> None:
    """The server, and every process it began, is gone."""
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
    try:
        process.wait(STOPPING_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(STOPPING_SECONDS)
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return
