import os
import tempfile
from pathlib import Path

import pytest

from ingest.walking import walk

NOBODY = 65534


def make(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)


def test_everything_is_met_in_the_same_order_each_time(tmp_path):
    make(tmp_path / "share", "b/2.txt", "a.txt", "b/1.txt", ".DS_Store", "Z.txt")

    shown = [found.relative for found in walk([tmp_path / "share"])]

    assert shown == ["share/.DS_Store", "share/Z.txt", "share/a.txt", "share/b/1.txt", "share/b/2.txt"]
    assert shown == [found.relative for found in walk([tmp_path / "share"])]


def test_a_single_file_is_met_under_its_own_name(tmp_path):
    make(tmp_path, "letter.txt")

    (found,) = walk([tmp_path / "letter.txt"])

    assert (found.relative, found.size, found.problem) == ("letter.txt", 10, None)


def test_a_link_is_reported_and_never_followed(tmp_path):
    make(tmp_path, "share/a.txt")
    (tmp_path / "share" / "loop").symlink_to(tmp_path / "share")

    problems = {found.relative: found.problem for found in walk([tmp_path / "share"])}

    assert problems["share/loop"].code == "link"
    assert problems["share/a.txt"] is None
    assert len(problems) == 2


def test_a_pipe_is_reported_and_never_opened(tmp_path):
    os.mkfifo(tmp_path / "pipe")

    (found,) = walk([tmp_path])

    assert found.problem.code == "special-file"


def test_a_path_that_is_not_there_is_an_item_with_its_reason(tmp_path):
    (found,) = walk([tmp_path / "gone"])

    assert found.problem.code == "missing"


@pytest.fixture
def not_root():
    """Whoever may not read everything: root becomes nobody for as long as the test takes."""
    was_root = os.geteuid() == 0
    if was_root:
        os.seteuid(NOBODY)
    yield
    if was_root:
        os.seteuid(0)


def test_a_folder_that_may_not_be_read_is_an_item_with_its_reason(not_root):
    # Root's own temporary folder is closed to nobody: then the folder lies where anybody may make one.
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        (Path(folder) / "locked").mkdir(mode=0)
        (found,) = walk([folder])

    assert found.problem.code == "unreadable-folder"


def test_a_name_that_is_no_text_is_shown_with_escapes(tmp_path):
    (tmp_path / os.fsdecode(b"caf\xe9\n.txt")).write_text("x")

    (found,) = walk([tmp_path])

    assert found.relative == f"{tmp_path.name}/caf\\xe9\\x0a.txt"
    assert found.path.read_text() == "x"


def test_the_callers_own_folder_can_be_left_out(tmp_path):
    make(tmp_path, "a.txt", "var/original")

    shown = [found.path.name for found in walk([tmp_path], ignore=lambda path: path.name == "var")]

    assert shown == ["a.txt"]
