"""Teaching: the weights of retention/learned.py, made again from marked examples and from ordinary papers.

Run: python -m retention.teaching --ordinary FOLDER [--ordinary FOLDER ...]

Examples are the sentences of the notice file, of retention/examples and any further marked paragraphs given with
`--marked`. Ordinary papers (text, reStructuredText, PDF) say what is nothing for any category; of them only what they
did to the weights is kept. Half of them, by file name, are never taught from: the false suggestions are counted there.
"""

import argparse
import logging
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

import numpy as np
import pypdfium2
import yaml
from numpy.typing import NDArray

from retention.learned import (
    GROUP_SCALE,
    WEIGHTS_FILE,
    LearnedModel,
    PlainHit,
    Stretches,
    Weights,
    save_weights,
    terms_of,
)
from retention.learned_words import word_vectors
from retention.lexicon import Lexicon
from retention.notice_definition import NoticeDefinition
from retention.notice_file import load_notice
from retention.suggesting import Suggester

EXAMPLES = Path(__file__).parent / "examples"
NOTICE = "the notice"
NOTICE_FILE = Path(__file__).parent.parent / "retention_categories.yaml"

_PAGE_LENGTH = 2800
_MOST_PAGES = 1200
_PARTS = 5
_STIFFNESS = 0.1
_STEPS = 160
_RANDOM_WINDOWS = 700
_HARD_WINDOWS = 200
_HARD_ROUNDS = 1
_MUST_NOT_WEIGHT = 3.0
_LENGTH_PRIOR = 0.35
_CLEAR_OF_REFUSED = 0.3
_LOWEST_PRECISION = 0.62
_MOST_FALSE_PAGES = 0.02
_LONGEST_GIST = 140

log = logging.getLogger("candour.teaching")

Matrix = NDArray[np.float64]


@dataclass(frozen=True)
class Marked:
    """A text and, for each category, 1 where it falls under it, 0 where not, -1 where nobody said."""

    text: str
    labels: tuple[int, ...]
    source: str
    weight: float = 1.0
    is_measured: bool = True


def notice_sentences(definition: NoticeDefinition) -> Iterator[Marked]:
    """The must-match and must-not-match sentences; each speaks of its own category only."""
    for number, category in enumerate(definition.categories):
        for sentences, label, weight in ((category.must_match, 1, 1.0), (category.must_not_match, 0, _MUST_NOT_WEIGHT)):
            for sentence in sentences:
                labels = [-1] * len(definition.categories)
                labels[number] = label
                yield Marked(sentence, tuple(labels), NOTICE, weight, is_measured=False)


def marked_paragraphs(path: Path, codes: Sequence[str], *, is_measured: bool = True) -> Iterator[Marked]:
    """The paragraphs of a file of examples; an `arguable` category is taught neither way.

    What the lexicon was written from is not measured: its groups know those paragraphs too well.
    """
    for row in yaml.safe_load(path.read_text(encoding="utf-8")):
        given, arguable = set(row["categories"]), set(row.get("arguable", ()))
        unknown = given - set(codes)
        if unknown:
            log.warning("%s marks a category the notice does not have: %s", path.name, ", ".join(sorted(unknown)))
        labels = tuple(1 if code in given else -1 if code in arguable else 0 for code in codes)
        yield Marked(" ".join(str(row["text"]).split()), labels, path.name, is_measured=is_measured)


