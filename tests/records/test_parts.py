"""Splitting as arithmetic: whatever is split and undone, every page of a scan stands in one place and no other."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from sqlalchemy import create_engine
from sqlalchemy.orm import Session
from sqlalchemy.pool import StaticPool

from access.policy import SYSTEM
from records import parts
from records.models import Page, Record
from records.parts_models import BLANK, SEPARATOR
from records.split_plans import SplitPlan, check_plan, plan_by_separators, plan_from
from store import clock
from store.database import Base
from store.errors import InvalidInputError, RefusedError

pages_out = st.dictionaries(st.integers(1, 12), st.sampled_from([SEPARATOR, BLANK]), max_size=4)


@given(st.integers(1, 12), st.sets(st.integers(0, 13), max_size=6), pages_out)
def test_a_plan_covers_every_page_once_or_is_refused(count, firsts, left_out):
    try:
        plan = plan_from(count, firsts=firsts, left_out=left_out)
    except InvalidInputError:
        return

    everything = sorted([*itertools.chain(*plan.parts), *plan.left_out])
    assert everything == list(range(1, count + 1))
    assert all(part == tuple(sorted(part)) for part in plan.parts)
    assert {part[0] for part in plan.parts} >= firsts


@pytest.mark.parametrize(
    ("plan", "words"),
    [
        (SplitPlan(((1, 2), (3,))), "page 4 is in no part"),
        (SplitPlan(((1, 2), (2, 3, 4))), "page 2 is in more than one"),
        (SplitPlan(((1, 2), (3, 4, 5))), "page 5 is not of this record"),
        (SplitPlan(((3, 4), (1, 2))), "follow each other"),
        (SplitPlan(((1, 2, 3, 4), ())), "at least one page"),
        (SplitPlan(((1, 2, 3, 4),)), "Nothing would be split"),
        (SplitPlan(((1, 2), (3,)), {4: "lost"}), "only as a separator or a blank"),
    ],
)
def test_a_plan_that_does_not_cover_the_record_once_is_refused(plan, words):
    with pytest.raises(InvalidInputError, match=words):
        check_plan(plan, 4)


def test_the_blank_back_of_a_separator_is_left_out_and_any_other_blank_page_is_kept():
    plan = plan_by_separators(9, separators=[1, 5], blanks=[2, 4, 6, 9])

    assert plan.parts == ((3, 4), (7, 8, 9))
    assert plan.left_out == {1: SEPARATOR, 2: BLANK, 5: SEPARATOR, 6: BLANK}


def test_two_separators_together_make_no_empty_part():
    assert plan_by_separators(5, separators=[1, 2, 4], blanks=[]).parts == ((3,), (5,))


def test_a_pile_without_separators_is_not_guessed_at():
    with pytest.raises(InvalidInputError, match="No separator"):
        plan_by_separators(5, separators=[], blanks=[2])


class Splitting(RuleBasedStateMachine):
    """Any sequence of splits, of parts of parts too, and of undoing them, in any order."""

    def __init__(self) -> None:
        super().__init__()
        engine = create_engine("sqlite://", poolclass=StaticPool)
        Base.metadata.create_all(engine)
        self.session = Session(engine)
        self.numbers = itertools.count(1)
        self.whole = self.make(9)
        self.records = [self.whole]

    def make(self, count: int) -> Record:
        number = next(self.numbers)
        record = Record(
            reference=f"R{number:06d}", title="Scan", file_name="scan.pdf", media_type="application/pdf", label="PDF",
            date_precision="undated", batch="Box 14", source="Store", state="read", page_count=count, unread_pages=0,
            registered_at=clock.now(), compartment="open",
        )  # fmt: skip
        self.session.add(record)
        self.session.flush()
        self.session.add_all(Page(record_id=record.id, number=n, text="", read_by="ocr") for n in range(1, count + 1))
        self.session.flush()
        return record

    @rule(at=st.integers(0, 20), firsts=st.sets(st.integers(1, 9), max_size=4), left_out=pages_out)
    def split(self, at: int, firsts: set[int], left_out: dict[int, str]) -> None:
        record = self.records[at % len(self.records)]
        try:
            parts.require_splittable(self.session, record, actor=SYSTEM)
            plan = plan_from(record.page_count, firsts=firsts, left_out=left_out)
        except (InvalidInputError, RefusedError, parts.NotFoundError):
            return
        made = [self.make(len(pages)) for pages in plan.parts]
        parts.keep_split(self.session, record, plan, made, how="by hand", proof="none", actor=SYSTEM)
        self.records += made

    @rule(at=st.integers(0, 20))
    def undo(self, at: int) -> None:
        record = self.records[at % len(self.records)]
        standing = parts.standing_split(self.session, record)
        if standing is None:
            return
        below = parts.parts_of_split(self.session, standing)
        uses = {part.reference: ["is split"] for part in below if parts.standing_split(self.session, part)}
        try:
            parts.undo_split(self.session, standing, reason="wrong", uses=uses, actor=SYSTEM)
        except (RefusedError, parts.NotFoundError):
            assert uses or record.compartment == "undone"
        else:
            assert not uses
            assert all(part.compartment == "undone" for part in below)

    @invariant()
    def every_page_stands_in_one_place(self) -> None:
        found = parts.cover_of(self.session, self.whole)
        assert [each.number for each in found] == list(range(1, 10))
        assert len({(each.holder.id, each.page) for each in found}) == 9
        assert all(each.holder.compartment == "open" for each in found)

    def teardown(self) -> None:
        self.session.rollback()
        self.session.close()


Splitting.TestCase.settings = settings(max_examples=15, stateful_step_count=12, deadline=None)
TestSplitting = Splitting.TestCase
