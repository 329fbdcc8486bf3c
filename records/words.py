"""Where each word stands on its page: packed small for keeping, and asked for the boxes of a stretch of text."""

import struct
import zlib
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
from rapidfuzz.distance import Levenshtein

from store.errors import DamagedError

_VERSION = 1
_HEADER = struct.Struct("<BI")
_STEPS = 10_000  # positions are kept to a ten-thousandth of the page, a fiftieth of a millimetre on A4
_CONFIDENCE_STEPS = 2  # half a percent
_SIDES = 4
_COLUMN_BYTES = 9  # two for each edge of the box, one for the confidence
_SAME_LINE = 0.5  # of the lower word's height


class Word(NamedTuple):
    """A word and its box in fractions of the page as shown, origin top left; confidence from 0 to 100."""

    x0: float
    y0: float
    x1: float
    y1: float
    text: str
    confidence: float


class Box(NamedTuple):
    """A box in fractions of the page as shown, origin top left."""

    x0: float
    y0: float
    x1: float
    y1: float


def pack(words: Iterable[Sequence[float | str]]) -> bytes:
    """The words of a page in few bytes: boxes exact to a ten-thousandth of the page, text exact, in their order.

    Takes `Word`s or plain sequences of the same six values, so that a reader of files need not know this module.
    """
    rows = list(words)
    if not rows:
        return _HEADER.pack(_VERSION, 0)
    *sides, texts, sure = zip(*rows, strict=True)
    boxes = np.array(sides, dtype=np.float64).T
    if boxes.shape[1] != _SIDES:
        raise ValueError("a word has a box of four sides, a text and a confidence")
    steps = np.clip(np.rint(boxes * _STEPS), 0, _STEPS).astype(np.int32)
    columns = np.empty_like(steps)
    # Neighbours in reading order stand near each other: differences are small and compress well.
    columns[:, 0] = np.diff(steps[:, 0], prepend=0)
    columns[:, 1] = np.diff(steps[:, 1], prepend=0)
    columns[:, 2] = steps[:, 2] - steps[:, 0]
    columns[:, 3] = steps[:, 3] - steps[:, 1]
    planes = columns.astype("<i2").T.copy().view(np.uint8).reshape(4, -1, 2)
    confidence = np.clip(np.rint(np.array(sure, dtype=np.float64) * _CONFIDENCE_STEPS), 0, 200)
    body = (
        planes.transpose(0, 2, 1).tobytes()
        + confidence.astype(np.uint8).tobytes()
        + _lines(texts).encode("utf-8", "surrogatepass")
    )
    return _HEADER.pack(_VERSION, len(rows)) + zlib.compress(body, 9)


def unpack(packed: bytes) -> list[Word]:
    """The words that `pack` was given.

    Raises:
        DamagedError: These bytes are not what `pack` wrote.
    """
    try:
        version, count = _HEADER.unpack_from(packed)
        body = zlib.decompress(packed[_HEADER.size :]) if count else b""
        if version != _VERSION or len(body) < count * _COLUMN_BYTES:
            raise ValueError("another form")
        texts = body[count * _COLUMN_BYTES :].decode("utf-8", "surrogatepass").split("\n") if count else []
        if len(texts) != count:
            raise ValueError("words are missing")
    except (struct.error, zlib.error, ValueError) as error:
        raise DamagedError(
            "The places of the words on this page are damaged, so nothing can be marked on its image: "
            "read the page again."
        ) from error
    if not count:
        return []
    planes = np.frombuffer(body, np.uint8, count * 8).reshape(4, 2, count).transpose(0, 2, 1).copy()
    columns = planes.view("<i2").reshape(4, count).astype(np.int32)
    x0, y0 = np.cumsum(columns[0]), np.cumsum(columns[1])
    edges = np.stack([x0, y0, x0 + columns[2], y0 + columns[3]], axis=1) / _STEPS
    confidence = np.frombuffer(body, np.uint8, count, count * 8) / _CONFIDENCE_STEPS
    return [
        Word(box[0], box[1], box[2], box[3], _unescape(text), sure)
        for box, text, sure in zip(edges.tolist(), texts, confidence.tolist(), strict=True)
    ]


