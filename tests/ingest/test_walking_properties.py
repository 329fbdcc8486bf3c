"""The walker on trees nobody thought of: each thing met once, in one order, and a broken-off walk goes on exactly."""

import os
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest import walking
from ingest.walking import Place, walk

names = st.binary(min_size=1, max_size=12).filter(lambda name: b"/" not in name and b"\0" not in name).filter(
    lambda name: name not in (b".", b"..")
) | st.sampled_from(
    [b"\n", b"\n\n.txt", "\u202egnp.exe".encode(), "Ô".encode(), b"caf\xe9.txt", b" ", b"-rf", b"x" * 255, b"a b", b"Z"]
)
trees = st.recursive(
    st.sampled_from(["file", "link", "loop", "pipe"]),
    lambda below: st.dictionaries(names, below, max_size=4),
    max_leaves=12,
)


def build(place: bytes, tree: object, top: bytes) -> int:
    """Makes the tree on disk; returns how many things in it are no folder."""
    if isinstance(tree, dict):
        Path(os.fsdecode(place)).mkdir()
        return sum(build(place + b"/" + name, below, top) for name, below in tree.items())
    if tree == "file":
        Path(os.fsdecode(place)).write_bytes(b"x")
    elif tree == "pipe":
        os.mkfifo(place)
    else:
        Path(os.fsdecode(place)).symlink_to(os.fsdecode(top) if tree == "loop" else "nowhere")
    return 1


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(tree=st.dictionaries(names, trees, max_size=5), held=st.sampled_from([2, 3, 50_000]))
def test_each_thing_is_met_once_and_a_walk_goes_on_from_any_place(tree, held):
    folder = tempfile.mkdtemp()
    top = os.fsencode(folder) + b"/share"
    held_before, walking.NAMES_IN_MEMORY = walking.NAMES_IN_MEMORY, held
    try:
        count = build(top, tree, top)
        roots = [Path(os.fsdecode(top)), Path(folder, "gone")]

        met = list(walk(roots))

        assert len(met) == count + 1
        assert len({found.disk_path for found in met}) == len(met)
        assert all(found.relative.isprintable() for found in met)
        for number, found in enumerate(met):
            further = list(walk(roots, after=Place(found.root, found.disk_path)))
            assert [each.disk_path for each in further] == [each.disk_path for each in met[number + 1 :]]
    finally:
        walking.NAMES_IN_MEMORY = held_before
        shutil.rmtree(folder)


def test_a_folder_with_more_names_than_are_held_is_still_in_order(tmp_path, monkeypatch):
    monkeypatch.setattr(walking, "NAMES_IN_MEMORY", 7)
    for number in range(50):
        (tmp_path / f"{number * 37 % 50:03d}\n.txt").touch()

    shown = [found.path.name for found in walk([tmp_path])]

    assert shown == [f"{number:03d}\n.txt" for number in range(50)]


def test_files_that_come_and_go_during_the_walk_do_not_confuse_where_it_goes_on(tmp_path):
    for name in ("a", "b/1", "b/2", "c"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    last = Place(0, os.fsencode(tmp_path / "b" / "1"))
    shutil.rmtree(tmp_path / "b")
    (tmp_path / "bb").touch()

    further = [found.path.name for found in walk([tmp_path], after=last)]

    assert further == ["bb", "c"]


def test_a_tree_deeper_than_the_limit_ends_in_one_item_that_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr(walking, "MAXIMUM_DEPTH", 3)
    (tmp_path / "1/2/3/4").mkdir(parents=True)
    (tmp_path / "1/2/3/4/deep.txt").touch()
    (tmp_path / "1/shallow.txt").touch()

    met = {found.relative.partition("/")[2]: found.problem for found in walk([tmp_path])}

    assert met["1/2/3"].code == "nested-too-deep"
    assert met["1/shallow.txt"] is None
    assert len(met) == 2


def test_a_path_too_long_to_open_is_an_item_that_says_so(tmp_path):
    here, deepest = Path.cwd(), Path("d" * 200)
    try:
        os.chdir(tmp_path)
        for _ in range(25):
            deepest.mkdir()
            os.chdir(deepest)
        Path("letter.txt").touch()
    finally:
        os.chdir(here)

    (found,) = walk([tmp_path])

    assert found.problem is not None
    assert found.problem.code == "path-too-long"
    shutil.rmtree(tmp_path / deepest, ignore_errors=True)


@pytest.mark.parametrize("name", [b"\xff\xfe.pdf", "א\u202eb.txt".encode(), b"a\nb.txt", b"n" * 251 + b".txt"])
def test_hostile_names_are_shown_as_text_and_still_open(tmp_path, name):
    (tmp_path / os.fsdecode(name)).write_bytes(b"words")

    (found,) = walk([tmp_path])

    assert found.relative.isprintable()
    assert found.path.read_bytes() == b"words"
