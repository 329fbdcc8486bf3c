"""Breaks a paper's words into the lines and pages on which they are typed.

Each line of the words is a paragraph. A first character says how it stands: ``^`` in the middle, ``>`` at the right,
``_`` underlined, ``|`` as typed with its spaces kept. A line of ``=====`` starts a new page.
"""

from collections.abc import Callable
from dataclasses import dataclass

PAGE_BREAK = "====="
STANDINGS = {"^": "centre", ">": "right", "_": "underlined", "|": "kept"}


@dataclass(frozen=True)
class Line:
    """One typed line and how it stands on the page."""

    text: str
    standing: str = "left"


def wrap(paragraph: str, fits: Callable[[str], bool]) -> list[str]:
    """The paragraph as lines that fit."""
    lines: list[str] = []
    for word in paragraph.split():
        if lines and fits(f"{lines[-1]} {word}"):
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines or [""]


def lines_of(section: str, fits: Callable[[str], bool]) -> list[Line]:
    """The lines of one section, before they are cut into pages."""
    lines = []
    for paragraph in section.strip("\n").split("\n"):
        standing = STANDINGS.get(paragraph[:1], "left")
        words = paragraph[1:] if standing != "left" else paragraph
        texts = [words.rstrip()] if standing == "kept" else wrap(words, fits)
        lines += [Line(text, standing) for text in texts]
    return lines


def pages_of(words: str, fits: Callable[[str], bool], *, lines_per_page: int) -> list[list[Line]]:
    """The pages: a new one at each mark, and wherever the paper is full."""
    pages = []
    for section in words.split(PAGE_BREAK):
        lines = lines_of(section, fits)
        pages += [lines[start : start + lines_per_page] for start in range(0, len(lines), lines_per_page)]
    return pages


def text_of(page: list[Line]) -> str:
    """The exact text of a page, line by line, without the space that places it."""
    return "\n".join(line.text.strip() for line in page).strip("\n")
