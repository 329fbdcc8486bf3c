"""The command line as scripts use it: names, exit codes, one JSON object on standard output."""

import errno
import hashlib
import io
import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pikepdf
import pytest

from cli.main import main
from records.register import find_record
from retention import holds
from store.audit import AuditEvent
from store.audit_actions import AuditAction

ROOT = Path(__file__).parent.parent.parent
PASSWORD = "a long enough password"


class CommandLine:
    """Runs `candour`, with an environment of its own: as a program, or sooner inside this one."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.environment = {"CANDOUR_DATA": str(data), "PATH": os.environ["PATH"], "CANDOUR_PROCESSES": "1"}

    def program(self, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """What a shell gets, at a second for each start of Python."""
        return subprocess.run(
            [sys.executable, "-m", "cli", *arguments],
            cwd=ROOT,
            env=self.environment,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=300,
        )

    def run(self, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """The same entry, in this process."""
        out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _ in range(2))
        given = io.TextIOWrapper(io.BytesIO(stdin.encode()), encoding="utf-8")
        with pytest.MonkeyPatch.context() as patch, pytest.raises(SystemExit) as ended:
            for name in list(os.environ):
                patch.delenv(name)
            for name, value in self.environment.items():
                patch.setenv(name, value)
            patch.chdir(ROOT)
            patch.setattr(sys, "argv", ["candour", *arguments])
            patch.setattr(sys, "stdin", given)
            patch.setattr(sys, "stdout", out)
            patch.setattr(sys, "stderr", err)
            main()
        said = [stream.buffer.getvalue().decode() for stream in (out, err)]
        return subprocess.CompletedProcess(arguments, int(ended.value.code or 0), *said)

    def answer(self, *arguments: str, stdin: str = "", code: int = 0) -> dict:
        done = self.run(*arguments, "--json", stdin=stdin)
        assert done.returncode == code, done.stderr
        return json.loads(done.stdout)

    def refusal(self, *arguments: str, code: int, lines: int = 1) -> str:
        done = self.run(*arguments)
        assert done.returncode == code, (done.returncode, done.stdout, done.stderr)
        assert "Traceback" not in done.stderr
        assert len(done.stderr.rstrip().splitlines()) == lines
        return done.stderr.rstrip()


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> CommandLine:
    """An archive with two users and three files in it."""
    folder = tmp_path_factory.mktemp("cli")
    made = CommandLine(folder / "data")
    made.answer("init")
    for email, role in (
        ("officer@example.org", "records-officer"),
        ("second@example.org", "records-officer"),
        ("lawyer@example.org", "legal"),
    ):
        made.answer("users", "add", email, "--role", role, "--password-stdin", stdin=PASSWORD)
    share = folder / "share"
    share.mkdir()
    (share / "complaint.txt").write_text(
        "Memorandum, 4 May 1974. A boy of eleven at Larkmoor children's home alleged that the housemaster had "
        "interfered with him. The matter was not minuted and no further action was taken.\n"
    )
    (share / "roads.txt").write_text("Resurfacing of the High Street, 9 June 1981. The kerbs are in hand.\n")
    (share / "advice.txt").write_text("Legal advice on the claim about Larkmoor, 2 March 1992.\n")
    made.share = share
    done = made.answer("ingest", str(share), "--batch", "Box 14", "--source", "County store")
    assert done["registered"] == 3
    return made


def test_a_program_answers_on_standard_output_and_refuses_on_standard_error(line):
    answered = line.program("search", "larkmoor", "--json")
    refused = line.program("records", "show", "R999999")

    assert (answered.returncode, json.loads(answered.stdout)["total"], answered.stderr) == (0, 2, "")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert len(refused.stderr.rstrip().splitlines()) == 1


def reference(line: CommandLine, name: str) -> str:
    records = line.answer("records", "list")["records"]
    return next(record["record"] for record in records if record["file"] == name)


def test_ingest_answers_with_the_arithmetic_and_every_item(line):
    again = line.answer("ingest", str(line.share), "--batch", "Box 14", "--source", "County store")

    assert set(again) >= {"batch", "found", "registered", "duplicates", "quarantined", "pages", "ocr_pages", "seconds"}
    assert again["found"] == again["registered"] + again["duplicates"] + again["quarantined"] == 3
    assert set(again["items"][0]) >= {"path", "state", "reason", "record"}


def test_ingest_ends_with_three_when_something_was_quarantined(line, tmp_path):
    (tmp_path / "empty.txt").touch()

    answer = line.answer("ingest", str(tmp_path / "empty.txt"), "--batch", "Odd", "--source", "x", code=3)

    assert answer["quarantined"] == 1
    assert answer["items"][0]["reason"]


def test_a_record_shows_its_pages_files_holds_and_marks(line):
    shown = line.answer("records", "show", reference(line, "complaint.txt"))

    assert shown["pages"][0]["number"] == 1
    assert "housemaster" in shown["pages"][0]["text"]
    assert shown["pages"][0]["read_by"] == "native"
    assert set(shown["files"][0]) == {"name", "path", "sha256"}
    assert shown["holds"][0]["kind"] == "provisional"


def test_suggestions_show_the_words_and_the_page(line):
    found = line.answer("suggestions", reference(line, "complaint.txt"))["suggestions"]

    assert {item["category"] for item in found} >= {"allegations", "failings"}
    assert all(item["evidence"][0]["page"] == 1 and item["evidence"][0]["text"] for item in found)
    assert all(0 < item["strength"] <= 1 for item in found)


def test_a_held_record_is_not_purged_and_the_refusal_says_which_hold(line):
    sentence = line.refusal("purge", reference(line, "complaint.txt"), code=4)

    assert "hold " in sentence


def test_the_way_out_of_a_hold_is_two_readers_and_then_the_purge(line):
    roads = reference(line, "roads.txt")
    for item in line.answer("suggestions", roads)["suggestions"]:
        line.answer(
            "tag", roads, item["category"], "--reject", "--by", "officer@example.org", "--reason", "It is about roads."
        )
    alone = ("clear", roads, "--by", "officer@example.org", "--second", "officer@example.org", "--reason", "Roads.")
    assert "second reader" in line.refusal(*alone, code=4)

    line.answer("clear", roads, "--by", "officer@example.org", "--second", "second@example.org", "--reason", "Roads.")
    line.answer("purge", roads)

    assert line.answer("records", "show", roads)["pages"] == []
    assert line.answer("search", "kerbs")["total"] == 0


@pytest.mark.parametrize("cut_at", ["store.files.FileStore._finish_removal", "worker.steps.rebuild_index"])
def test_a_purge_that_was_cut_off_is_finished_by_the_same_command(
    archive, make_record, officer, second_officer, monkeypatch, cut_at
):
    def killed(*_: object, **__: object) -> None:
        raise SystemExit(137)

    lamps, line = make_record(b"lamps", text="on lamps"), CommandLine(archive.settings.data)
    line.answer("index", "rebuild")
    with archive.writing() as session:
        record = find_record(session, lamps, actor=officer)
        original = archive.files.original(record.sha256)
        holds.clear(session, record, reason="Lamps.", second=second_officer, actor=officer)
    with monkeypatch.context() as patch:
        patch.setattr(cut_at, killed)
        assert line.run("purge", lamps).returncode == 137

    again = line.run("purge", lamps)

    assert (again.returncode, again.stderr) == (0, "")
    assert again.stdout.startswith(f"{lamps} was purged on ")
    assert not original.exists()
    assert line.answer("search", "lamps")["total"] == 0
    with archive.reading() as session:
        told = [event.action for event in session.query(AuditEvent).order_by(AuditEvent.sequence)]
    assert (told.count(AuditAction.RECORD_PURGED), told.count(AuditAction.INDEX_REBUILT)) == (1, 2)


def test_tagging_needs_a_named_user_who_may(line):
    complaint = reference(line, "complaint.txt")
    tagged = line.answer(
        "tag", complaint, "failings", "--by", "officer@example.org", "--reason", "Not minuted.", "--paragraph", "R3"
    )
    assert tagged["outcome"] == "confirmed"
    assert "failings" in {hold["category"] for hold in tagged["holds"]}

    nobody = ("tag", complaint, "failings", "--by", "nobody@example.org", "--reason", "x")
    assert "is not a user" in line.refusal(*nobody, code=2)
    wrong = ("mark", complaint, "privileged", "--by", "officer@example.org", "--reason", "x")
    assert "may not" in line.refusal(*wrong, code=4)


def test_a_kept_search_is_listed_and_run_again(line):
    line.answer("search", "larkmoor", "--keep", "The home")

    (kept,) = line.answer("search", "kept")["searches"]
    again = line.answer("search", "rerun", str(kept["search"]))

    assert (kept["name"], kept["query"], kept["run"]["run"]) == ("The home", "larkmoor", 1)
    assert again["before"]["found"] == again["after"]["found"] == kept["run"]["found"]
    assert (again["new"], again["gone"]) == ([], [])
    assert "no such kept search" in line.refusal("search", "rerun", "99", code=2)
    assert line.answer("search", "query", "kept")["query"] == "kept"


def test_a_list_of_terms_is_run_compared_and_recorded_as_a_search(line, tmp_path):
    (tmp_path / "terms.csv").write_text("term,note\nlarkmoor,the home\nnothinglike,\n")
    (tmp_path / "wrong.txt").write_text("larkmoor\nduty AND (\n")
    lawyer = line.answer("users", "add", "terms@example.org", "--role", "legal")["email"]
    asked = ("--received", "2026-11-02", "--due", "2026-12-01", "--paragraph", "7: All registers")
    line.answer("requests", "add", "R9-77", *asked)

    assert "line 2 (duty AND ()" in line.refusal("terms", "report", str(tmp_path / "wrong.txt"), code=2)
    files = ("--xlsx", str(tmp_path / "report.xlsx"), "--csv", str(tmp_path / "report.csv"))
    made = line.answer("terms", "report", str(tmp_path / "terms.csv"), "--name", "Homes", "--by", lawyer, *files)
    again = line.answer("terms", "report", "--again", str(made["report"]), "--by", lawyer)
    compared = line.answer("terms", "compare", str(made["report"]))
    drafted = line.answer(
        *("search-records", "add", "--by", lawyer, "--paragraph", "R9-77:7", "--terms", f"{made['report']}:1"),
        *("--place", "The archive", "--how", "Terms.", "--searched-by", "B. Tannock", "--searched-from", "2026-11-03"),
        *("--not-reviewed", "Still to be read.", "--nothing-found", "Nobody decided yet.", "--limits", "Poor scans."),
        *("--not-searched", "Nothing was left out."),
    )
    signed = line.answer("search-records", "sign", drafted["record"], "--by", lawyer)
    (listed,) = line.answer("search-records", "list")["records"]
    out = line.answer("search-records", "export", "--out", str(tmp_path / "searches.docx"), "--request", "R9-77")

    assert [term["documents"] > 0 for term in made["terms"]] == [True, False]
    assert again["version"] == 2
    assert [(each["new"], each["gone"]) for each in compared["terms"]] == [([], []), ([], [])]
    assert drafted["missing"] == []
    assert signed["sha256"] == listed["sha256"] != ""
    assert (out["searches"], out["uncovered"]) == (1, 0)
    assert all((tmp_path / name).stat().st_size for name in ("report.xlsx", "report.csv", "searches.docx"))


def test_search_answers_with_an_exact_total_pages_and_facets(line):
    found = line.answer("search", "larkmoor AND minuted")

    assert found["total"] == 1
    assert found["hits"][0]["record"] == reference(line, "complaint.txt")
    assert found["hits"][0]["pages"] == [1]
    assert "minuted" in found["hits"][0]["snippet"]
    assert set(found["facets"]) >= {"category", "year"}


def test_a_mistake_in_a_query_is_shown_with_a_caret_under_it(line):
    shown = line.refusal("search", 'larkmoor AND "unclosed', code=2, lines=3).splitlines()

    assert shown[0] == 'larkmoor AND "unclosed'
    assert shown[1] == " " * 13 + "^"
    assert shown[2].startswith("At character 14: this quotation mark is not closed")


def test_a_bundle_is_built_verified_and_refused_while_a_record_in_it_is_privileged(line, tmp_path):
    complaint, advice = reference(line, "complaint.txt"), reference(line, "advice.txt")
    out = tmp_path / "bundle.pdf"
    arguments = ("bundle", "build", "--title", "Larkmoor", "--prefix", "ABC", "--out", str(out))

    built = line.answer(*arguments, "--records", f"{complaint},{advice}")

    assert built["verified"]
    assert "COMPLETE-AND-UNREDACTED" in Path(built["file"]).name
    assert out.resolve() == Path(built["file"]).resolve()
    assert line.answer("bundle", "verify", str(out))["ok"]
    saved_again = tmp_path / "again.pdf"
    with pikepdf.open(out) as pdf:
        pdf.save(saved_again)
    assert "WRONG  built by this archive" in line.run("bundle", "verify", str(saved_again)).stdout
    assert line.answer("bundle", "verify", str(saved_again), "--from-elsewhere")["ok"]
    older = CommandLine(tmp_path / "older")
    older.answer("init")
    with sqlite3.connect(older.data / "candour.sqlite3") as database:
        database.execute("UPDATE alembic_version SET version_num = '0014'")
    alone = older.answer("bundle", "verify", str(out))
    assert alone["ok"]
    assert len(alone["checks"]) > 5
    assert [each for each in alone["notes"] if "compared with the archive" in each and "older version" in each]
    assert "right " in older.run("bundle", "verify", str(out)).stdout

    line.answer("mark", advice, "privileged", "--by", "lawyer@example.org", "--reason", "Advice.")
    assert advice in line.refusal(*arguments, "--records", f"{complaint},{advice}", code=4)
    assert advice in line.refusal(*arguments, "--query", "larkmoor", code=4)

    damaged = tmp_path / "changed.pdf"
    damaged.write_bytes(out.read_bytes().replace(b"/Zoom", b"/zooM")[:-2000])
    assert line.run("bundle", "verify", str(damaged)).returncode == 1


def test_a_request_is_logged_and_listed(line):
    line.answer(
        "requests", "add", "R9/1", "--received", "2026-11-01", "--due", "2026-12-01", "--paragraph", "1: All minutes."
    )
    (listed,) = [each for each in line.answer("requests", "list")["requests"] if each["request"] == "R9/1"]
    assert listed["paragraphs"] == [{"number": "1", "text": "All minutes."}]


def test_costs_are_logged_and_reported_as_csv_and_workbook(line, tmp_path):
    line.answer("costs", "rate", "records-officer", "24.60", "--from", "2026-01-01")
    line.answer(
        "costs",
        "effort",
        "--role",
        "records-officer",
        "--activity",
        "first-review",
        "--minutes",
        "90",
        "--day",
        "2026-11-02",
    )
    line.answer("costs", "spend", "--category", "counsel", "--supplier", "A Chambers", "--net", "100", "--vat", "20")
    report = line.answer(
        "costs", "report", "--csv", str(tmp_path / "costs.csv"), "--xlsx", str(tmp_path / "costs.xlsx")
    )
    assert report["staff_cost"] == "36.90"
    assert report["total_net"] == "136.90"
    assert (tmp_path / "costs.csv").stat().st_size > 100
    assert (tmp_path / "costs.xlsx").stat().st_size > 1000


def test_a_failing_is_recorded_with_evidence_and_the_self_report_exported(line, tmp_path):
    complaint = reference(line, "complaint.txt")
    common = (
        *("failings", "add", "--title", "Not minuted", "--kind", "records", "--body", "Social Services"),
        *("--from", "1974-05-04", "--should", "Minutes.", "--policy", "The procedure of 1972.", "--did", "None."),
        *("--certainty", "established", "--owner", "Director", "--action", "Search."),
    )
    line.answer(*common, "--evidence", f"{complaint}:1")
    assert "no page 9" in line.refusal(*common, "--evidence", f"{complaint}:9", code=2)

    made = line.answer("failings", "report", "--out", str(tmp_path / "report.docx"))

    assert made["failings"] == 1
    assert (tmp_path / "report.docx").read_bytes()[:2] == b"PK"
    assert (tmp_path / "report.docx").stat().st_mode & 0o077 == 0
    assert line.answer("failings", "list")["failings"][0]["evidence"][0]["record"] == complaint


def test_the_archive_is_backed_up_restored_and_its_trail_verified(line, tmp_path):
    line.answer("backup", str(tmp_path / "copy"))
    elsewhere = CommandLine(tmp_path / "restored")

    restored = elsewhere.answer("restore", str(tmp_path / "copy"))

    assert restored["verified"]
    assert elsewhere.answer("audit", "verify")["ok"]
    assert elsewhere.answer("search", "larkmoor")["total"] == line.answer("search", "larkmoor")["total"]
    assert line.answer("audit", "verify")["ok"]


def test_the_doctor_finds_a_sound_archive_sound(line):
    assert line.answer("doctor")["ok"]


def test_the_index_is_rebuilt_from_the_database(line):
    before = line.answer("search", "larkmoor")["total"]
    line.answer("index", "rebuild")
    assert line.answer("search", "larkmoor")["total"] == before


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("records", "show", "R999999"), 2),
        (("bundle", "build", "--title", "x"), 2),
        (("nonsense",), 2),
        (("ingest", "no/such/path", "--batch", "x", "--source", "y"), 2),
        (("users", "add", "not an address", "--role", "legal"), 2),
        (("hold", "release", "999", "--by", "officer@example.org", "--second", "x@example.org", "--reason", "x"), 2),
    ],
)
def test_wrong_use_is_one_sentence_and_the_right_code(line, arguments, code):
    line.refusal(*arguments, code=code)


def test_a_command_before_init_says_what_to_do(tmp_path):
    assert "candour init" in CommandLine(tmp_path / "none").refusal("records", "list", code=4)


def test_a_new_user_gets_a_one_time_link(line):
    added = line.answer("users", "add", "leader@example.org", "--role", "leader")
    assert "/welcome/" in added["link"]


def test_a_user_gets_another_link_another_role_and_is_shut_out(line):
    line.answer("users", "add", "leaves@example.org", "--role", "legal")

    assert "/welcome/" in line.answer("users", "link", "leaves@example.org")["link"]
    assert line.answer("users", "role", "leaves@example.org", "leader")["role"] == "leader"
    assert line.answer("users", "close", "leaves@example.org")["active"] is False
    listed = line.run("users", "list").stdout
    assert "closed" in listed
    assert "['leader']" not in listed
    assert line.answer("users", "close", "leaves@example.org", "--reopen")["active"] is True
    line.refusal("users", "close", "nobody@example.org", code=2)


def test_a_page_is_transcribed_from_the_command_line_and_every_version_of_it_is_kept(line):
    complaint = reference(line, "complaint.txt")
    before = line.answer("pages", "unread")["figures"]
    made = line.answer("pages", "transcribe", complaint, "1", "--by", "officer@example.org",
                       stdin="The quokkas were fed and watered.\n")  # fmt: skip
    found = line.answer("search", "quokkas")

    assert made["version"] == 2
    assert [hit["record"] for hit in found["hits"]] == [complaint]
    versions = line.answer("pages", "versions", complaint, "1")["versions"]
    assert [(each["kind"], each["stands"]) for each in versions] == [("transcript", True), ("machine", False)]
    after = line.answer("pages", "unread")["figures"]
    assert (after["transcribed"], after["pages"]) == (before["transcribed"] + 1, before["pages"])
    line.answer("pages", "versions", complaint, "1", "--choose", "1", "--by", "officer@example.org")
    assert line.answer("search", "quokkas")["total"] == 0


def test_pages_refuse_in_one_sentence(line):
    complaint = reference(line, "complaint.txt")

    assert "would hide" in line.refusal("pages", "seen", complaint, "1", "blank", "--by", "officer@example.org", code=4)
    assert "no pictures of its pages" in line.refusal("pages", "reread", complaint, "1", code=4)
    assert "of which record or batch" in line.refusal("pages", "reread-many", code=2)
    assert "No page fits" in line.refusal("pages", "reread-many", "--record", complaint, code=4)
    assert "has no page 7" in line.refusal("pages", "versions", complaint, "7", code=2)
    unknown = ("--by", "nobody@example.org", "--text", "x")
    assert "is not a user" in line.refusal("pages", "transcribe", complaint, "1", *unknown, code=2)
    assert "not with both" in line.refusal(
        "pages", "transcribe", complaint, "1", "--by", "officer@example.org", "--text", "x", "--file", __file__, code=2
    )


def test_what_belongs_together_is_shown_and_corrected(line):
    assert line.answer("records", "compare")["compared"] >= 0
    listed = line.answer("records", "list")["records"]
    first, second = listed[0]["record"], listed[1]["record"]

    similar = line.answer("records", "similar", first)
    assert (similar["record"], similar["compared"]) == (first, True)
    assert line.answer("records", "family", first)["family"][0]["depth"] == 0
    assert line.answer("records", "difference", first, second)["pages"]
    assert line.answer("records", "disagreements")["groups"] == []
    assert "given twice" in line.refusal("records", "difference", first, first, code=2)
    asked = ("records", "correct", second, "--reason", "read it", "--by")
    assert "Nothing was given" in line.refusal(*asked, "nobody@example.org", code=2)
    assert "is no date" in line.refusal(*asked, "officer@example.org", "--date", "soon", code=2)
    done = line.answer(*asked, "officer@example.org", "--date", "1974-03", "--about")
    assert done["corrections"][-1]["after"] == "circa 1974-03-01 1974-03-31"


def test_a_batch_is_shown_listed_and_proved(line, tmp_path):
    (batch,) = [each["batch"] for each in line.answer("batches")["batches"]][:1]

    shown = line.answer("batches", "show", batch)
    proved = line.answer("batches", "reconcile", batch, "--fixity")

    assert shown["adds_up"]
    assert shown["found"] == shown["registered"] + shown["duplicates"] + shown["quarantined"] + shown["cancelled"]
    assert [run["state"] for run in shown["runs"]] == ["finished"] * len(shown["runs"])
    assert proved["agrees"]
    assert proved["finished"]
    assert all(check["compared"] for proof in proved["proofs"][-1:] for check in proof["checks"])
    done = line.run("batches", "list", batch, "--csv", str(tmp_path / "list.csv"))
    assert done.returncode == 0
    rows = (tmp_path / "list.csv").read_text(encoding="utf-8-sig").splitlines()
    assert len(rows) == shown["found"] + 1
    assert line.answer("batches", "reread", batch, "--step", "names")["added"] == 0


def test_a_loss_is_recorded_and_listed_as_json(line):
    made = line.answer("boxes", "lost", "--what", "Minute book, 1981", "--evidence", "The box list names it.",
                       "--known-by", "B. Tannock", "--search-made", "The whole bay.")  # fmt: skip

    listed = line.answer("boxes", "lost")["losses"]
    assert [(each["reference"], each["what"]) for each in listed] == [(made["loss"], "Minute book, 1981")]


def test_batches_refuse_in_one_sentence(line):
    (batch,) = [each["batch"] for each in line.answer("batches")["batches"]][:1]

    assert "nothing to pause" in line.refusal("batches", "pause", batch, code=4)
    assert "nothing to cancel" in line.refusal("batches", "cancel", batch, code=4)
    assert "nothing to go on with" in line.refusal("batches", "resume", batch, code=2)
    assert "Nothing set aside" in line.refusal("batches", "retry", batch, "--reason", "bomb", code=4)
    assert "no batch" in line.refusal("batches", "show", "Box 99", code=2)
    assert "choose from" in line.refusal("batches", "reread", batch, "--step", "everything", code=2)
    assert "is none of these" in line.refusal("batches", "list", batch, "--state", "lost", code=2)


def test_a_statement_is_drawn_signed_sealed_proved_and_compared(line, tmp_path):
    lawyer = line.answer("users", "add", "states@example.org", "--role", "legal")["email"]
    leader = line.answer("users", "add", "signs@example.org", "--role", "leader")["email"]
    store = ("--name", "The cellar", "--holder", "Legal services", "--why-not", "It is flooded.", "--by", lawyer)
    recorded = line.answer("repositories", "record", *store)
    searched = ("--outcome", "searched", "--by", lawyer)
    assert line.answer("repositories", "record", recorded["repository"], *searched)["version"] == 2
    assert line.answer("repositories", "list")["repositories"][0]["outcome"] == "searched"

    made = line.answer("statements", "draft", "--by", lawyer)
    number = made["statement"]
    line.answer("statements", "write", number, "losses", "Nobody was asked yet.", "--by", lawyer)
    shown = line.answer("statements", "show", number)
    line.answer("statements", "redraw", number, "--by", lawyer)
    line.answer("statements", "submit", number, "--by", lawyer)
    line.answer("statements", "send-back", number, "--why", "Say more.", "--by", leader)
    line.answer("statements", "submit", number, "--by", lawyer)
    name = ("--signatory", "R. Ostlere", "--office", "Chief executive")
    assert "may not sign" in line.refusal("statements", "sign", number, *name, "--by", lawyer, code=4)
    line.answer("repositories", "record", "--name", "The loft", *store[2:])
    assert "acknowledge" in line.refusal("statements", "sign", number, *name, "--by", leader, code=4)
    digest = line.answer("statements", "compare", number, "now")["digest"]
    line.answer("statements", "sign", number, *name, "--acknowledge", digest, "--by", leader)
    sealed = line.answer("statements", "seal", number, "--by", lawyer)
    proved = line.answer("statements", "verify", number)
    line.answer("statements", "export", number, "--out", str(tmp_path / "one.pdf"))
    line.answer("statements", "export", number, "--out", str(tmp_path / "one.docx"), "--by", lawyer)
    before = line.answer("audit", "verify")["events"]
    nowhere = ("statements", "export", number, "--out")
    assert "name a file in a folder" in line.refusal(*nowhere, str(tmp_path / "none" / "one.pdf"), code=2)
    assert "neither .docx nor .pdf" in line.refusal(*nowhere, str(tmp_path / "one.odt"), code=2)
    assert line.answer("audit", "verify")["events"] == before
    again = line.answer("statements", "draft", "--by", lawyer)
    line.answer("statements", "withdraw", again["statement"], "--why", "Too early.", "--by", lawyer)

    assert shown["written"] == {"losses": "Nobody was asked yet."}
    assert shown["figures"]["repositories:searched"] == 1
    assert (proved["whole"], proved["differ"][0]["what"]) == (True, "Repositories in the register")
    assert hashlib.sha256((tmp_path / "one.pdf").read_bytes()).hexdigest() == sealed["pdf"]
    assert hashlib.sha256((tmp_path / "one.docx").read_bytes()).hexdigest() == sealed["docx"]
    assert line.answer("statements", "compare", number, again["statement"])["differences"]
    states = {each["label"]: each["state"] for each in line.answer("statements", "list")["statements"]}
    assert states == {"Interim 1": "sealed", "Interim 2": "withdrawn"}


def test_a_fault_of_the_machine_is_said_as_what_it_is(line, monkeypatch):
    def fill(*_arguments: object, **_settings: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("cli.main.candour.main", fill)

    assert "The disk is full" in line.refusal("batches", code=4)
