"""Suggestions: which categories of the notice a record may fall under, with the words and the page that say so.

A suggestion is never a decision. It leans towards finding, says how sure it is, and shows its reasons.
The notice file is the authority: this module reads pages and applies the file's rules. Where weights were taught for
that notice (retention/learned.py), passages that only read like its records are found too, and said to be that.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

from retention.joining import Signs, joining_for
from retention.learned import LearnedModel, Passage, PlainHit, Stretches, learned_model
from retention.lexicon import GAP, Hit, Lexicon
from retention.notice_definition import Category, NoticeDefinition, Rule, StrengthScale
from retention.wording import Wording, WordSpans

StrengthWord = Literal["strong", "moderate", "weak"]

TITLE_PAGE = 0
"""The page number of evidence found in the title or the file name rather than on a page."""

_LONGEST_SECTION = 20_000
NOTHING_ALIKE = -5.0  # the logit of a record in which no passage was weighed
_MOST_EVIDENCE = 12
_MOST_TRIED_PER_PAGE = 24
_COUNTED_REPEATS = 3


@dataclass(frozen=True)
class DocumentText:
    """What is read of a record: its title, its file name and its pages, numbered as a person would."""

    title: str
    file_name: str
    pages: Sequence[tuple[int, str]]
    record_type: str | None = None
    date: str | None = None


@dataclass(frozen=True)
class Evidence:
    """Words on a page that speak for a category. Page 0 is the title and file name."""

    page: int
    start: int
    end: int
    text: str
    context: str
    reason: str


@dataclass(frozen=True)
class SuggestionProposal:
    """A category proposed for a record, how sure that is, and why."""

    category: str
    strength: float
    strength_word: StrengthWord
    evidence: list[Evidence]
    reason: str


@dataclass
class _ReadPage:
    number: int
    offset: int
    wording: Wording
    hits: dict[int, list[Hit]]
    present: int
    lexicon: Lexicon

    @cached_property
    def spans(self) -> WordSpans:
        return self.lexicon.spans(self.wording)


@dataclass(frozen=True)
class _CompiledRule:
    rule: Rule
    group: int
    group_mask: int
    needs: tuple[tuple[int, ...], ...]
    need_masks: tuple[int, ...]
    unless: tuple[int, ...]


@dataclass(frozen=True)
class _Finding:
    weight: float
    page: _ReadPage
    hit: Hit
    rule: _CompiledRule
    companions: tuple[Hit, ...]


@dataclass(frozen=True)
class _Alike:
    """The passage of a document that reads most like records of a category."""

    highest: float
    several: float
    whole: float
    page: _ReadPage
    text: Stretches
    window: tuple[int, int]
    windows: int = 0


class Suggester:
    """Reads documents against one notice. Building one takes a moment; keep it and use it for many.

    `learned=False` leaves the lexicon alone, as it is for a notice nothing was taught for.
    """

    def __init__(self, definition: NoticeDefinition, *, learned: bool = True) -> None:
        self.definition = definition
        self._learned = learned_model(definition.reference) if learned else None
        self._joining = joining_for(definition.reference) if learned else None
        self._lexicon_alone: Suggester | None = None
        self._scale = definition.scale
        self._lexicon = Lexicon(definition.groups, definition.look_alikes, definition.ordinary_words)
        number = self._lexicon.number
        self._categories = [
            (category, [_compile_rule(rule, number) for rule in category.rules if rule.weight])
            for category in definition.categories
        ]
        self._quieter = {
            category.code: sum(1 << number[name] for name in set(category.quieter_titles))
            for category in definition.categories
        }
        self._elsewhere_mask = sum(1 << number[name] for name in set(definition.scale.elsewhere_needs))

    @property
    def lexicon(self) -> Lexicon:
        """The terms of the notice, for whoever wants to test or measure them."""
        return self._lexicon

    def suggest(self, document: DocumentText) -> list[SuggestionProposal]:
        """The categories this document may fall under, surest first; an empty list where nothing speaks for any."""
        pages = [self._read_page(TITLE_PAGE, 0, f"{document.title}\n\n{document.file_name}")]
        pages += [
            self._read_page(number, offset, section)
            for number, text in document.pages
            for offset, section in _sections(text)
        ]
        anywhere = 0
        for page in pages:
            anywhere |= page.present
        alike = self._find_alike(self._learned, pages[1:]) if self._learned is not None else {}
        if not anywhere and not alike and document.record_type is None:
            return []
        is_short = len(document.pages) <= self._scale.short_document_pages
        proposals = []
        for category, rules in self._categories:
            findings = [
                finding
                for rule in rules
                if anywhere & rule.group_mask and _has_company(rule, anywhere)
                for page in pages
                for finding in self._apply(rule, page, anywhere if is_short else page.present)
            ]
            reading = alike.get(category.code)
            if not findings and reading is None and document.record_type is None:
                continue
            proposal = self._propose(category, findings, reading, document.record_type, title=pages[0].present)
            if proposal is not None:
                proposals.append(proposal)
        proposals.sort(key=lambda proposal: -proposal.strength)
        return proposals

    def _read_page(self, number: int, offset: int, text: str) -> _ReadPage:
        wording = self._lexicon.read(text)
        hits: dict[int, list[Hit]] = defaultdict(list)
        present = 0
        for hit in self._lexicon.find(wording):
            hits[hit.group].append(hit)
            present |= 1 << hit.group
        return _ReadPage(number, offset, wording, hits, present, self._lexicon)

    def _find_alike(self, learned: LearnedModel, pages: Sequence[_ReadPage]) -> dict[str, _Alike]:
        """For each category taught, the passage that reads most like it, where that says anything at all."""
        best: dict[str, _Alike] = {}
        window_count = 0
        for page in pages:
            groups = self._lexicon.groups
            hits = [PlainHit(hit.start, groups[number].name) for number, found in page.hits.items() for hit in found]
            text = learned.read(page.wording.plain, hits)
            if text is None:
                continue
            count, found_here = learned.best_of_page(text)
            window_count += count
            for code, here in found_here.items():
                known = best.get(code)
                if known is None:
                    best[code] = _Alike(here.highest, here.several, here.whole, page, text, here.window)
                    continue
                several, whole = max(known.several, here.several), max(known.whole, here.whole)
                if here.highest > known.highest:
                    known = _Alike(here.highest, several, whole, page, text, here.window)
                best[code] = replace(known, several=several, whole=whole)
        return {code: replace(item, windows=window_count) for code, item in best.items()}

    def _apply(self, rule: _CompiledRule, page: _ReadPage, surroundings: int) -> Iterator[_Finding]:
        """What this rule finds on this page; with the smaller weight where its company stands further away."""
        hits = page.hits.get(rule.group)
        if not hits:
            return
        near = self._scale.near_characters
        for hit in hits[:_MOST_TRIED_PER_PAGE]:
            if any(_companion(page, hit, (group,), rule.rule.within, near) for group in rule.unless):
                continue
            companions = []
            for groups, mask in zip(rule.needs, rule.need_masks, strict=True):
                companion = _companion(page, hit, groups, rule.rule.within, near)
                if companion is None and rule.rule.within == "document" and surroundings & mask:
                    continue
                if companion is None:
                    break
                companions.append(companion)
            else:
                yield _Finding(rule.rule.weight, page, hit, rule, tuple(companions))
                continue
            if rule.rule.elsewhere and self._is_company(rule, surroundings):
                yield _Finding(rule.rule.elsewhere, page, hit, rule, ())

    def _is_company(self, rule: _CompiledRule, surroundings: int) -> bool:
        return bool(surroundings & self._elsewhere_mask) and _has_company(rule, surroundings)

    def _propose(
        self,
        category: Category,
        findings: Sequence[_Finding],
        alike: _Alike | None,
        record_type: str | None,
        *,
        title: int,
    ) -> SuggestionProposal | None:
        factor = category.quieter_by if title & self._quieter[category.code] else 1.0
        of_persons = _combine([finding for finding in findings if not finding.rule.rule.is_general])
        at_large = _combine([finding for finding in findings if finding.rule.rule.is_general])
        strength = 1 - (1 - of_persons) * (1 - at_large * factor)
        type_speaks = record_type is not None and record_type.casefold() in category.record_types
        if type_speaks:
            strength = 1 - (1 - strength) * (1 - category.record_type_weight)
        strength = self._joined(category.code, round(min(strength, 0.99), 3), alike, factor)
        if strength < self._scale.suggest_from:
            return None
        evidence = _evidence(findings)
        if alike is not None and self._learned is not None and alike.highest > 0:
            passage = self._learned.passage(category.code, alike.text, alike.window)
            evidence = _with_passage(evidence, alike.page, passage, category)
        word = strength_word(strength, self._scale)
        return SuggestionProposal(
            category=category.code,
            strength=strength,
            strength_word=word,
            evidence=evidence,
            reason=_reason(category, word, evidence, record_type if type_speaks else None),
        )

    def _joined(self, code: str, lexicon: float, alike: _Alike | None, factor: float) -> float:
        """How sure, with the lexicon and what was learnt each believed as far as whole records taught."""
        if self._joining is None or self._learned is None or code not in self._joining.beliefs:
            return lexicon
        return self._joining.strength(
            code,
            self._signs(code, lexicon, alike, factor),
            length_prior=self.length_prior,
            suggest_from=self._scale.suggest_from,
        )

    def _signs(self, code: str, lexicon: float, alike: _Alike | None, factor: float = 1.0) -> Signs:
        if alike is None or self._learned is None:
            return Signs(lexicon, 0.0, NOTHING_ALIKE, NOTHING_ALIKE, NOTHING_ALIKE, 0)
        passage = self._learned.strength(code, alike.highest, alike.windows, self._scale.suggest_from)
        # A policy reads like the cases it speaks of: under its title a passage counts for less.
        return Signs(lexicon, passage * factor, alike.highest, alike.several, alike.whole, alike.windows)

    @property
    def length_prior(self) -> float:
        """How much less a passage counts in a long record; 0 where nothing was taught."""
        return self._learned.weights.length_prior if self._learned is not None else 0.0

    def signs(self, document: DocumentText) -> dict[str, Signs]:
        """What speaks for each category before it is joined: for teaching how far each sign is to be believed."""
        alone = Suggester(self.definition, learned=False) if self._lexicon_alone is None else self._lexicon_alone
        self._lexicon_alone = alone
        lexicon = {proposal.category: proposal.strength for proposal in alone.suggest(document)}
        pages = [self._read_page(number, 0, text) for number, text in document.pages]
        alike = self._find_alike(self._learned, pages) if self._learned is not None else {}
        return {
            category.code: self._signs(category.code, lexicon.get(category.code, 0.0), alike.get(category.code))
            for category in self.definition.categories
        }


def _sections(text: str) -> Iterator[tuple[int, str]]:
    """The page in stretches of bearable length, each with its place: a text file may be one page of a megabyte."""
    start = 0
    while len(text) - start > _LONGEST_SECTION:
        end = text.rfind(" ", start + _LONGEST_SECTION // 2, start + _LONGEST_SECTION) + 1 or start + _LONGEST_SECTION
        yield start, text[start:end]
        start = end
    yield start, text[start:] if start else text


def strength_word(strength: float, scale: StrengthScale) -> StrengthWord:
    """The word a person is shown for this strength."""
    if strength >= scale.strong_from:
        return "strong"
    return "moderate" if strength >= scale.moderate_from else "weak"


def _compile_rule(rule: Rule, number: dict[str, int]) -> _CompiledRule:
    needs = tuple(tuple(number[name] for name in alternatives) for alternatives in rule.needs)
    masks = tuple(sum(1 << group for group in set(groups)) for groups in needs)
    group = number[rule.group]
    return _CompiledRule(rule, group, 1 << group, needs, masks, tuple(number[name] for name in rule.unless))


def _has_company(rule: _CompiledRule, present: int) -> bool:
    return all(present & mask for mask in rule.need_masks)


def _companion(page: _ReadPage, hit: Hit, groups: Iterable[int], within: str, near: int) -> Hit | None:
    """The nearest hit of these groups inside the window, apart from the words of the hit itself."""
    best, best_distance = None, 1 << 30
    for group in groups:
        for other in page.hits.get(group, ()):
            overlaps = other.start < hit.end and hit.start < other.end
            if overlaps and GAP not in hit.term:
                continue
            distance = 0 if overlaps else max(other.start - hit.end, hit.start - other.end)
            if distance < best_distance and _in_window(hit, other, distance, within, near):
                best, best_distance = other, distance
    return best


def _in_window(hit: Hit, other: Hit, distance: int, within: str, near: int) -> bool:
    if within == "sentence":
        return hit.sentence == other.sentence
    return distance <= near if within == "near" else True


def _combine(findings: Sequence[_Finding]) -> float:
    """One strength from many findings: each rule adds what the others left open, its repeats half as much each.

    More evidence never lowers the result, and no heap of repeated weak words makes a strong suggestion.
    """
    by_rule: dict[int, list[float]] = defaultdict(list)
    for finding in findings:
        by_rule[id(finding.rule)].append(finding.weight)
    doubt = 1.0
    for weights in by_rule.values():
        for position, weight in enumerate(sorted(weights, reverse=True)[:_COUNTED_REPEATS]):
            doubt *= 1 - weight / 4**position
    return 1 - doubt


def _evidence(findings: Sequence[_Finding]) -> list[Evidence]:
    """The weightiest passages, in the order of the pages, no two over the same words."""
    chosen: list[_Finding] = []
    for finding in sorted(findings, key=lambda item: (-item.weight, item.page.number, item.hit.start)):
        if any(other.page is finding.page and _overlap(other.hit, finding.hit) for other in chosen):
            continue
        chosen.append(finding)
        if len(chosen) == _MOST_EVIDENCE:
            break
    chosen.sort(key=lambda item: (item.page.number, item.hit.start))
    return [_show(finding) for finding in chosen]


def _with_passage(evidence: list[Evidence], page: _ReadPage, passage: Passage, category: Category) -> list[Evidence]:
    """The evidence with this passage, unless words inside it are shown already."""
    start, end = page.spans.on_page(passage.start, passage.end)
    shown = Evidence(
        page=page.number,
        start=page.offset + start,
        end=page.offset + end,
        text=page.wording.original[start:end],
        context=" ".join(page.wording.original[start:end].split()),
        reason=_reads_like(passage, category),
    )
    if any(item.page == shown.page and shown.start <= item.start and item.end <= shown.end for item in evidence):
        return evidence
    return sorted([*evidence, shown], key=lambda item: (item.page, item.start))


def _reads_like(passage: Passage, category: Category) -> str:
    words = f"; “{'”, “'.join(passage.words)}” weighed most" if passage.words else ""
    # Said of the example, or it would be taken for the words of another record that is held here.
    return f"Reads like the examples taught for this category, none of them from this archive: “{passage.like}”{words}"


def _overlap(one: Hit, other: Hit) -> bool:
    return one.start < other.end and other.start < one.end


def _show(finding: _Finding) -> Evidence:
    spans = finding.page.spans
    start, end = spans.on_page(finding.hit.start, finding.hit.end)
    reason = finding.rule.rule.because
    beside = [" ".join(spans.original[slice(*spans.on_page(hit.start, hit.end))].split()) for hit in finding.companions]
    if beside:
        reason += f" (with {' and '.join(f'“{words}”' for words in dict.fromkeys(beside))})"
    return Evidence(
        page=finding.page.number,
        start=finding.page.offset + start,
        end=finding.page.offset + end,
        text=spans.original[start:end],
        context=spans.sentence(finding.hit.start, finding.hit.end),
        reason=reason,
    )


def _reason(category: Category, word: str, evidence: Sequence[Evidence], record_type: str | None) -> str:
    parts = []
    if evidence:
        pages = sorted({item.page for item in evidence})
        where = ", ".join("the title" if page == TITLE_PAGE else f"page {page}" for page in pages)
        reasons = list(dict.fromkeys(item.reason.split(" (with ")[0] for item in evidence))
        parts.append(f"{'; '.join(reasons[:3])} ({where})")
    if record_type is not None:
        parts.append(f"records of the type “{record_type}” often fall under this category")
    return f"{category.title}, {word}: {'; and '.join(parts)}."
