"""The words of a page, brought to one form in which terms can be looked up, and the way back to the page.

Words are lower case, joined again where a line break or letter spacing had cut them, and common misreadings
of scanned type are mended towards the words of the lexicon. One token of the page is one entry here, so every
hit can be shown where it stands, in the words that stand there.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import accumulate

from rapidfuzz import process
from rapidfuzz.distance import OSA

SENTENCE_BREAK = "."
"""The word that stands for the end of a sentence or a paragraph: no phrase is matched across it."""

_JOINED = "\u00ad"
_PARAGRAPH = "¶"
# Each of these is replaced by as many characters as it had, so that every place on the page stays where it was.
_LINE_HYPHEN = re.compile(r"-[ \t]*\r?\n[ \t]*(?=[^\W\d_])")
_LETTER_SPACED = re.compile(r"\b[A-Z](?: [A-Z]){3,}\b")
_BLANK_LINE = re.compile(r"\n[ \t\r]*\n\s*")
_CHUNK = re.compile(r"\S+")
_WORD = re.compile(rf"[^\W_]+(?:['’´{_JOINED}]+[^\W_]+)*")
_WITHIN_WORD = re.compile(rf"['’´{_JOINED}]+")
_SPACES = re.compile(r" {2,}")
_ABBREVIATION = re.compile(
    r"(?:[A-Za-z]\.)+|(?:mr|mrs|ms|dr|st|no|nos|cllr|rev|reg|regs|para|hon|messrs|e\.g|i\.e|viz)\.", re.I
)
_CLOSING = "\"”’')]*_"
_MISREADINGS = (
    ("rn", "m"), ("m", "rn"), ("1", "l"), ("1", "i"), ("l", "i"), ("i", "l"), ("0", "o"), ("5", "s"), ("vv", "w"),
    ("cl", "d"), ("d", "cl"), ("ii", "u"), ("li", "h"), ("8", "b"), ("6", "b"), ("e", "c"), ("c", "e"), ("h", "b"),
    ("b", "h"), ("n", "u"), ("u", "n"), ("ri", "n"), ("iii", "m"), ("ni", "m"), ("in", "m"), ("3", "e"), ("tl", "d"),
    ("f", "t"), ("t", "f"), ("9", "g"), ("tb", "th"),
)  # fmt: skip
_GLUE = frozenset({"the", "of", "and", "his", "our", "my", "with"})
_SHORTEST_MENDED = 5
_LONGEST_MENDED = 32  # a longer run of letters is no word, and trying every change of it would take for ever
_SHORTEST_FUZZY = 9
_SHORTEST_FUZZY_TWO = 13
_MOST_REMEMBERED = 200_000


def _prepare(text: str) -> str:
    """The text with cut words joined and blank lines marked, every character still in its place."""
    if "-\n" in text or "-\r" in text or "- \n" in text:
        text = _LINE_HYPHEN.sub(lambda found: _JOINED * len(found.group()), text)
    if "\n\n" in text or "\n\r\n" in text or "\n \n" in text:
        text = _BLANK_LINE.sub(_mark_paragraph, text)
    return _LETTER_SPACED.sub(lambda found: found.group().replace(" ", _JOINED), text)


def _mark_paragraph(found: re.Match[str]) -> str:
    """Before a lower-case letter a blank line is only double spacing, so it stays as it is."""
    following = found.string[found.end() : found.end() + 1]
    if following.isupper() or following.isdigit() or following == "(":
        return "\n" * (len(found.group()) - 1) + _PARAGRAPH
    return found.group()


def _plain_chunk(chunk: str) -> list[str]:
    """The plain words of a stretch without spaces, with the sentence breaks before and after it."""
    words = [_WITHIN_WORD.sub("", word).lower() for word in _WORD.findall(chunk)]
    if chunk[0] == _PARAGRAPH:
        words.insert(0, SENTENCE_BREAK)
    end = chunk.rstrip(_CLOSING)
    if end and end[-1] in ".!?" and not _ABBREVIATION.fullmatch(end.lstrip("(\"'“‘[")):
        words.append(SENTENCE_BREAK)
    return words


def plain_words(text: str) -> list[str]:
    """The words of a term or a sentence in plain form, with nothing mended."""
    return [word for chunk in _prepare(text).split() for word in _plain_chunk(chunk)]


@dataclass(frozen=True)
class Wording:
    """One page in the form in which terms are looked up."""

    original: str
    prepared: str
    plain: str


@dataclass(frozen=True)
class WordSpans:
    """The way back: where each stretch of the page stands in the plain text, and where on the page."""

    original: str
    starts: tuple[int, ...]
    places: tuple[tuple[int, int], ...]
    breaks: tuple[bool, ...]

    def on_page(self, start: int, end: int) -> tuple[int, int]:
        """First and last character on the page of the words that cover this stretch of plain text."""
        first, last = self._range(start, end)
        begin, finish = self.places[first][0], self.places[last][1]
        while begin < finish - 1 and not self.original[begin].isalnum():
            begin += 1
        while finish > begin + 1 and not self.original[finish - 1].isalnum():
            finish -= 1
        return begin, finish

    def sentence(self, start: int, end: int, *, longest: int = 320) -> str:
        """The sentence on the page around this stretch, its white space evened out, cut at words if very long."""
        first, last = self._range(start, end)
        finish = self.places[last][1]
        while first > 0 and not self.breaks[first - 1] and finish - self.places[first - 1][0] <= longest * 2 // 3:
            first -= 1
        begin = self.places[first][0]
        while last + 1 < len(self.places) and not self.breaks[last] and self.places[last + 1][1] - begin <= longest:
            last += 1
        return " ".join(self.original[begin : self.places[last][1]].split())

    def _range(self, start: int, end: int) -> tuple[int, int]:
        first = max(bisect_right(self.starts, start) - 1, 0)
        return first, max(bisect_right(self.starts, end - 1) - 1, first)


class Reader(dict[str, str]):
    """Turns pages into wordings, mending misread words towards a vocabulary; remembers each word it has met.

    `words` are left as they are; only `targets`, the words that mean something on their own, and `stems` are what a
    misread word may be mended into: mending towards every word of every phrase would change ordinary English.
    """

    def __init__(
        self, words: Iterable[str], targets: Iterable[str], stems: Iterable[str], ordinary: Iterable[str]
    ) -> None:
        super().__init__()
        self._mended: dict[str, str] = {}
        self._words = frozenset(words)
        self._targets = frozenset(targets)
        self._stems = frozenset(stem for stem in stems if len(stem) >= _SHORTEST_MENDED)
        self._ordinary = frozenset(ordinary)
        self._long_by_initial: dict[str, list[str]] = {}
        for word in sorted(self._targets | self._stems):
            if len(word) >= _SHORTEST_FUZZY:
                self._long_by_initial.setdefault(word[0], []).append(word)

    def read(self, text: str) -> Wording:
        """The page in plain form; reading the same words again costs almost nothing."""
        if len(self) > _MOST_REMEMBERED:
            self.clear()
            self._mended.clear()
        prepared = _prepare(text)
        plain = f" {' '.join(map(self.__getitem__, prepared.split()))} "
        return Wording(text, prepared, _SPACES.sub(" ", plain) if "  " in plain else plain)

    def spans(self, wording: Wording) -> WordSpans:
        """The way back from the plain text to the page; made only for pages where something was found."""
        chunks = [(chunk.span(), self[chunk.group()]) for chunk in _CHUNK.finditer(wording.prepared)]
        chunks = [chunk for chunk in chunks if chunk[1]]
        plain = [words for _, words in chunks]
        starts = accumulate((len(words) + 1 for words in plain[:-1]), initial=1)
        ends = [words[-1] == SENTENCE_BREAK for words in plain]
        begins = [words[0] == SENTENCE_BREAK for words in plain[1:]]
        breaks = [end or begin for end, begin in zip(ends, [*begins, True], strict=False)]
        return WordSpans(wording.original, tuple(starts), tuple(place for place, _ in chunks), tuple(breaks))

    def __missing__(self, chunk: str) -> str:
        plain = " ".join(map(self._mended_word, _plain_chunk(chunk)))
        self[chunk] = plain
        return plain

    def _mended_word(self, word: str) -> str:
        if not _SHORTEST_MENDED <= len(word) <= _LONGEST_MENDED or word in self._words or word in self._ordinary:
            return word
        if word not in self._mended:
            self._mended[word] = word if self._has_stem(word) else self._mend(word)
        return self._mended[word]

    def _is_target(self, word: str) -> bool:
        return word in self._targets or self._has_stem(word)

    def _has_stem(self, word: str) -> bool:
        return any(word[:length] in self._stems for length in range(_SHORTEST_MENDED, len(word) + 1))

    def _mend(self, word: str) -> str:
        if word.isdigit():
            return word
        return self._misread(word) or self._fuzzy(word) or self._run_together(word) or word

    def _misread(self, word: str) -> str | None:
        """The word of the vocabulary that this is, should one or two characters have been misread."""
        candidates = [word]
        if any(character.isdigit() for character in word):
            swapped = word.translate(str.maketrans("015836", "olsbeb"))
            candidates += [swapped, word.translate(str.maketrans("015836", "oisbeb"))]
        for base in candidates:
            if base != word and self._is_target(base):
                return base
            for wrong, right in _MISREADINGS:
                at = base.find(wrong)
                while at >= 0:
                    attempt = base[:at] + right + base[at + len(wrong) :]
                    if len(attempt) >= _SHORTEST_MENDED and self._is_target(attempt):
                        return attempt
                    at = base.find(wrong, at + 1)
        return None

    def _fuzzy(self, word: str) -> str | None:
        """A long word of the vocabulary that differs in one letter, or two if very long, and not only in its ending."""
        if len(word) < _SHORTEST_FUZZY or not word.isalpha():
            return None
        allowed = 2 if len(word) >= _SHORTEST_FUZZY_TWO else 1
        choices = self._long_by_initial.get(word[0], ())
        found = process.extractOne(word, choices, scorer=OSA.distance, score_cutoff=allowed)
        if found is None or word[:-2] == found[0][: len(word) - 2]:
            return None
        return str(found[0])

    def _run_together(self, word: str) -> str | None:
        """Two words that lost the space between them, when one belongs to the vocabulary and the other is known."""
        for at in range(2, len(word) - 1):
            left, right = word[:at], word[at:]
            if len(right) >= _SHORTEST_MENDED and right in self._targets and (left in _GLUE or self._is_long(left)):
                return f"{left} {right}"
            if right in _GLUE and self._is_long(left):
                return f"{left} {right}"
        return None

    def _is_long(self, word: str) -> bool:
        return len(word) >= _SHORTEST_MENDED and word in self._targets
