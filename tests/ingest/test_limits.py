import errno
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from reportlab.pdfgen.canvas import Canvas

from ingest import starting
from ingest.limited_call import run_limited
from ingest.limits import ReaderPool
from ingest.page_journal import PageJournal
from ingest.reading import PageReading, UnreadableFile
from ingest.reading_tasks import ReadResult
from store.errors import RefusedError


@pytest.fixture
def faults(monkeypatch):
    """The name of the faults module as a child can import it."""
    monkeypatch.setattr("ingest.children.ROOT", f"{Path(__file__).parents[2]}{os.pathsep}{Path(__file__).parent}")
    return "faults"


def read_all(tmp_path: Path, *paths: Path, **limits) -> dict[str, ReadResult]:
    with ReaderPool(1, spool=tmp_path / "spool", **limits) as pool:
        for path in paths:
            pool.submit(path.name, path)
        return {result.task_id: result for result in pool.results()}


def make_pdf(path: Path, *pages: str) -> Path:
    canvas = Canvas(str(path))
    for text in pages:
        canvas.drawString(72, 700, text)
        canvas.showPage()
    canvas.save()
    return path


def test_a_call_answers_with_plain_values_and_sees_no_environment(faults):
    answer = run_limited(f"{faults}:say_hello", {"name": "clerk"})

    assert answer["hello"] == "clerk"
    assert not [name for name in answer["environment"] if name.startswith("CANDOUR")]


@pytest.mark.parametrize(
    ("function", "code"), [("sleep_for_ever", "timeout"), ("take_all_memory", "memory"), ("die", "crashed")]
)
def test_a_call_that_breaks_a_limit_is_a_reason(faults, function, code):
    with pytest.raises(UnreadableFile) as caught:
        run_limited(f"{faults}:{function}", {}, seconds=1)

    assert caught.value.code == code


def test_a_child_has_no_network_where_the_system_allows_that(faults, tmp_path):
    with ReaderPool(1, spool=tmp_path) as pool:
        (tmp_path / "a.txt").write_text("x")
        pool.submit("a", tmp_path / "a.txt")
        list(pool.results())
        report = pool.sandbox_report()

    error = run_limited(f"{faults}:reach_out", {})["error"]

    without = errno.ENETUNREACH if report["network_closed"] else errno.ECONNREFUSED
    assert error == (errno.EPERM if report["calls_refused"] else without)


def test_each_file_ends_in_a_reading_or_a_reason(tmp_path):
    good = make_pdf(tmp_path / "good.pdf", "The minutes of the Roads Committee were agreed.")
    bad = tmp_path / "bad.pdf"
    bad.write_bytes(b"%PDF-1.4\nnothing else")
    empty = tmp_path / "empty.txt"
    empty.touch()

    results = read_all(tmp_path, good, bad, empty, tmp_path / "gone.txt")

    assert "Roads Committee" in results["good.pdf"].reading.pages[0].text
    assert results["bad.pdf"].problem.code == "damaged"
    assert results["empty.txt"].problem.code == "empty"
    assert results["gone.txt"].problem.code == "missing"


NO_PAGE = {**PageReading(1, "", "native").to_dict(), "words": 5}
FURTHER = {"kind": "further", "value": {"said": "by a child that is lost"}}


@pytest.mark.parametrize(
    "said",
    [
        [{"kind": "page", "page": NO_PAGE, "notes": []}, FURTHER],
        [{"kind": "page", "page": NO_PAGE, "notes": []}] * 2,
        [{"kind": "page", "page": {**NO_PAGE, "words": [["a"], 5]}, "notes": []}, FURTHER],
        [{"kind": "page", "page": {**NO_PAGE, "number": 7, "words": []}, "notes": []}, FURTHER, FURTHER],
        [{"kind": 5}],
        [{}],
        [{"kind": "failed", "code": "memory", "sentence": None}, {"kind": "page", "page": NO_PAGE, "notes": []}],
        [5],
    ],
)
def test_a_child_that_says_nonsense_ends_alone_and_each_file_has_one_result(tmp_path, faults, said):
    paths = [make_pdf(tmp_path / name, "The minutes were agreed.") for name in ("first.pdf", "second.pdf")]
    journals = [PageJournal(tmp_path / f"{path.name}.journal", belongs_to=path.name) for path in paths]

    with ReaderPool(1, spool=tmp_path / "spool", then=f"{faults}:say", then_settings={"said": said}) as pool:
        for path, journal in zip(paths, journals, strict=True):
            pool.submit(path.name, path, journal=journal)
        results = list(pool.results())

    assert [result.task_id for result in results] == ["first.pdf", "second.pdf"]
    for result in results:
        assert result.further is None
        assert [page.number for page in result.reading.pages] == [1]
        assert "minutes were agreed" in result.reading.pages[0].text