def ordinary_pages(folder: Path) -> Iterator[tuple[str, str]]:
    """File name and text of each page of the papers in a folder."""
    pages = list(_pages(folder))
    yield from pages[:: 1 + len(pages) // _MOST_PAGES]


def _pages(folder: Path) -> Iterator[tuple[str, str]]:
    for path in sorted(folder.rglob("*")):
        if path.suffix in (".txt", ".rst"):
            text = path.read_text(encoding="utf-8", errors="replace")
            for start in range(0, len(text), _PAGE_LENGTH):
                yield path.name, text[start : start + _PAGE_LENGTH]
        elif path.suffix == ".pdf":
            with pypdfium2.PdfDocument(path) as document:
                for page in document:
                    text = page.get_textpage().get_text_range()
                    if len(text) > 200:
                        yield path.name, text


def read_text(model: LearnedModel, lexicon: Lexicon, text: str) -> Stretches | None:
    """The text as the suggester reads it."""
    wording = lexicon.read(text)
    hits = [PlainHit(hit.start, lexicon.groups[hit.group].name) for hit in lexicon.find(wording)]
    return model.read(wording.plain, hits)


def features(model: LearnedModel, text: Stretches, first: int, stop: int) -> NDArray[np.float32]:
    """One window as a row of numbers: its meaning, its terms, its groups. The weights are a column of the same form."""
    weights = model.weights
    meaning = text.meaning[first:stop].sum(axis=0)
    meaning = meaning / max(float(np.linalg.norm(meaning)), 1e-6)
    told = np.zeros(len(weights.terms), np.float32)
    for words in text.words[first:stop]:
        for term in terms_of(words):
            number = weights.terms.get(term)
            if number is not None:
                told[number] += weights.rarity[number]
    told /= max(float(np.sqrt(text.lengths[first:stop].sum())), 1e-6)
    groups = text.groups[first:stop].any(axis=0) * np.float32(GROUP_SCALE)
    return np.concatenate([meaning, told, groups, [1.0]]).astype(np.float32)


def fit(rows: NDArray[np.float32], labels: NDArray[np.int8], weights: Matrix) -> NDArray[np.float32]:
    """Logistic regression for each category over the rows whose label is known, both classes counting the same.

    Solved in the space of the examples by accelerated gradient steps: there are far fewer examples than terms.
    """
    likeness: NDArray[np.float32] = rows @ rows.T
    known = labels >= 0
    balance = np.zeros(labels.shape)
    for column in range(labels.shape[1]):
        for label in (0, 1):
            members = labels[:, column] == label
            total = weights[members].sum()
            balance[members, column] = weights[members] * known[:, column].sum() / max(2 * total, 1e-6)
    truth = (labels == 1).astype(np.float64)
    start: NDArray[np.float32] = np.ones(len(rows), np.float32)
    for _ in range(20):
        start = np.asarray(likeness @ start, np.float32)
        start = np.asarray(start / np.linalg.norm(start), np.float32)
    steepest = float(np.linalg.norm(likeness @ start)) * balance.max(axis=0) / 4 + _STIFFNESS
    share, ahead = np.zeros(labels.shape), np.zeros(labels.shape)
    for step in range(_STEPS):
        chance = 1 / (1 + np.exp(-np.clip(likeness @ ahead.astype(np.float32), -30, 30)))
        following = ahead - (balance * (chance - truth) + _STIFFNESS * ahead) / steepest
        ahead = following + step / (step + 3) * (following - share)
        share = following
    return np.asarray(rows.T @ share.astype(np.float32))


def blank_weights(definition: NoticeDefinition, texts: Sequence[list[list[str]]], lexicon: Lexicon) -> Weights:
    """Weights that say nothing yet, over the terms that at least two of these texts hold."""
    met = Counter(term for sentences in texts for term in {term for words in sentences for term in terms_of(words)})
    terms = {term: number for number, term in enumerate(sorted(term for term, count in met.items() if count > 1))}
    rarity = np.array([np.log((1 + len(texts)) / (1 + met[term])) + 1 for term in terms])
    size, groups = len(definition.categories), [group.name for group in lexicon.groups[:-1]]
    width = word_vectors().width
    return Weights(
        reference=definition.reference,
        codes=tuple(category.code for category in definition.categories),
        terms=terms,
        rarity=np.round(rarity, 3).astype(np.float16).astype(np.float64),
        unknown_rarity=float(np.round(np.log((1 + len(texts)) / 2) + 1, 3)),
        groups={name: number for number, name in enumerate(groups)},
        meaning_weights=np.zeros((width, size), np.float32),
        term_weights=np.zeros((len(terms), size)),
        group_weights=np.zeros((len(groups), size)),
        bias=np.zeros(size),
        thresholds=np.zeros(size),
        slopes=np.ones(size),
        length_prior=_LENGTH_PRIOR,
        examples=(),
        example_codes=np.zeros((0, size), np.bool_),
        example_meaning=np.zeros((0, width), np.float32),
    )


def filled(weights: Weights, columns: NDArray[np.float32]) -> Weights:
    """The weights with what was learnt in their places."""
    width, terms, groups = len(weights.meaning_weights), len(weights.terms), len(weights.groups)
    return replace(
        weights,
        meaning_weights=columns[:width],
        term_weights=columns[width : width + terms].astype(np.float16).astype(np.float64),
        group_weights=columns[width + terms : width + terms + groups].astype(np.float64),
        bias=np.round(columns[-1].astype(np.float64), 4),
    )


class Teacher:
    """Holds what is taught from, and teaches."""

    def __init__(self, definition: NoticeDefinition, marked: Sequence[Marked], ordinary: Sequence[tuple[str, str]]):
        self.definition = definition
        self.lexicon = Suggester(definition, learned=False).lexicon
        vectors = word_vectors()
        plain = [self.lexicon.read(item.text).plain.split(" . ") for item in marked]
        texts = [[[w for word in s.split() for w in vectors.canonical(word)] for s in t] for t in plain]
        self.blank = blank_weights(definition, texts, self.lexicon)
        self.model = LearnedModel(self.blank, vectors)
        read = [(item, read_text(self.model, self.lexicon, item.text)) for item in marked]
        self.marked = [(item, text) for item, text in read if text is not None]
        pages = [(name, read_text(self.model, self.lexicon, text)) for name, text in ordinary]
        self.pages = [(name, text) for name, text in pages if text is not None]
        self.rows = np.array([features(self.model, text, 0, len(text.words)) for _, text in self.marked])
        self.labels = np.array([item.labels for item, _ in self.marked], np.int8)
        self.counts = np.array([item.weight for item, _ in self.marked])

    def is_kept_apart(self, name: str) -> bool:
        """Whether this ordinary paper is only measured on."""
        return sha256(name.encode()).digest()[0] % 2 == 1

    def teach(self) -> tuple[Weights, Matrix]:
        """Weights taught with everything, and the logits each marked text gets from weights not taught with it."""
        pages = [text for name, text in self.pages if not self.is_kept_apart(name)]
        ordinary = self._random_windows(pages)
        for _ in range(_HARD_ROUNDS):
            weights = filled(self.blank, self._fit(np.ones(len(self.rows), np.bool_), ordinary))
            ordinary = np.vstack([ordinary, self._hard_windows(pages, LearnedModel(weights, word_vectors()))])
            log.info("taught with %d marked texts and %d ordinary windows", len(self.rows), len(ordinary))
        columns = self._fit(np.ones(len(self.rows), np.bool_), ordinary)
        return filled(self.blank, columns), self._left_out(ordinary)

    def _fit(self, members: NDArray[np.bool_], ordinary: NDArray[np.float32]) -> NDArray[np.float32]:
        rows = np.vstack([self.rows[members], ordinary])
        labels = np.vstack([self.labels[members], np.zeros((len(ordinary), self.labels.shape[1]), np.int8)])
        return fit(rows, labels, np.concatenate([self.counts[members], np.ones(len(ordinary))]))

    def _left_out(self, ordinary: NDArray[np.float32]) -> Matrix:
        """Each text judged by weights taught without its file."""
        files = [name for name in sorted({item.source for item, _ in self.marked}) if name != NOTICE]
        has_some = {item.source for item, _ in self.marked if 1 in item.labels}
        # Texts of ordinary business are dealt out evenly: leaving all of them out at once would teach none of them.
        part = [
            files.index(item.source) if item.source in has_some and item.source != NOTICE else place
            for place, (item, _) in enumerate(self.marked)
        ]
        of_row = np.array(part) % _PARTS
        logits = np.zeros(self.labels.shape)
        for source in range(_PARTS):
            members = of_row == source
            logits[members] = self.rows[members] @ self._fit(~members, ordinary)
        return logits

    def _random_windows(self, pages: Sequence[Stretches]) -> NDArray[np.float32]:
        chance = np.random.default_rng(1)
        rows = []
        for _ in range(min(_RANDOM_WINDOWS, 4 * len(pages))):
            text = pages[int(chance.integers(len(pages)))]
            first = int(chance.integers(len(text.words)))
            rows.append(features(self.model, text, first, min(first + int(chance.integers(1, 4)), len(text.words))))
        return np.array(rows, np.float32).reshape(-1, self.rows.shape[1])

    def _hard_windows(self, pages: Sequence[Stretches], model: LearnedModel) -> NDArray[np.float32]:
        """The ordinary windows that these weights take for something, for the next weights to learn from."""
        chosen: dict[tuple[int, int, int], None] = {}
        best = [model.best_of_page(text)[1] for text in pages]
        for code in model.weights.codes:
            found = sorted((-item[code].highest, number, item[code].window) for number, item in enumerate(best) if item)
            chosen.update(((number, *window), None) for _, number, window in found[:_HARD_WINDOWS])
        rows = [features(self.model, pages[number], first, stop) for number, first, stop in chosen]
        return np.array(rows, np.float32).reshape(-1, self.rows.shape[1])

    def highest_refused(self, weights: Weights) -> Matrix:
        """For each category the highest logit of a sentence the notice says must not be suggested for it."""
        model = LearnedModel(weights, word_vectors())
        highest = np.full(len(weights.codes), -np.inf)
        for item, text in self.marked:
            logits = model.windows(text)[1] if item.source == NOTICE and 0 in item.labels else ()
            if len(logits):
                number = item.labels.index(0)
                highest[number] = max(highest[number], float(np.max(logits, axis=0)[number]))
        return highest

    def page_logits(self, weights: Weights) -> Matrix:
        """The highest logit for each category on each ordinary page that was not taught from."""
        model = LearnedModel(weights, word_vectors())
        pages = [text for name, text in self.pages if self.is_kept_apart(name)]
        rows = [logits.max(axis=0) for _, logits in map(model.windows, pages) if len(logits)]
        return np.array(rows).reshape(-1, len(weights.codes))


def choose_threshold(logits: Matrix, labels: NDArray[np.int8], on_pages: Matrix) -> tuple[float, float]:
    """The lowest logit at which enough of what is found is right, and how fast certainty grows from there."""
    order = np.argsort(-logits, kind="stable")
    right = np.cumsum(labels[order] == 1)
    precision = right / np.arange(1, len(order) + 1)
    good = np.flatnonzero(precision >= _LOWEST_PRECISION)
    lowest = logits[order[good[-1]]] if len(good) else logits.max()
    if len(on_pages):
        lowest = max(lowest, float(np.quantile(on_pages, 1 - _MOST_FALSE_PAGES)))
    found = np.sort(logits[(labels == 1) & (logits >= lowest)])
    middle = float(found[len(found) // 2]) if len(found) else lowest + 1
    # Half of what is found should be called moderate: a chance of one half, from the taught quarter at the threshold.
    return round(float(lowest), 3), round(float(np.log(3) / max(middle - lowest, 0.25)), 3)


def teach(definition: NoticeDefinition, marked: Sequence[Marked], ordinary: Sequence[tuple[str, str]]) -> Weights:
    """Weights for this notice, with thresholds chosen on texts and pages they were not taught with."""
    teacher = Teacher(definition, marked, ordinary)
    weights, logits = teacher.teach()
    on_pages = teacher.page_logits(weights)
    thresholds, slopes = [], []
    apart = np.array([item.is_measured for item, _ in teacher.marked])
    for number, code in enumerate(weights.codes):
        labels, column = teacher.labels[:, number], logits[:, number]
        asked = (labels >= 0) & apart
        threshold, slope = choose_threshold(column[asked], labels[asked], on_pages[:, number])
        threshold = max(threshold, round(float(teacher.highest_refused(weights)[number]) + _CLEAR_OF_REFUSED, 3))
        thresholds.append(threshold)
        slopes.append(slope)
        found = asked & (column >= threshold)
        log.info(
            "%s: recall %.2f, precision %.2f on files left out; %.3f of ordinary pages",
            code,
            (labels[found] == 1).sum() / max((labels[asked] == 1).sum(), 1),
            (labels[found] == 1).mean() if found.any() else 1.0,
            (on_pages[:, number] >= threshold).mean() if len(on_pages) else 0.0,
        )
    return with_examples(replace(weights, thresholds=np.array(thresholds), slopes=np.array(slopes)), teacher)


def with_examples(weights: Weights, teacher: Teacher) -> Weights:
    """What a passage can be said to read like: the marked texts of at least one category, cut to a line."""
    chosen = [(item, text) for item, text in teacher.marked if 1 in item.labels]
    meaning = np.array([text.meaning.sum(axis=0) for _, text in chosen]).reshape(-1, word_vectors().width)
    meaning /= np.maximum(np.linalg.norm(meaning, axis=1, keepdims=True), 1e-6)
    codes = np.array([[label == 1 for label in item.labels] for item, _ in chosen], np.bool_)
    return replace(
        weights,
        examples=tuple(_gist(item.text) for item, _ in chosen),
        example_codes=codes.reshape(-1, len(weights.codes)),
        example_meaning=meaning.astype(np.float32),
    )


def _gist(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= _LONGEST_GIST else words[:_LONGEST_GIST].rsplit(" ", 1)[0] + " ..."


def main(arguments: Sequence[str] | None = None) -> int:
    """Make the weights again and write them where the suggester finds them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--notice", type=Path, default=NOTICE_FILE)
    parser.add_argument("--marked", type=Path, action="append", default=[], help="a further file of marked paragraphs")
    parser.add_argument("--ordinary", type=Path, action="append", default=[], help="a folder of ordinary papers")
    parser.add_argument("--out", type=Path, default=WEIGHTS_FILE)
    asked = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    definition = load_notice(asked.notice)
    codes = [category.code for category in definition.categories]
    marked = list(notice_sentences(definition))
    for path in sorted(EXAMPLES.glob("*.yaml")):
        marked.extend(marked_paragraphs(path, codes))
    for path in asked.marked:
        marked.extend(marked_paragraphs(path, codes, is_measured=False))
    ordinary = [page for folder in asked.ordinary for page in ordinary_pages(folder)]
    log.info("%d marked texts, %d ordinary pages", len(marked), len(ordinary))
    save_weights(teach(definition, marked, ordinary), asked.out)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
