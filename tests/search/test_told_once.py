"""A record that a watched search finds is told once, as new material unless it was there, however things interleave."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from itertools import count

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from access.policy import OPERATOR, Actor, Role
from access.users import add_user
from disclosure.marks import lift_mark, mark
from records.register import find_record
from search import alerts, kept_searches
from search.indexing import bring_up_to_date, rebuild
from search.models import SearchAlert
from search.opening import close_engine
from search.packing import unpack
from store import audit
from store.archive import Archive
from store.audit_actions import AuditAction

STEPS = (
    "register",
    "register broken",  # found only as the program reads it after the upgrade
    "change",
    "index",
    "ask and keep",
    "ask, change, keep",
    "ask, register and index, keep",
    "index within a view, then keep",
    "compare",
    "register while compared",
    "compare twice at once",
    "upgrade",
)
_words = count(1)


@dataclass
class World:
    """What there is, and what the kept searches can have seen of it."""

    archive: Archive
    make_record: Callable[..., str]
    lawyer: Actor
    patch: pytest.MonkeyPatch
    word: str
    versions: dict[int, int] = field(default_factory=dict)
    indexed: dict[int, int] = field(default_factory=dict)
    kept: dict[int, set[int]] = field(default_factory=dict)
    """What each kept search found when it was kept."""
    seen: dict[int, dict[int, int]] = field(default_factory=dict)
    """What was in the index as it was, with its version then, when each was last compared."""

    def settled(self) -> dict[int, int]:
        return {each: version for each, version in self.versions.items() if self.indexed.get(each) == version}

    def register(self, *, broken: bool = False) -> None:
        number = len(self.versions)
        text = f"{number} {self.word}-\nbus" if broken else f"{number} {self.word}bus"
        reference = self.make_record(f"{self.word}{number}".encode(), text=text)
        with self.archive.writing() as session:  # as taking in does
            audit.record(session, AuditAction.RECORD_REGISTERED, actor="system", subject=f"record:{reference}")
        self.versions[int(reference.removeprefix("R"))] = 1

    def change(self) -> None:
        """The first record is changed so that it is still found."""
        if self.versions:
            number = min(self.versions)
            with self.archive.writing() as session:
                record = find_record(session, f"R{number:06}", actor=self.lawyer)
                made = mark(session, record, kind="restricted", reason="x", actor=self.lawyer)
                lift_mark(session, made, reason="x", actor=self.lawyer)
            self.versions[number] += 1

    def index(self) -> None:
        bring_up_to_date(self.archive)
        self.indexed = dict(self.versions)

    def keep(
        self, before_asking: Callable[[], object] | None = None, after: Callable[[], object] | None = None
    ) -> None:
        with self.archive.reading() as session:
            kept_searches.kept_searches(session, actor=self.lawyer)  # the view begins
            seen = self.settled()
            if before_asking:
                before_asking()
            asked = kept_searches.ask(self.archive, session, f"{self.word}bus", actor=self.lawyer)
        if after:
            after()
        with self.archive.writing() as session:
            number = kept_searches.keep_search(session, asked, name="", actor=self.lawyer).id
        self.kept[number], self.seen[number] = set(asked.found.tolist()), seen

    def compare(self, meanwhile: Callable[[], object] | None = None) -> None:
        """New hits are told; some of it happens after each was asked, and before what it found is told."""
        ask, seen = kept_searches.ask, dict(self.seen)

        def asking(archive: Archive, session: object, query: str, *, actor: Actor) -> kept_searches.Asked:
            for number in self.kept:
                seen[number] = self.settled()
            asked = ask(archive, session, query, actor=actor)  # type: ignore[arg-type]
            if meanwhile:
                meanwhile()
            return asked

        told = self.told()
        with self.patch.context() as patched:
            patched.setattr(alerts, "ask", asking)
            alerts.raise_alerts(self.archive)
        self.check(told)
        self.seen = seen

    def told(self) -> dict[int, list[tuple[set[int], set[int]]]]:
        """What each search's alerts tell: all, and those of them that were there."""
        with self.archive.reading() as session:
            found = session.query(SearchAlert).order_by(SearchAlert.id).all()
            told = [(a.kept_search_id, unpack(a.found), unpack(a.read_otherwise or b"")) for a in found]
        return {k: [(set(f.tolist()), set(o.tolist())) for n, f, o in told if n == k] for k in self.kept}

    def check(self, before: dict[int, list[tuple[set[int], set[int]]]]) -> None:
        for number, each in self.told().items():
            for found, otherwise in each[len(before[number]) :]:
                assert otherwise <= found
                for record in otherwise:
                    was = self.seen[number].get(record)
                    assert was == self.versions[record], "new material was told as no new material"
            listed = [record for found, _ in each for record in found]
            assert len(listed) == len(set(listed)), "told twice"
            assert self.kept[number].isdisjoint(listed), "told again"

    def upgrade(self) -> None:
        """The program reads otherwise from now on; whoever upgrades has the index made anew."""
        self.patch.undo()
        rebuild(self.archive)
        self.indexed = dict(self.versions)

    def register_and_index(self) -> None:
        self.register()
        self.index()

    def do(self, step: str) -> None:
        other = iter([lambda: alerts.raise_alerts(self.archive)])
        steps: dict[str, Callable[[], object]] = {
            "register": self.register,
            "register broken": lambda: self.register(broken=True),
            "change": self.change,
            "index": self.index,
            "ask and keep": self.keep,
            "ask, change, keep": lambda: self.keep(after=self.change),
            "ask, register and index, keep": lambda: self.keep(after=self.register_and_index),
            "index within a view, then keep": lambda: self.keep(before_asking=self.register_and_index),
            "compare": self.compare,
            "register while compared": lambda: self.compare(meanwhile=self.register),
            "compare twice at once": lambda: self.compare(meanwhile=lambda: next(other, int)()),
            "upgrade": self.upgrade,
        }
        steps[step]()


@pytest.fixture
def held(archive: Archive, lawyer: Actor) -> Iterator[Archive]:
    # Whoosh draws the names of its files, and hypothesis lets every example draw the same ones.
    chosen = replace(archive, settings=replace(archive.settings, search_url="tantivy:"))
    with chosen.writing() as session:
        add_user(session, lawyer.name, role=Role.LEGAL, actor=OPERATOR)
    yield chosen
    close_engine(chosen)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(["register broken", "ask and keep", "upgrade", "compare"])
@example(["register", "index", "register broken", "ask and keep", "index", "upgrade"])
@example(["register", "index", "index within a view, then keep", "compare"])
@example(["ask and keep", "register", "index", "register while compared", "upgrade"])
@example(["ask and keep", "register", "index", "compare twice at once"])
@given(st.lists(st.sampled_from(STEPS), max_size=7))
def test_every_record_is_told_once_and_as_new_unless_it_was_there(
    held: Archive, make_record: Callable[..., str], lawyer: Actor, steps: list[str]
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("search.engines.broken_words.joined_in_pages", lambda pages: [[] for _ in pages])
        patch.setattr("search.kept_searches.LANGUAGE_VERSION", "0")
        world = World(held, make_record, lawyer, patch, "mini" + "".join(chr(97 + int(d)) for d in str(next(_words))))
        for step in steps:
            world.do(step)
        if world.kept:
            world.upgrade()
            world.index()
            world.compare()

            for number, each in world.told().items():
                assert world.kept[number].union(*(found for found, _ in each)) == set(world.versions)
