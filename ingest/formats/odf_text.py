"""The words of an OpenDocument part in reading order, with what is hidden marked and what stands beside kept apart."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from lxml import etree

from ingest.formats.ooxml import Element

_NS = "urn:oasis:names:tc:opendocument:xmlns:"
TEXT, TABLE, DRAW, OFFICE, STYLE = (f"{{{_NS}{name}:1.0}}" for name in ("text", "table", "drawing", "office", "style"))
_PRESENTATION = f"{{{_NS}presentation:1.0}}"
_DC = "{http://purl.org/dc/elements/1.1/}"
_MAXIMUM_REPEATS = 1000
_MAXIMUM_SPACES = 100
# Of one insertion, about so many letters are listed: all of it stands in the text.
_LONGEST_CHANGE = 5000
_XML_ID = "{http://www.w3.org/XML/1998/namespace}id"
_MARKS = {f"{TEXT}change-start": "start", f"{TEXT}change-end": "end"}
_SPACES = {f"{TEXT}tab": " ", f"{TEXT}s": " ", f"{TEXT}line-break": "\n"}
_APART = (f"{TEXT}tracked-changes", f"{OFFICE}annotation", f"{TEXT}note")


@dataclass(frozen=True)
class Hidden:
    """The names of the styles that hide: sheets, slides, and words."""

    tables: frozenset[str]
    slides: frozenset[str]
    words: frozenset[str]

    @classmethod
    def of(cls, *roots: Element | None) -> "Hidden":
        """What the parts' styles hide."""
        return cls(
            frozenset(_named(roots, "table-properties", f"{TABLE}display", "false")),
            frozenset(_named(roots, "drawing-page-properties", f"{_PRESENTATION}visibility", "hidden")),
            frozenset(_named(roots, "text-properties", f"{TEXT}display", "none")),
        )


def _named(roots: tuple[Element | None, ...], properties: str, attribute: str, value: str) -> Iterator[str]:
    for root in roots:
        for found in () if root is None else root.iter(f"{STYLE}{properties}"):
            if found.get(attribute) == value:
                yield found.getparent().get(f"{STYLE}name") or ""


