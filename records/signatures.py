"""The pages' sketches in one sorted file, to find which pages may be alike: made again from the database at any time.

Layout, in a folder of its own: `state.json` names the runs, `counts.npy` is the table of how common each shingle
is, and each run is a sorted row of 64-bit numbers, a sketch's 32-bit value above the number of its page. A run is
never changed; two of about one size are merged into the next, part by part, so that memory stays flat and each
sketch is written only a few times however many pages there are.
"""

import fcntl
import io
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from records.shingles import Commonness, Counts, Hashes, PageShingles
from store.errors import RefusedError

VERSION = 1
# A value that more pages have than this leads to too many to compare, and says too little about each.
MOST_PAGES = 200
# Each value that two sketches share is worth the less the more pages have it (one over the root of their number);
# two pages are compared where what they share comes to this.
ENOUGH = 1.0
_LOW, _PARTS = np.uint64(32), 64
_PAGE = np.uint64(0xFFFFFFFF)


class Signatures:
    """The sketches of one archive; one process at a time may add to them.

    `is_missing` says that there were none when this was opened: a new archive, or one restored from a backup.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._names: list[str] = []
        self._next = 1
        self.common = Commonness()
        self.is_missing = True
        state = folder / "state.json"
        if state.exists():
            known = json.loads(state.read_text(encoding="utf-8"))
            if known["version"] == VERSION:
                self.is_missing = False
                self._names, self._next = known["runs"], known["next"]
                self.common = Commonness(np.load(folder / "counts.npy"), known["pages"])
        self._runs = [self._open(name) for name in self._names]

    @property
    def size(self) -> int:
        """How many sketch values are kept."""
        return sum(len(run) for run in self._runs)

    def clear(self) -> None:
        """Nothing is signed: as in a new archive."""
        self._names, self._runs, self.common = [], [], Commonness()
        self._write_state()

    def add(self, pages: Iterable[tuple[int, PageShingles]]) -> None:
        """The pages can be found from now on, and their shingles are counted."""
        made: list[Hashes] = []
        for number, page in pages:
            self.common.add(page)
            if page.is_comparable:
                made.append((page.sketch << _LOW) | np.uint64(number))
        if made:
            self._keep(np.sort(np.concatenate(made)))
        self._write_state()

    def candidates(self, pages: Mapping[int, PageShingles]) -> dict[int, set[int]]:
        """For each page, the numbers of the others whose sketches share enough with its own, if there are any."""
        numbers = np.fromiter(pages, np.uint64, len(pages))
        sizes = [len(page.sketch) for page in pages.values()]
        if not sum(sizes):
            return {}
        wanted, owner = np.concatenate([page.sketch for page in pages.values()]), np.repeat(numbers, sizes)
        order = np.argsort(wanted)
        wanted, owner = wanted[order], owner[order]
        spans = [
            (run, np.searchsorted(run, wanted << _LOW), np.searchsorted(run, (wanted + np.uint64(1)) << _LOW))
            for run in self._runs
        ]
        held = sum((high - low for _, low, high in spans), np.zeros(len(wanted), np.int64))
        met, worth = [], []
        for run, low, high in spans:
            length = np.where(held <= MOST_PAGES, high - low, 0)
            met.append((np.repeat(owner, length) << _LOW) | (run[_places(low, length)] & _PAGE))
            worth.append(np.repeat(1 / np.sqrt(held.clip(1)), length))
        return _worth_comparing(np.concatenate(met), np.concatenate(worth))

    def _open(self, name: str) -> Hashes:
        opened: Hashes = np.load(self._folder / name, mmap_mode="r")
        return opened

    def _keep(self, run: Hashes) -> None:
        name = self._new_name()
        with (self._folder / name).open("wb") as file:
            np.save(file, run)
            file.flush()
            os.fsync(file.fileno())
        self._names.append(name)
        self._runs.append(self._open(name))
        while len(self._runs) > 1 and len(self._runs[-2]) < 4 * len(self._runs[-1]):
            self._merge_last_two()

    def _merge_last_two(self) -> None:
        first, second = self._runs[-2:]
        name = self._new_name()
        merged = np.lib.format.open_memmap(
            self._folder / name, mode="w+", dtype=np.uint64, shape=(len(first) + len(second),)
        )
        done = 0
        bounds = [np.uint64(part * (2**64 // _PARTS)) for part in range(1, _PARTS)]
        starts = np.concatenate([[0], np.searchsorted(first, bounds), [len(first)]]).astype(int)
        others = np.concatenate([[0], np.searchsorted(second, bounds), [len(second)]]).astype(int)
        for part in range(_PARTS):
            joined = np.concatenate([first[starts[part] : starts[part + 1]], second[others[part] : others[part + 1]]])
            merged[done : done + len(joined)] = np.sort(joined)
            done += len(joined)
        merged.flush()
        self._names[-2:], self._runs[-2:] = [name], [self._open(name)]

    def _new_name(self) -> str:
        name = f"run-{self._next:08d}.npy"
        self._next += 1
        return name

    def _write_state(self) -> None:
        """What is on the disk is whole again: the runs named are there, and no others."""
        _replace(self._folder / "counts.npy", _array_bytes(self.common.counters))
        self.is_missing = False
        state = {"version": VERSION, "pages": self.common.pages, "runs": self._names, "next": self._next}
        _replace(self._folder / "state.json", json.dumps(state).encode())
        for old in self._folder.glob("run-*.npy"):
            if old.name not in self._names:
                old.unlink()


def _places(low: NDArray[np.int64], length: NDArray[np.int64]) -> NDArray[np.int64]:
    """Every place of every span, each span `length` long from `low`."""
    before = np.cumsum(length) - length
    return np.repeat(low - before, length) + np.arange(int(length.sum()))


def _worth_comparing(met: Hashes, worth: NDArray[np.float64]) -> dict[int, set[int]]:
    """For each page that others were met at, those that were met at enough of its sketch."""
    pairs, group = np.unique(met, return_inverse=True)
    enough = pairs[np.bincount(group, weights=worth, minlength=len(pairs)) >= ENOUGH]
    found: dict[int, set[int]] = {}
    for pair in enough.tolist():
        page, other = pair >> 32, pair & int(_PAGE)
        if page != other:
            found.setdefault(page, set()).add(other)
    return found


@contextmanager
def signatures_to_change(folder: Path) -> Iterator[Signatures]:
    """The signatures, with nobody else changing them.

    Raises:
        RefusedError: Another process has them.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (folder / "lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise RefusedError(
                "The pages of this archive are being compared already: wait until that has finished, then try again."
            ) from error
        yield Signatures(folder)


def _array_bytes(counters: Counts) -> bytes:
    made = io.BytesIO()
    np.save(made, counters)
    return made.getvalue()


def _replace(path: Path, content: bytes) -> None:
    passing = path.with_suffix(".new")
    with passing.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    passing.replace(path)
