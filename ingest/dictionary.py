"""Whether a word is in the dictionary that comes inside an OCR model, and so how much a text looks like language."""

import re
import struct
from collections import Counter
from collections.abc import Iterable
from functools import cache, lru_cache
from pathlib import Path

import numpy as np

MODELS = Path(__file__).resolve().parent / "tessdata"
_WORDS_PART = 19  # of a model file: the dictionary of the recogniser, as a graph of letters
_LETTERS_PART = 21
_LAST_EDGE, _BACKWARD, _WORD_END = 1, 2, 4
_TOKEN = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")


class WordGraph:
    """The dictionary of one model: a graph whose edges are letters."""

    def __init__(self, model: Path) -> None:
        data = model.read_bytes()
        self._letters = _letters(_part(data, _LETTERS_PART))
        graph = _part(data, _WORDS_PART)
        _, letter_count, edge_count = struct.unpack_from("<hii", graph)
        self._edges = np.frombuffer(graph, "<u8", edge_count, 10)
        self._flag_bit = int(np.ceil(np.log2(letter_count + 1)))
        self._known: dict[int, dict[int, tuple[int, bool]]] = {}

    def _node(self, number: int) -> dict[int, tuple[int, bool]]:
        """Where each letter leads from here, and whether a word may end with it."""
        node = self._known.get(number)
        if node is None:
            node = {}
            position = number
            while position < len(self._edges):
                edge = int(self._edges[position])
                flags = edge >> self._flag_bit & 7
                if not flags & _BACKWARD:
                    letter = edge & (1 << self._flag_bit) - 1
                    node[letter] = (edge >> self._flag_bit + 3, bool(flags & _WORD_END))
                if flags & _LAST_EDGE:
                    break
                position += 1
            self._known[number] = node
        return node

    def holds(self, word: str) -> bool:
        """True when the dictionary has the word exactly so."""
        position, ends = 0, False
        for index, letter in enumerate(word):
            code = self._letters.get(letter)
            step = None if code is None or (index and not position) else self._node(position).get(code)
            if step is None:
                return False
            position, ends = step
        return ends


def _part(data: bytes, number: int) -> bytes:
    (count,) = struct.unpack_from("<I", data)
    offsets = struct.unpack_from(f"<{count}q", data, 4)
    start = offsets[number]
    following = [offset for offset in offsets[number + 1 :] if offset > start]
    return data[start : min(following, default=len(data))]


def _letters(part: bytes) -> dict[str, int]:
    lines = part.decode("utf-8").split("\n")
    return {line.split(" ")[0]: number for number, line in enumerate(lines[1:]) if line}


@cache
def word_graph(language: str) -> WordGraph:
    """The dictionary of `eng` or `cym`, read once."""
    return WordGraph(MODELS / f"{language}.traineddata")


@lru_cache(maxsize=100_000)
def is_word(word: str, language: str = "eng") -> bool:
    """True when the word, as written, in small letters, or as a name, is in the dictionary."""
    graph = word_graph(language)
    plain = word.replace("’", "'").removesuffix("'s")
    return any(graph.holds(form) for form in {plain, plain.lower(), plain.capitalize()})


def tokens(text: str) -> list[str]:
    """The words of a text that are made of letters, two letters long or longer."""
    return [token for token in _TOKEN.findall(text) if len(token) > 1]


def word_share(words: Iterable[str], language: str = "eng") -> float:
    """The share of these words that are in the dictionary; 0 where there are none."""
    total = known = 0
    for word in words:
        total += 1
        known += is_word(word, language)
    return known / total if total else 0.0


def known_share(text: str) -> float:
    """The share of the words that are in the English dictionary, or in the Welsh where that is more."""
    return known_share_of(tokens(text))


def known_share_of(words: Iterable[str]) -> float:
    """`known_share` of a text that has been taken apart already."""
    counted = Counter(words)
    total = counted.total()
    most = max(sum(count for word, count in counted.items() if is_word(word, language)) for language in ("eng", "cym"))
    return most / total if total else 0.0