def test_a_page_that_takes_too_long_is_set_down_as_unread_and_the_rest_is_read(tmp_path, corpus):
    """The form on this page leads PDFium round in circles for ever."""
    looping = corpus("files/pdf-defects") / "qpdf__shared-unnamed-field.pdf"
    after = make_pdf(tmp_path / "after.pdf", "Read after the bad one.")

    results = read_all(tmp_path, looping, after, page_seconds=2, file_seconds=20)

    assert len(results[looping.name].reading.pages) == 1
    assert [results[name].attempts for name in (looping.name, "after.pdf")] == [2, 1]
    assert "Read after" in results["after.pdf"].reading.pages[0].text


def test_reading_can_go_on_at_a_later_page(tmp_path):
    path = make_pdf(tmp_path / "long.pdf", "first page here", "second page here", "third page here")

    with ReaderPool(1, spool=tmp_path / "spool") as pool:
        pool.submit("long", path, first_page=3)
        (result,) = pool.results()

    assert [page.number for page in result.reading.pages] == [3]


def test_pages_are_told_as_they_are_read(tmp_path):
    heard: list[tuple[str, int]] = []
    path = make_pdf(tmp_path / "two.pdf", "one", "two")

    read_all(tmp_path, path, on_page=lambda task, page: heard.append((task, page.number)))

    assert heard == [("two.pdf", 1), ("two.pdf", 2)]


def test_a_file_whose_child_was_ended_from_outside_is_read_once_more_and_whole(tmp_path):
    path = tmp_path / "long.txt"
    path.write_text("\f".join(f"Page {number} of the register. " * 150 for number in range(1, 400)))
    killed: list[int] = []

    def kill_once(_task: str, _page: PageReading) -> None:
        if not killed:
            killed.extend(pool.pids)
            os.kill(killed[0], signal.SIGKILL)

    with ReaderPool(1, spool=tmp_path / "spool", on_page=kill_once) as pool:
        pool.submit("long", path)
        (result,) = pool.results()
        assert pool.pids != killed

    assert result.problem is None
    assert [page.number for page in result.reading.pages] == list(range(1, 400))


def test_a_file_that_ends_its_child_each_time_is_quarantined_after_the_second(tmp_path):
    path = tmp_path / "long.txt"
    path.write_text("\f".join(f"Page {number} of the register. " * 150 for number in range(1, 400)))
    killed: list[int] = []

    def kill(_task: str, page: PageReading) -> None:
        if page.number == 1:
            os.kill(pool.pids[0], signal.SIGKILL)
            killed.append(pool.pids[0])

    with ReaderPool(1, spool=tmp_path / "spool", on_page=kill) as pool:
        pool.submit("long", path)
        (result,) = pool.results()

    assert result.problem.code == "crashed"
    assert len(set(killed)) == 2


def test_where_there_is_room_for_one_child_alone_it_reads_everything(tmp_path, monkeypatch):
    monkeypatch.setattr(starting, "_wanted", dict(starting._wanted))
    starting.stop()
    full = tmp_path / "full"
    starting.load([], [("tests.ingest.faults:refuse_to_fork", {"as_long_as_there_is": str(full)})])
    paths = [make_pdf(tmp_path / f"{number}.pdf", f"Paper {number}") for number in range(4)]

    with ReaderPool(2, spool=tmp_path / "spool") as pool:
        pool.submit(paths[0].name, paths[0])
        results = [next(pool.results())]
        full.touch()
        for path in paths[1:]:
            pool.submit(path.name, path)
        results += pool.results()
        assert len(pool.pids) == 1
    with ReaderPool(2, spool=tmp_path / "spool") as pool, pytest.raises(RefusedError, match="No process that reads"):
        pool.submit("again", paths[0])
        list(pool.results())
    starting.stop()

    assert sorted(result.task_id for result in results) == [path.name for path in paths]
    assert all(result.reading for result in results)


def test_leaving_the_pool_ends_its_children_and_empties_its_spool(tmp_path):
    path = make_pdf(tmp_path / "a.pdf", "x")

    with pytest.raises(KeyboardInterrupt), ReaderPool(1, spool=tmp_path / "spool") as pool:
        pool.submit("a", path)
        for _ in pool.results():
            (pid,) = pool.pids
            raise KeyboardInterrupt

    assert not Path(f"/proc/{pid}").exists()
    assert list((tmp_path / "spool").iterdir()) == []


def test_children_do_not_outlive_a_parent_that_is_killed(tmp_path):
    script = (
        "import os, signal, sys; from pathlib import Path; from ingest.limits import ReaderPool\n"
        f"pool = ReaderPool(1, spool=Path({str(tmp_path)!r}))\n"
        f"pool.submit('a', Path({__file__!r})); list(pool.results())\n"
        "print(pool.pids[0], flush=True); os.kill(os.getpid(), signal.SIGKILL)"
    )

    done = subprocess.run([sys.executable, "-c", script], capture_output=True, cwd=Path(__file__).parents[2])

    child = Path(f"/proc/{int(done.stdout)}/stat")
    for _ in range(2_000_000):
        if not child.exists() or child.read_text().rpartition(")")[2].split()[0] == "Z":
            break
    else:
        pytest.fail("the child is still there")