def locate(text: str, words: Sequence[Word], start: int, end: int) -> list[Box]:
    """The boxes, one a line, of the words that stand at these characters of the page's text.

    The text and the words may differ (a line-end hyphen closed up, a word mended, a word without a box), so the two
    are aligned as wholes; that is what keeps the third "Mr" of the page the third. A stretch of which no word has a
    box gives no boxes rather than a guess.
    """
    if not words or end <= start:
        return []
    tokens, spans = _tokens(text)
    asked = {number for number, (first, last) in enumerate(spans) if first < end and last > start}
    if not asked:
        return []
    chosen: set[int] = set()
    for equal, source, target in _matched(tokens, [word.text.strip() for word in words]):
        wanted = asked.intersection(source)
        if wanted and equal:
            chosen.update(target.start + number - source.start for number in wanted)
        elif wanted and target:
            chosen.update(_aligned(tokens, spans, words, source, target, start, end))
    return _merged([words[number] for number in sorted(chosen)])


def _matched(tokens: list[str], words: list[str]) -> list[tuple[bool, range, range]]:
    """The stretches of tokens and words that are the same, and between them those that differ."""
    stretches: list[tuple[bool, range, range]] = []
    for step in Levenshtein.opcodes(tokens, words):
        equal = step.tag == "equal"
        source, target = range(step.src_start, step.src_end), range(step.dest_start, step.dest_end)
        if stretches and not equal and not stretches[-1][0]:
            _, before, beside = stretches.pop()
            source, target = range(before.start, source.stop), range(beside.start, target.stop)
        stretches.append((equal, source, target))
    return stretches


def _tokens(text: str) -> tuple[list[str], list[tuple[int, int]]]:
    tokens = text.split()
    spans, position = [], 0
    for token in tokens:
        position = text.index(token, position)
        spans.append((position, position + len(token)))
        position += len(token)
    return tokens, spans


def _aligned(
    tokens: list[str],
    spans: list[tuple[int, int]],
    words: Sequence[Word],
    source: range,
    target: range,
    start: int,
    end: int,
) -> set[int]:
    """The words, among those that differ, whose letters stand at the characters asked for."""
    places = [place for number in source for place in range(*spans[number])]
    owners = [number for number in target for _ in words[number].text.strip()]
    steps = Levenshtein.opcodes(
        "".join(tokens[number] for number in source), "".join(words[number].text.strip() for number in target)
    )
    found: set[int] = set()
    for step in steps:
        if step.tag not in ("equal", "replace"):
            continue
        for offset in range(min(step.src_end - step.src_start, step.dest_end - step.dest_start)):
            if start <= places[step.src_start + offset] < end:
                found.add(owners[step.dest_start + offset])
    return found


def _merged(words: list[Word]) -> list[Box]:
    boxes: list[Box] = []
    for word in words:
        last = boxes[-1] if boxes else None
        if last is not None and _continues(last, word):
            boxes[-1] = Box(min(last.x0, word.x0), min(last.y0, word.y0), max(last.x1, word.x1), max(last.y1, word.y1))
        else:
            boxes.append(Box._make(word[:4]))
    return boxes


def _continues(line: Box, word: Word) -> bool:
    shared = min(line.y1, word.y1) - max(line.y0, word.y0)
    lower = min(line.y1 - line.y0, word.y1 - word.y0)
    return word.x0 >= line.x0 and shared >= _SAME_LINE * lower


def _lines(texts: Sequence[Any]) -> str:
    """The texts, one a line; what is in them that could be taken for a line's end is escaped."""
    plain = "\n".join(texts)
    if "\\" not in plain and plain.count("\n") == len(texts) - 1:
        return plain
    return "\n".join(text.replace("\\", "\\\\").replace("\n", "\\n") for text in texts)


def _unescape(text: str) -> str:
    if "\\" not in text:
        return text
    letters, rest = [], iter(text)
    for letter in rest:
        following = next(rest, "") if letter == "\\" else None
        letters.append(letter if following is None else "\n" if following == "n" else following)
    return "".join(letters)
