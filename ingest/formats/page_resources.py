"""What a page draws with, without what other pages draw with: pages often share one list of pictures and patterns.

Taken out of its file, a page would carry the whole list along, and with it the pictures of papers that stand in the
same scan and are not to be seen. qpdf's own trimming stops at pictures and fonts, and at content it cannot parse.
"""

import copy
import re
from collections.abc import Iterable, Mapping, Sequence

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, Stream

_LISTS = ("/XObject", "/Font", "/Pattern", "/ExtGState", "/ColorSpace", "/Shading", "/Properties")
# Used without being named in the content.
_ALWAYS = frozenset({"/DefaultGray", "/DefaultRGB", "/DefaultCMYK"})
_NAME = re.compile(rb"/([^\x00\t\n\x0c\r ()<>\[\]{}/%]+)")
_ESCAPED = re.compile(rb"#(?:([0-9A-Fa-f]{2})|)")
_DEEPEST = 12


class _UnreadableError(Exception):
    """Instructions that cannot be unpacked: what they name cannot be told. Never leaves this module."""


def keep_used_resources(page: pikepdf.Page, done: set[tuple[int, int]]) -> bool:
    """The page refers to nothing that its own content, forms, patterns and notes do not name.

    A name that merely occurs keeps what it stands for: too much may be kept for a name that two pages share, never too
    little. Where some of the instructions cannot be unpacked, whatever they are drawn with stays; the answer is False.

    Args:
        page: A page with its list of its own, not its parents'.
        done: The forms, patterns and fonts looked into already; they belong to the file, and so does this set.
    """
    contents = page.obj.get("/Contents")
    pieces = list(contents) if isinstance(contents, Array) else [contents]
    whole = _trim(page.obj, pieces, done, 0)
    notes = page.obj.get("/Annots")
    for note in notes if isinstance(notes, Array) else ():
        for appearance in _appearances(note):
            whole = _trim_stream(appearance, done, 0) and whole
    return whole


def _appearances(note: Object) -> Iterable[Stream]:
    shown = note.get("/AP") if isinstance(note, Dictionary) else None
    for each in shown.values() if isinstance(shown, Dictionary) else ():
        if isinstance(each, Stream):
            yield each
        elif isinstance(each, Dictionary):
            yield from (state for state in each.values() if isinstance(state, Stream))


def _trim_stream(stream: Stream, done: set[tuple[int, int]], depth: int) -> bool:
    if stream.objgen in done or stream.get("/Subtype") == Name.Image:
        return True
    done.add(stream.objgen)
    return _trim(stream, [stream], done, depth)


def _trim(holder: Object, pieces: Sequence[object], done: set[tuple[int, int]], depth: int) -> bool:
    """The holder has a list of its own, of what these instructions name: the old one may be others' as well."""
    resources = holder.get("/Resources")
    if not isinstance(resources, Dictionary):
        return True
    forms = resources.get("/XObject")
    try:
        used = _names(pieces)
        if isinstance(forms, Dictionary):
            used |= _names_of_bare_forms(dict(forms.items()), used)
    except _UnreadableError:
        return False
    # Copied and thinned out: pikepdf makes no dictionary of names that are not UTF-8, though it keeps those of a file.
    whole, kept = depth < _DEEPEST, copy.copy(resources)
    for key, value in resources.items():
        if key not in _LISTS or not isinstance(value, Dictionary):
            continue
        kept[key] = copy.copy(value)
        for name, each in value.items():
            if name not in used and name not in _ALWAYS:
                del kept[key][name]
            elif depth < _DEEPEST:
                whole = _trim_inside(each, done, depth + 1) and whole
    holder["/Resources"] = kept
    return whole


def _names_of_bare_forms(forms: Mapping[str, Object], used: set[str]) -> set[str]:
    """What forms without a list of their own name: they use the list of whoever draws them."""
    found: set[str] = set()
    waiting, seen = sorted(used), set(used)
    while waiting:
        form = forms.get(waiting.pop())
        if isinstance(form, Stream) and form.get("/Subtype") == Name.Form and "/Resources" not in form:
            new = _names([form]) - seen
            seen |= new
            found |= new
            waiting += sorted(new)
    return found


def _trim_inside(used: Object, done: set[tuple[int, int]], depth: int) -> bool:
    """What is used may have a list of its own: a form, a pattern, a font drawn by instructions, a soft mask."""
    if isinstance(used, Stream):
        return _trim_stream(used, done, depth)
    if not isinstance(used, Dictionary):
        return True
    mask = used.get("/SMask")
    group = mask.get("/G") if isinstance(mask, Dictionary) else None
    whole = _trim_stream(group, done, depth) if isinstance(group, Stream) else True
    letters = used.get("/CharProcs")
    if isinstance(letters, Dictionary) and used.objgen not in done:
        done.add(used.objgen)
        whole = _trim(used, list(letters.values()), done, depth) and whole
    return whole


def _names(pieces: Iterable[object]) -> set[str]:
    found = set()
    for piece in pieces:
        for name in _NAME.findall(_data(piece)):
            # qpdf keeps a sign of escape that escapes nothing as a zero byte, in the list's names and here alike.
            found.add("/" + _ESCAPED.sub(_unescaped, name).decode("utf-8", "surrogateescape"))
    return found


def _unescaped(code: re.Match[bytes]) -> bytes:
    return bytes([int(code[1], 16)]) if code[1] else b"\0"


def _data(stream: object) -> bytes:
    if not isinstance(stream, Stream):
        return b""
    try:
        return stream.read_bytes()
    except (pikepdf.PdfError, RuntimeError) as error:
        raise _UnreadableError from error
