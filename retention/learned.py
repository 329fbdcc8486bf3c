"""Suggestions learnt from marked examples: passages that read like records of a category, whatever their words.

The lexicon finds what somebody thought of; this finds what is said in other words. Each stretch of one to three
sentences is weighed by its meaning, its words and the groups of the notice found in it. Every judgement is a sum,
so it can be said which words weighed most. The weights belong to one notice and to the categories they were taught.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from retention.learned_words import FOLDER, Numbers, WordVectors, word_vectors
from retention.wording import SENTENCE_BREAK

WEIGHTS_FILE = FOLDER / "weights.npz"
GROUP_SCALE = 0.3
MOST_SENTENCES = 3
SEVERAL = 5
HIGHEST = 0.7
"""What is learnt never says more than "moderate" by itself: a person must see the words before it is called strong."""

_LONGEST_SENTENCE = 40
_LONGEST_WINDOW = 90
_FEWEST_WORDS = 4
_NEARLY_AS_GOOD = 0.4
_WORDS_SHOWN = 4


class PlainHit(NamedTuple):
    """A group of the notice found in the plain text."""

    start: int
    group: str


class BestOfPage(NamedTuple):
    """Logits of a page for one category: its best window, the mean of its best few, the page as a whole."""

    highest: float
    several: float
    whole: float
    window: tuple[int, int]


@dataclass(frozen=True)
class Passage:
    """A stretch of plain text that reads like records of a category, and why."""

    start: int
    end: int
    like: str
    words: tuple[str, ...]


@dataclass(frozen=True)
class Stretches:
    """The sentences of some text as numbers that can be added up to windows."""

    starts: list[int]
    ends: list[int]
    words: list[list[str]]
    meaning: Numbers
    told: NDArray[np.float64]
    lengths: NDArray[np.float64]
    groups: NDArray[np.bool_]


@dataclass(frozen=True)
class Weights:
    """What was learnt: for each category (a column) how much meaning, words and groups count."""

    reference: str
    codes: tuple[str, ...]
    terms: dict[str, int]
    rarity: NDArray[np.float64]
    unknown_rarity: float
    groups: dict[str, int]
    meaning_weights: Numbers
    term_weights: NDArray[np.float64]
    group_weights: NDArray[np.float64]
    bias: NDArray[np.float64]
    thresholds: NDArray[np.float64]
    slopes: NDArray[np.float64]
    length_prior: float
    examples: tuple[str, ...]
    example_codes: NDArray[np.bool_]
    example_meaning: Numbers


def terms_of(words: Sequence[str]) -> list[str]:
    """The words, and each pair of neighbours."""
    return [*words, *(f"{one} {other}" for one, other in pairwise(words))]


def split_sentences(plain: str, vectors: WordVectors) -> tuple[list[int], list[int], list[list[str]]]:
    """Where each sentence of the plain text starts and ends, and its words as they should read."""
    starts: list[int] = []
    ends: list[int] = []
    sentences: list[list[str]] = []
    begin, place, current, count = 1, 1, list[str](), 0
    remembered = vectors.remembered
    for word in plain.split():
        is_break = word == SENTENCE_BREAK
        if (is_break or count >= _LONGEST_SENTENCE) and current:
            starts.append(begin)
            ends.append(place - 1)
            sentences.append(current)
            current, count = [], 0
        if not is_break:
            if not current:
                begin = place
            # Asked of the dictionary itself: nearly every word has been met, and a page has hundreds.
            current.extend(remembered.get(word) or vectors.canonical(word))
            count += 1
        place += len(word) + 1
    if current:
        starts.append(begin)
        ends.append(place - 1)
        sentences.append(current)
    return starts, ends, sentences


class LearnedModel:
    """Weighs passages with weights once taught. Deterministic: sums are rounded before anything is decided."""

    def __init__(self, weights: Weights, vectors: WordVectors) -> None:
        self.weights = weights
        self._vectors = vectors
        vectors.know(term for term in weights.terms if " " not in term)
        unknown = np.zeros((1, len(weights.codes)))
        self._told = np.vstack([weights.term_weights * weights.rarity[:, None], unknown])
        self._meaning_weights = weights.meaning_weights.astype(np.float64)
        self._squares = np.append(weights.rarity**2, 0.0)

    def read(self, plain: str, hits: Sequence[PlainHit]) -> Stretches | None:
        """The sentences of a page as numbers; nothing where there are no words."""
        starts, ends, sentences = split_sentences(plain, self._vectors)
        if not sentences:
            return None
        flat = [word for words in sentences for word in words]
        firsts = np.cumsum([0, *(len(words) for words in sentences[:-1])])
        meaning = np.add.reduceat(self._vectors.rows(flat), firsts, axis=0)
        told, lengths = self._told_by_terms(flat, firsts)
        groups = np.zeros((len(sentences), len(self.weights.groups)), np.bool_)
        places = np.asarray(starts)
        for hit in hits:
            number = self.weights.groups.get(hit.group)
            if number is not None:
                groups[max(int(np.searchsorted(places, hit.start, side="right")) - 1, 0), number] = True
        return Stretches(starts, ends, sentences, meaning, told, lengths, groups)

    def _told_by_terms(
        self, flat: list[str], firsts: NDArray[np.int64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        get, last = self.weights.terms.get, len(self.weights.terms)
        numbers = np.array([get(word, last) for word in flat])
        squares = self._squares[numbers]
        squares[numbers == last] = self.weights.unknown_rarity**2
        pairs = np.array([get(f"{one} {other}", last) for one, other in zip(flat, [*flat[1:], ""], strict=True)])
        pairs[np.append(firsts[1:] - 1, len(flat) - 1)] = last  # no pair across the end of a sentence
        told = self._told[numbers] + self._told[pairs]
        return (
            np.add.reduceat(told, firsts, axis=0),
            np.add.reduceat(squares + self._squares[pairs], firsts),
        )

    def windows(self, text: Stretches) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """First and last sentence of each window of one to three sentences, and its logit for each category."""
        windows = self._fitting(text)
        return windows, self._logits(text, windows[:, 0], windows[:, 1])

    def _fitting(self, text: Stretches) -> NDArray[np.int64]:
        """First and last sentence of each window that is neither too short nor too long."""
        count = len(text.words)
        length = np.cumsum([0, *(len(words) for words in text.words)])
        firsts, stops = [], []
        for size in range(1, min(MOST_SENTENCES, count) + 1):
            first = np.arange(count - size + 1)
            words = length[first + size] - length[first]
            fits = (words <= _LONGEST_WINDOW) & (words >= _FEWEST_WORDS) | (size == 1) & (words >= _FEWEST_WORDS)
            firsts.append(first[fits])
            stops.append(first[fits] + size)
        return np.stack([np.concatenate(firsts), np.concatenate(stops)], axis=1)

    def whole(self, text: Stretches) -> NDArray[np.float64]:
        """The logits of the text taken as one window."""
        return np.asarray(self._logits(text, np.array([0]), np.array([len(text.words)]))[0])

    def _logits(self, text: Stretches, first: NDArray[np.int64], stop: NDArray[np.int64]) -> NDArray[np.float64]:
        meaning = _sums(text.meaning.astype(np.float64), first, stop)
        sizes = np.maximum(np.sqrt((meaning**2).sum(axis=1, keepdims=True)), 1e-6)
        told = _sums(text.told, first, stop)
        lengths = np.maximum(np.sqrt(_sums(text.lengths[:, None], first, stop)), 1e-6)
        groups = _sums(text.groups.astype(np.float64), first, stop) > 0
        logits = (meaning / sizes) @ self._meaning_weights + told / lengths
        logits += GROUP_SCALE * (groups @ self.weights.group_weights) + self.weights.bias
        return np.asarray(np.round(logits, 4))

    def strength(self, code: str, logit: float, window_count: int, suggest_from: float) -> float:
        """How sure, from 0 to `HIGHEST`: `suggest_from` at the taught threshold, less in a long document."""
        number = self.weights.codes.index(code)
        logit -= self.weights.length_prior * max(float(np.log(max(window_count, 1) / 60)), 0.0)
        margin = (logit - self.weights.thresholds[number]) * self.weights.slopes[number]
        chance = 1 / (1 + np.exp(-(margin + np.log(suggest_from / (1 - suggest_from)))))
        return round(min(float(chance), HIGHEST), 3)

    def best_of_page(self, text: Stretches) -> tuple[int, dict[str, "BestOfPage"]]:
        """How many windows a page has, and for each category what reads most like it.

        The window shown is the shortest that is nearly as good as the best.
        """
        windows = self._fitting(text)
        found: dict[str, BestOfPage] = {}
        if len(windows):
            # The page as a whole is weighed with them, as one more window.
            every = np.vstack([windows, [[0, len(text.words)]]])
            weighed = self._logits(text, every[:, 0], every[:, 1])
            logits, whole = weighed[:-1], weighed[-1]
            sizes = windows[:, 1] - windows[:, 0]
            for number, code in enumerate(self.weights.codes):
                column = logits[:, number]
                highest = float(column.max())
                near = np.flatnonzero(column >= highest - _NEARLY_AS_GOOD)
                chosen = near[np.lexsort((near, -column[near], sizes[near]))[0]]
                several = float(np.sort(column)[::-1][:SEVERAL].mean())
                found[code] = BestOfPage(
                    highest, several, float(whole[number]), (int(windows[chosen, 0]), int(windows[chosen, 1]))
                )
        return len(windows), found

    def passage(self, code: str, text: Stretches, window: tuple[int, int]) -> Passage:
        """The window with what explains it: the taught example it reads most like, and its weightiest words."""
        number = self.weights.codes.index(code)
        first, stop = window
        meaning = text.meaning[first:stop].sum(axis=0)
        size = max(float(np.linalg.norm(meaning)), 1e-6)
        of_category = np.flatnonzero(self.weights.example_codes[:, number])
        alike = np.round(self.weights.example_meaning[of_category] @ (meaning / size), 3)
        like = self.weights.examples[of_category[int(alike.argmax())]] if len(of_category) else ""
        words = [word for sentence in text.words[first:stop] for word in sentence]
        length = max(float(np.sqrt(text.lengths[first:stop].sum())), 1e-6)
        gains = (self._vectors.rows(words) @ self.weights.meaning_weights[:, number]) / size
        numbers = [self.weights.terms.get(word, len(self.weights.terms)) for word in words]
        gains = np.round(gains + self._told[numbers, number] / length, 3)
        order = sorted(range(len(words)), key=lambda place: (-gains[place], place))
        shown = list(dict.fromkeys(words[place] for place in order if gains[place] > 0))[:_WORDS_SHOWN]
        return Passage(text.starts[first], text.ends[stop - 1], like, tuple(shown))


def _sums(values: NDArray[np.float64], first: NDArray[np.int64], stop: NDArray[np.int64]) -> NDArray[np.float64]:
    """The sum of the rows from first up to stop, for each pair."""
    totals = np.zeros((len(values) + 1, values.shape[1]))
    np.cumsum(values, axis=0, out=totals[1:])
    return np.asarray(totals[stop] - totals[first])


def save_weights(weights: Weights, path: Path) -> None:
    """Write the weights as one file of plain arrays."""
    scale = np.abs(weights.example_meaning).max(axis=1, keepdims=True) / 127
    np.savez_compressed(
        path,
        reference=np.array(weights.reference),
        codes=np.array(weights.codes),
        terms=np.array("\n".join(weights.terms)),
        rarity=weights.rarity.astype(np.float16),
        unknown_rarity=np.array(weights.unknown_rarity),
        groups=np.array(list(weights.groups)),
        meaning_weights=weights.meaning_weights.astype(np.float32),
        term_weights=weights.term_weights.astype(np.float16),
        group_weights=weights.group_weights.astype(np.float32),
        bias=weights.bias,
        thresholds=weights.thresholds,
        slopes=weights.slopes,
        length_prior=np.array(weights.length_prior),
        examples=np.array("\n".join(weights.examples)),
        example_codes=weights.example_codes,
        example_meaning=np.round(weights.example_meaning / scale).astype(np.int8),
        example_scales=scale[:, 0].astype(np.float32),
    )


def load_weights(path: Path) -> Weights:
    """The weights as they were saved."""
    with np.load(path, allow_pickle=False) as stored:
        terms = str(stored["terms"]).split("\n")
        return Weights(
            reference=str(stored["reference"]),
            codes=tuple(str(code) for code in stored["codes"]),
            terms={term: number for number, term in enumerate(terms)},
            rarity=stored["rarity"].astype(np.float64),
            unknown_rarity=float(stored["unknown_rarity"]),
            groups={str(name): number for number, name in enumerate(stored["groups"])},
            meaning_weights=stored["meaning_weights"],
            term_weights=stored["term_weights"].astype(np.float64),
            group_weights=stored["group_weights"].astype(np.float64),
            bias=stored["bias"],
            thresholds=stored["thresholds"],
            slopes=stored["slopes"],
            length_prior=float(stored["length_prior"]),
            examples=tuple(str(stored["examples"]).split("\n")),
            example_codes=stored["example_codes"],
            example_meaning=stored["example_meaning"].astype(np.float32) * stored["example_scales"][:, None],
        )


@lru_cache(maxsize=4)
def learned_model(reference: str) -> LearnedModel | None:
    """The model taught for the notice of this reference; none where nothing was taught for it."""
    if not WEIGHTS_FILE.exists():
        return None
    weights = load_weights(WEIGHTS_FILE)
    return LearnedModel(weights, word_vectors()) if weights.reference == reference else None
