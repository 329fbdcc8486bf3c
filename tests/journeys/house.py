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
from datetime import timedelta
from pathlib import Path

import pikepdf

from access.policy import Role
from samples.make import make_all
from samples.spec import Spec, read_specs
from store import clock

ROOT = Path(__file__).parent.parent.parent
AUTHORITY = "Pellingford Borough Council"
BATCH = "Boxes from the county store"
PASSWORD = "four quiet herons wading"
STARTING_SECONDS = 90
STOPPING_SECONDS = 20
QUARANTINE_EXIT = 3

OFFICER, SECOND_OFFICER = "officer@pellingford.example", "second@pellingford.example"
LAWYER, LEADER = "lawyer@pellingford.example", "leader@pellingford.example"
ADMINISTRATOR = "administrator@pellingford.example"
PEOPLE = {
    OFFICER: Role.RECORDS_OFFICER,
    SECOND_OFFICER: Role.RECORDS_OFFICER,
    LAWYER: Role.LEGAL,
    LEADER: Role.LEADER,
    ADMINISTRATOR: Role.ADMINISTRATOR,
}

COMPLAINT = "Social Services/Box 9/Draymoor complaint/1972 letter from Mrs Draymoor.pdf"
MINUTES_1977 = "Social Services/Box 11/1977 Children's Homes Sub-Committee 4 July.pdf"
MINUTES_2002 = "Z drive/ACPC/2002 procedures sub-group minutes.docx"
HONOUR = "Chief Executive/Box 1/1979 nomination Mr L Osterwain.pdf"
HONOUR_MAIL = "Z drive/E-mail saved/2001-02-06 FW OBE nomination.eml"
LOG_BOOK = "Social Services/Box 14/Ravelstoke House daily log 1974 vol 3.pdf"
REGISTER = "Z drive/Placements/2003 register of placements.xlsx"
WELSH = "Social Services/Box 16/1981 placement at Plas Gwernhwr.pdf"
ADVICE = "Legal/Box 2/1996 insurers advice on reply.pdf"
PLAYGROUND = "Parks/Box 1/1972 children's playground equipment.pdf"
GRITTING = "Z drive/Highways/2010 gritting routes.txt"
GRITTING_COPY = "Z drive/Highways/Gritting 2010 (copy for web).txt"
LOCKED = "Z drive/LSCB/2013 CSE panel minutes (locked).pdf"
TAKEN_IN = (COMPLAINT, MINUTES_1977, MINUTES_2002, HONOUR, HONOUR_MAIL, LOG_BOOK, REGISTER, WELSH, ADVICE, PLAYGROUND)
TAKEN_IN += (GRITTING, GRITTING_COPY, LOCKED)

# Handed over in the browser.
STRATEGY = "Social Services/Box 21/1991 strategy meeting.pdf"
RESURFACING = "Borough Engineer/Box 5/1971 resurfacing Moor Lane.pdf"
HANDED_OVER = (STRATEGY, RESURFACING)
LOG_BOOK_PAGES = 3

REQUEST = "PI-009"
FAILING = (
    *("--title", "Checks on foster households were not always carried out", "--kind", "supervision"),
    *("--body", "Social Services Department", "--from", "1998-04-01", "--to", "2002-03-31"),
    *("--should", "Each household should have been checked again every three years."),
    *("--policy", "The department’s own procedure of 1998."),
    *("--did", "The sub-group was told that the checks had not been carried out in every case."),
    *("--certainty", "established", "--owner", "Director of Children’s Services"),
    *("--action", "Every household of those years is looked up, and the inquiry told what is found."),
)


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
    furnish(line, references)
    return references


def furnish(line: CommandLine, references: dict[str, str]) -> None:
    """There is a request of the inquiry, something to show under costs, and a failing on the register."""
    today = clock.today()
    days = [(today - timedelta(weeks=weeks)).isoformat() for weeks in (0, 2, 6, 11)]
    next_month = (today + timedelta(days=30)).isoformat()
    asked = ["--received", days[1], "--due", next_month, "--paragraph", "1: All minutes about children in its homes."]
    line.run("requests", "add", REQUEST, "--title", "Children’s homes of the borough", *asked, "--by", LAWYER)
    line.run("costs", "rate", "records-officer", "24.60", "--from", (today - timedelta(weeks=60)).isoformat())
    for day, activity, minutes in ((days[3], "scan", "960"), (days[2], "first-review", "1260")):
        logged = ["--role", "records-officer", "--activity", activity, "--minutes", minutes, "--items", "12"]
        line.run("costs", "effort", *logged, "--day", day, "--by", OFFICER)
    for day, category, supplier, net in (
        (days[3], "scanning", "Fenwright Imaging", "1180.00"),
        (days[1], "external-solicitors", "Tarn & Hollis", "2250.00"),
    ):
        line.run("costs", "spend", "--category", category, "--supplier", supplier, "--net", net, "--day", day)
    line.run("failings", "add", *FAILING, "--evidence", f"{references[MINUTES_2002]}:1", "--by", LAWYER)


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
        assert lines and lines[-1].startswith("Candour is at"), f"The server did not start: {''.join(lines)}"
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
