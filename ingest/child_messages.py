"""What a child may say to its parent, checked whole before anybody acts on it.

A child has a stranger's file open, so nothing it says is taken on trust: of one that says nonsense no more is heard.
"""

from collections.abc import Mapping
from pathlib import Path
from types import NoneType
from typing import Any

from ingest.frames import words_of
from ingest.reading import SENTENCES, MemberFound, PageReading

_Kinds = Mapping[str, tuple[type, ...]]
_TEXT, _PERHAPS_TEXT = (str,), (str, NoneType)
_NUMBER, _PERHAPS_NUMBER = (int, float), (int, float, NoneType)
_MESSAGES: Mapping[str, _Kinds] = {
    "ready": {"sandbox": (dict,)},
    "identified": {"media_type": _TEXT, "label": _TEXT},
    "begin": {"total": (int,)},
    "page": {"page": (dict,), "notes": (list,)},
    "member": {"member": (dict,)},
    "done": {"facts": (dict,)},
    "further": {"value": (dict, NoneType)},
    "returned": {"value": (object,)},
    "failed": {"code": _TEXT, "sentence": _PERHAPS_TEXT},
}
_PAGE: _Kinds = {
    "number": (int,),
    "text": _TEXT,
    "read_by": _TEXT,
    "confidence": _PERHAPS_NUMBER,
    "layer_text": _PERHAPS_TEXT,
    "words": (list,),
    "width": _NUMBER,
    "height": _NUMBER,
    "rotation": _NUMBER,
    "unread": (bool,),
    "reason": _TEXT,
    "heading": _PERHAPS_TEXT,
    "ocr_text": _PERHAPS_TEXT,
    "layer_word_share": _PERHAPS_NUMBER,
    "layer_unnamed_share": _PERHAPS_NUMBER,
    "image_share": _PERHAPS_NUMBER,
    "version": (int,),
}
_MEMBER: _Kinds = {"name": _TEXT, "path": _TEXT, "position": (int,)}
_FACTS: _Kinds = {
    "title": _PERHAPS_TEXT,
    "author": _PERHAPS_TEXT,
    "created": _PERHAPS_TEXT,
    "notes": (list,),
    "metadata": (dict,),
    "readable_copy": _TEXT,
}


def understood(message: Mapping[str, Any]) -> dict[str, Any]:
    """The message, which is one that a child may send: with a page as a `PageReading`, a member as a `MemberFound`.

    Raises:
        ValueError: It is not; the child is not to be trusted any more.
    """
    kind = message.get("kind")
    if not isinstance(kind, str) or kind not in _MESSAGES:
        raise ValueError("a message from a child is of no kind that is known")
    _check(message, _MESSAGES[kind])
    known = dict(message)
    if kind == "page":
        _check_texts(message["notes"])
        known["page"] = _page(message["page"])
    elif kind == "member":
        known["member"] = _member(message["member"])
    elif kind == "done":
        _check(message["facts"], _FACTS, only=True)
        _check_texts(message["facts"]["notes"])
    elif kind == "failed" and message["sentence"] is None and message["code"] not in SENTENCES:
        raise ValueError("a child failed for no reason that is known")
    return known


def _page(values: Mapping[str, Any]) -> PageReading:
    _check(values, _PAGE, only=True)
    return PageReading.from_dict({**values, "words": words_of(values["words"])})


def _member(values: Mapping[str, Any]) -> MemberFound:
    _check(values, _MEMBER, only=True)
    if Path(values["path"]).name in ("", ".."):
        raise ValueError("a member from a child has no name of a file")
    return MemberFound.from_dict(values)


def _check(values: Mapping[str, Any], kinds: _Kinds, *, only: bool = False) -> None:
    """Each of these is there and of its kind; with `only`, nothing else is."""
    for name, wanted in kinds.items():
        if name not in values or not isinstance(values[name], wanted):
            raise ValueError(f"a message from a child has no {name}, or one of another kind")
    if only and len(values) != len(kinds):
        raise ValueError("a message from a child has more in it than it may")


def _check_texts(notes: list[Any]) -> None:
    if not all(isinstance(note, str) for note in notes):
        raise ValueError("a note from a child is no text")
