"""The notes and comments people left on the pages of a PDF, read so that none is lost when the page is made still."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import pikepdf
from pikepdf import Array, Dictionary, Object

_HIDDEN = 2
_UNSEEN_KINDS = frozenset({"/Popup", "/Link", "/Widget", "/PrinterMark", "/TrapNet"})
_MOVING_KINDS = frozenset({"/Sound", "/Movie", "/Screen", "/3D", "/RichMedia"})
_DATE = re.compile(r"D:(\d{4})(\d{2})?(\d{2})?")
_NAMES = {
    "/Text": "note",
    "/FreeText": "typed text",
    "/Highlight": "highlighting",
    "/Underline": "underlining",
    "/StrikeOut": "striking out",
    "/Squiggly": "wavy underlining",
    "/Ink": "drawing by hand",
    "/Stamp": "stamp",
    "/FileAttachment": "attached file",
    "/Caret": "insertion mark",
}


@dataclass(frozen=True, slots=True)
class Comment:
    """One comment or mark: the page it is on (from 1), what it is, who made it, when, and what it says."""

    page: int
    kind: str
    author: str
    date_text: str
    text: str
    is_drawn: bool

    def sentence(self) -> str:
        """The comment as it is printed."""
        about = ", ".join(part for part in (self.kind, self.author, self.date_text) if part)
        unseen = "" if self.is_drawn else " (not drawn on the page)"
        return f"Page {self.page}, {about}{unseen}: {self.text or 'no words'}"


def read_comments(pages: Sequence[pikepdf.Page], removed: Counter[str]) -> list[Comment]:
    """Every comment that says something or would otherwise not be seen; links and moving things are counted."""
    found = []
    for number, page in enumerate(pages, start=1):
        notes = page.obj.get("/Annots")
        if not isinstance(notes, Array):
            continue
        for note in notes:
            if isinstance(note, Dictionary):
                comment = _read(number, note, removed)
                if comment is not None:
                    found.append(comment)
    return found


def _read(page: int, note: Dictionary, removed: Counter[str]) -> Comment | None:
    kind = str(note.get("/Subtype", ""))
    if kind == "/Link":
        removed["links"] += 1
    if "/A" in note or "/AA" in note:
        removed["actions on the page"] += kind != "/Link"
    if kind in _MOVING_KINDS:
        removed["sound, film or 3D"] += 1
    if kind == "/FileAttachment":
        removed["embedded files"] += 1
    if kind in _UNSEEN_KINDS:
        return None
    is_drawn = _has_appearance(note) and not _flags(note) & _HIDDEN
    text = _text(note.get("/Contents"))
    if is_drawn and not text:
        return None
    date = _DATE.match(_text(note.get("/M")) or _text(note.get("/CreationDate")))
    day = "-".join(part for part in date.groups() if part) if date else ""
    return Comment(page, _NAMES.get(kind, kind.strip("/").lower()), _text(note.get("/T")), day, text, is_drawn)


def _has_appearance(note: Dictionary) -> bool:
    appearance = note.get("/AP")
    return isinstance(appearance, Dictionary) and "/N" in appearance


def _flags(note: Dictionary) -> int:
    try:
        return int(note.get("/F", 0))
    except (TypeError, ValueError):
        return 0


def _text(value: Object | None) -> str:
    return str(value).strip() if isinstance(value, pikepdf.String) else ""
