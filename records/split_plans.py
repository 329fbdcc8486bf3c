"""How a record is to be split: pure arithmetic over page numbers, refused unless it covers each page exactly once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from records.parts_models import BLANK, LEFT_OUT, SEPARATOR
from store.errors import InvalidInputError


@dataclass(frozen=True)
class SplitPlan:
    """The pages of each part, in order, and the pages left out with what they are."""

    parts: tuple[tuple[int, ...], ...]
    left_out: Mapping[int, str] = field(default_factory=dict)


def plan_from(page_count: int, *, firsts: Iterable[int], left_out: Mapping[int, str] | None = None) -> SplitPlan:
    """The plan in which a part begins at each first page and goes on until the next; the first kept page begins one.

    Raises:
        InvalidInputError: A page does not exist, begins a part and is left out, or nothing would be split.
    """
    out, starts = dict(left_out or {}), set(firsts)
    for number in sorted(starts | set(out)):
        if not 1 <= number <= page_count:
            raise InvalidInputError(f"There is no page {number}: the record has pages 1 to {page_count}.")
    if both := sorted(starts & set(out)):
        raise InvalidInputError(f"Page {both[0]} cannot begin a part and be left out: choose one of them.")
    parts: list[list[int]] = []
    for number in range(1, page_count + 1):
        if number in out:
            continue
        if number in starts or not parts:
            parts.append([])
        parts[-1].append(number)
    plan = SplitPlan(tuple(tuple(part) for part in parts), out)
    check_plan(plan, page_count)
    return plan


def check_plan(plan: SplitPlan, page_count: int) -> None:
    """Returns only if every page is in exactly one part or left out by name, in order, and there is something to split.

    Raises:
        InvalidInputError: It is not so; the sentence names the pages.
    """
    if wrong := sorted(number for number, what in plan.left_out.items() if what not in LEFT_OUT):
        raise InvalidInputError(f"Page {wrong[0]} can be left out only as a separator or a blank page: say which.")
    placed = [number for part in plan.parts for number in part]
    all_pages = [*placed, *plan.left_out]
    missing = sorted(set(range(1, page_count + 1)) - set(all_pages))
    twice = sorted({number for number in all_pages if all_pages.count(number) > 1})
    strange = sorted(set(all_pages) - set(range(1, page_count + 1)))
    for numbers, what in ((missing, "in no part"), (twice, "in more than one"), (strange, "not of this record")):
        if numbers:
            raise InvalidInputError(f"The parts do not cover the record once: page {numbers[0]} is {what}.")
    if placed != sorted(placed) or any(not part for part in plan.parts):
        raise InvalidInputError("The parts must follow each other as the pages do, each with at least one page.")
    if len(plan.parts) < 2 and not (plan.parts and plan.left_out):
        raise InvalidInputError("Nothing would be split: mark the first page of at least one further part.")


def plan_by_separators(
    page_count: int, *, separators: Iterable[int], blanks: Iterable[int], two_sided: bool = True
) -> SplitPlan:
    """The plan in which each separator begins a part after it; the blank back of a separator is left out with it.

    Raises:
        InvalidInputError: There is no separator.
    """
    sheets, empty = set(separators), set(blanks)
    if not sheets:
        raise InvalidInputError("No separator sheet was found: mark the first page of each part by hand instead.")
    out = dict.fromkeys(sheets, SEPARATOR)
    firsts: set[int] = set()
    after = False
    for number in range(1, page_count + 1):
        if number in sheets:
            after = True
        elif after and two_sided and number in empty and number - 1 in sheets:
            out[number] = BLANK
        elif after:
            firsts.add(number)
            after = False
    return plan_from(page_count, firsts=firsts, left_out=out)


def pages_in_words(pages: Sequence[int]) -> str:
    """The pages as people say them: page 4; pages 5 to 9; pages 5 to 7, 9."""
    runs: list[list[int]] = []
    for number in pages:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    said = ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]} to {run[-1]}" for run in runs)
    return f"{'page' if len(pages) == 1 else 'pages'} {said}"


def part_name(file_name: str, pages: Sequence[int]) -> str:
    """What the file of a part is called: the scan's own name with the pages."""
    stem, _, ending = file_name.rpartition(".")
    return f"{stem or file_name}, {pages_in_words(pages)}.{ending if stem else 'pdf'}"