@dataclass
class Flow:
    """Collects the words of a document's parts, and beside them its comments and tracked changes."""

    hidden: Hidden
    comments: list[str] = field(default_factory=list)
    changes: list[str] = field(default_factory=list)

    def lines(self, parent: Element, *, without: str = "") -> list[str]:
        """The paragraphs and rows under the element in order; notes stand where they are called for."""
        lines: list[str] = []
        for element in parent.iter(f"{TEXT}p", f"{TEXT}h", f"{TABLE}table-row"):
            inside = [above.tag for above in element.iterancestors() if above is not parent]
            inside = inside[: inside.index(parent.tag)] if parent.tag in inside else inside
            if any(tag in _APART or tag == without for tag in inside):
                continue
            if element.tag == f"{TABLE}table-row":
                lines.append(self.row(element, set()))
            elif f"{TABLE}table-cell" not in inside:
                lines.append(self._marked(element, self.inline(element)))
        return lines

    def row(self, row: Element, hidden_columns: set[int]) -> str:
        """The row's cells, those of hidden columns marked."""
        cells: list[str] = []
        at = 0
        for cell in row.iterchildren(f"{TABLE}table-cell", f"{TABLE}covered-table-cell"):
            text = " / ".join(filter(None, (self.inline(line) for line in _paragraphs(cell))))
            for comment in cell.iterchildren(f"{OFFICE}annotation"):
                self._comment(comment)
            repeats = int(cell.get(f"{TABLE}number-columns-repeated") or 1)
            shown = f"[hidden column] {text}" if text and at in hidden_columns else text
            cells += [shown] * (min(repeats, _MAXIMUM_REPEATS) if text else 1)
            at += repeats
        while cells and not cells[-1]:
            cells.pop()
        return "\t".join(cells)

    def inline(self, element: Element) -> str:
        """The words of one paragraph."""
        pieces = [element.text or ""]
        for child in element:
            pieces.append(self._piece(child))
            pieces.append(child.tail or "")
        return "".join(pieces)

    def _piece(self, child: Element) -> str:
        tag = child.tag
        if tag == f"{TEXT}tab":
            return "\t"
        if tag == f"{TEXT}line-break":
            return "\n"
        if tag == f"{TEXT}s":
            return " " * min(int(child.get(f"{TEXT}c") or 1), _MAXIMUM_SPACES)
        if tag == f"{OFFICE}annotation":
            self._comment(child)
            return ""
        if tag == f"{TEXT}note":
            return f" [note {' '.join(self.lines(child)).strip() or ''.join(child.itertext()).strip()}]"
        if tag in (f"{TEXT}tracked-changes", f"{_DC}creator", f"{_DC}date"):
            return ""
        if tag in (f"{TEXT}hidden-text", f"{TEXT}conditional-text"):
            return f"[hidden text: {child.get(f'{TEXT}string-value') or ''.join(child.itertext())}]"
        return self._marked(child, self.inline(child))

    def _marked(self, element: Element, text: str) -> str:
        named = element.get(f"{TEXT}style-name") in self.hidden.words
        in_section = element.tag != f"{TEXT}span" and any(
            above.get(f"{TEXT}display") == "none" for above in element.iterancestors(f"{TEXT}section")
        )
        return f"[hidden text: {text}]" if text.strip() and (named or in_section) else text

    def _comment(self, comment: Element) -> None:
        self.comments.append(f"Comment by {_who_and_when(comment)}: {_words(comment)}")

    def keep_changes(self, changes: Element, inserted: Mapping[str, str]) -> None:
        """Every change recorded is kept with its words, who made it and when; inserted words stand in the text as well.

        `inserted` is what `words_inserted` found in the text.
        """
        for region in changes.iter(f"{TEXT}changed-region"):
            for change in region:
                kind = {"deletion": "Deleted", "insertion": "Inserted"}.get(str(change.tag).partition("}")[2])
                if kind is None:
                    continue
                words = _words(change) or inserted.get(_id_of(region), "")
                if words or kind == "Inserted":
                    self.changes.append(f"{kind} by {_who_and_when(change)}{f': {words}' if words else ''}")


def words_inserted(body: Element) -> dict[str, str]:
    """By the number of each change, the words that stand in the text between its start and its end."""
    found: dict[str, list[str]] = {}
    standing: dict[str, int] = {}
    for kind, told in _stream(body):
        if kind == "start":
            standing[told] = 0
            found.setdefault(told, [])
        elif kind == "end":
            standing.pop(told, None)
        else:
            for change, length in standing.items():
                if length < _LONGEST_CHANGE:
                    found[change].append(told)
                    standing[change] = length + len(told)
    return {name: _one_line("".join(pieces)) for name, pieces in found.items()}


def _one_line(text: str) -> str:
    return " / ".join(line for line in (" ".join(part.split()) for part in text.split("\n")) if line)


def _stream(body: Element) -> Iterator[tuple[str, str]]:
    """The words in the order of the text, and between them where each change starts and ends."""
    for moment, element in etree.iterwalk(body, events=("start", "end")):
        if moment == "start":
            if element.tag in _MARKS:
                yield _MARKS[element.tag], element.get(f"{TEXT}change-id") or ""
            yield "words", _SPACES.get(element.tag, "") + (element.text or "")
        else:
            yield "words", ("\n" if element.tag in (f"{TEXT}p", f"{TEXT}h") else "") + (element.tail or "")


def _id_of(region: Element) -> str:
    return region.get(f"{TEXT}id") or region.get(_XML_ID) or ""


def _paragraphs(cell: Element) -> Iterator[Element]:
    for line in cell.iter(f"{TEXT}p"):
        if next(line.iterancestors(f"{OFFICE}annotation"), None) is None:
            yield line


def _words(element: Element) -> str:
    lines = ("".join(line.itertext()).strip() for line in element.iter(f"{TEXT}p", f"{TEXT}h"))
    return " / ".join(line for line in lines if line)


def _who_and_when(element: Element) -> str:
    who = next((found.text for found in element.iter(f"{_DC}creator")), None) or "unknown"
    when = next((found.text for found in element.iter(f"{_DC}date")), None) or "no date"
    return f"{who}, {when}"
