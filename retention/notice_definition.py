"""What a retention notice says, as data: paragraphs, categories, and the words that speak for each."""

from dataclasses import dataclass, field
from datetime import date
from typing import Literal

Window = Literal["sentence", "near", "page", "document"]
"""How close two things must stand: one sentence, some 35 words, one page, one document."""


@dataclass(frozen=True)
class Paragraph:
    """One numbered paragraph of the instrument, word for word."""

    code: str
    text: str


@dataclass(frozen=True)
class TermGroup:
    """Words of one meaning. `examples` prove that each of them can be matched at all."""

    name: str
    terms: tuple[str, ...]
    line: int
    examples: tuple[str, ...] = ()
    era: str = ""
    note: str = ""


@dataclass(frozen=True)
class Rule:
    """When a group of words counts for a category, and how much.

    `needs` holds alternatives: from each inner tuple one group must be found within the window.
    `elsewhere` is the smaller weight given when they are found, but only elsewhere in the document.
    A general rule finds words that speak of abuse at large as readily as of a person (see `Category.quieter_titles`).
    """

    group: str
    weight: float
    because: str
    line: int
    needs: tuple[tuple[str, ...], ...] = ()
    within: Window = "near"
    elsewhere: float = 0.0
    unless: tuple[str, ...] = ()
    is_general: bool = False


@dataclass(frozen=True)
class Category:
    """One category of the notice, with all that helps a person or a program to recognise it.

    Where a group of `quieter_titles` stands in a title, what general rules find is multiplied by `quieter_by`.
    """

    code: str
    title: str
    scope: str
    paragraphs: tuple[str, ...]
    questions: tuple[str, ...]
    record_types: tuple[str, ...]
    record_type_weight: float
    rules: tuple[Rule, ...]
    must_match: tuple[str, ...]
    must_not_match: tuple[str, ...]
    line: int
    quieter_titles: tuple[str, ...] = ()
    quieter_by: float = 1.0


@dataclass(frozen=True)
class StrengthScale:
    """Where a number between 0 and 1 becomes a word, and below what nothing is suggested.

    The smaller weight of `elsewhere` is given only where one of the groups of `elsewhere_needs` is found too.
    """

    suggest_from: float
    moderate_from: float
    strong_from: float
    near_characters: int
    elsewhere_needs: tuple[str, ...]
    short_document_pages: int


@dataclass(frozen=True)
class NoticeDefinition:
    """A notice as its file describes it: what an inquiry told us to keep, and how we look for it."""

    reference: str
    version: str
    inquiry: str
    issuer: str
    addressee: str
    dated: date
    instrument: str
    child_age_bound: int
    instruction: str
    paragraphs: tuple[Paragraph, ...]
    scale: StrengthScale
    groups: tuple[TermGroup, ...]
    look_alikes: TermGroup
    ordinary_words: frozenset[str]
    categories: tuple[Category, ...]
    source: str = field(default="", compare=False)

    def category(self, code: str) -> Category:
        """The category of that code; `KeyError` when the notice has none."""
        for category in self.categories:
            if category.code == code:
                return category
        raise KeyError(code)

    def paragraph(self, code: str) -> Paragraph:
        """The paragraph of that code; `KeyError` when the notice has none."""
        for paragraph in self.paragraphs:
            if paragraph.code == code:
                return paragraph
        raise KeyError(code)
