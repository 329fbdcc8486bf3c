"""How far the lexicon and what was learnt are each to be believed: one sum for each category, taught on whole records.

The lexicon finds words wherever they stand and so finds too much in long ordinary papers; what was learnt reads
passages. Their sum, weighed on whole records, says far better than either which records a person should see
(docs/measurements.md).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from math import exp, log

from retention.learned_words import FOLDER

JOINING_FILE = FOLDER / "joining.json"
LONG_DOCUMENT = 60
FEW_WINDOWS = 6
LEXICON_ENOUGH, LEXICON_PLAIN = 0.4, 0.8


@dataclass(frozen=True)
class Signs:
    """What speaks for one category in one record: strengths from 0 to 1, and logits of what was learnt.

    `passage` is how sure the best passage is taken by itself, from 0 to 1; `highest` is its logit, `several` the
    mean of the five best of a page, `whole` that of the page that reads most like it as a whole; `windows` is how
    many passages were weighed.
    """

    lexicon: float
    passage: float
    highest: float
    several: float
    whole: float
    windows: int


@dataclass(frozen=True)
class Belief:
    """The weights of one category, and the sum from which a record is suggested."""

    lexicon: float
    highest: float
    several: float
    whole: float
    bias: float
    suggest_from: float

    def total(self, signs: Signs, length_prior: float) -> float:
        """The sum; in a long record, where one passage in hundreds is bound to read oddly, passages count less."""
        less = length_prior * max(log(max(signs.windows, 1) / LONG_DOCUMENT), 0.0)
        return (
            self.lexicon * signs.lexicon
            + self.highest * (signs.highest - less)
            + self.several * (signs.several - less)
            + self.whole * signs.whole
            + self.bias
        )


@dataclass(frozen=True)
class Joining:
    """The beliefs of one notice."""

    reference: str
    beliefs: Mapping[str, Belief]

    def strength(self, code: str, signs: Signs, *, length_prior: float, suggest_from: float) -> float:
        """How sure, from 0 to 1: `suggest_from` exactly where the record begins to be suggested."""
        belief = self.beliefs[code]
        margin = round(belief.total(signs, length_prior) - belief.suggest_from, 3)
        strength = 1 / (1 + exp(-(margin + log(suggest_from / (1 - suggest_from)))))
        if signs.windows <= FEW_WINDOWS:
            # In a note of a line or two, what either finds is most of what is said.
            if signs.passage >= suggest_from:
                strength = max(strength, signs.passage)
            if signs.lexicon >= LEXICON_ENOUGH:
                strength = max(strength, suggest_from + (signs.lexicon - LEXICON_ENOUGH) / 4)
        elif signs.windows > LONG_DOCUMENT and signs.lexicon >= LEXICON_PLAIN:
            # One plain line in a long record must not be thinned out by the ordinary ones around it.
            strength = max(strength, suggest_from + (signs.lexicon - LEXICON_PLAIN) / 4)
        return round(min(strength, 0.99), 3)


@lru_cache(maxsize=4)
def joining_for(reference: str) -> Joining | None:
    """What was taught for the notice of this reference; none where nothing was."""
    if not JOINING_FILE.exists():
        return None
    held = json.loads(JOINING_FILE.read_text(encoding="utf-8"))
    if held["reference"] != reference:
        return None
    return Joining(reference, {code: Belief(**belief) for code, belief in held["categories"].items()})
