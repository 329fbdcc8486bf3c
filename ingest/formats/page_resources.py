"""What a page draws with, without what other pages draw with: pages often share one list of pictures and patterns.

Taken out of its file, a page would carry the whole list along, and with it the pictures of papers that stand in the
same scan and are not to be seen. qpdf's own trimming stops at pictures and fonts, and at content it cannot parse.
"""

import copy
import re
from collections.abc import Iterable, Sequence

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, Stream

_LISTS = ("/XObject", "/Font", "/Pattern", "/ExtGState", "/ColorSpace", "/Shading", "/Properties")
# Used without being named in the content.
_ALWAYS = frozenset({"/DefaultGray", "/DefaultRGB", "/DefaultCMYK"})
_NAME = re.compile(rb"/([^\x00\t\n\x0c\r ()<>\[\]{}/%]+)")
_ESCAPED = re.compile(rb"#(?:([0-9A-Fa-f]{2})|)")
_DEEPEST = 12


Asked = frozenset[tuple[str, str]]
Done = dict[tuple[int, int], Asked | None]
Lent = dict[tuple[int, int], dict[str, dict[str, object]]]


class _UnreadableError(Exception):
    """What is drawn with cannot be told. Never leaves this module."""


def keep_used_resources(page: pikepdf.Page, done: Done) -> bool:
    """The page refers to nothing that its own content, notes and whatever these are drawn with do not name.

    A name that merely occurs keeps what it stands for: too much may be kept for a name that two pages share, never too
    little. Where it cannot be told what is drawn with, the page keeps all it had; the answer is False.

    Args:
        page: A page with its list of its own, not its parents'.
        done: What was looked into already and what each asks of others (a list, and a name in it; None where that
            cannot be told). It belongs to the file.
    """
    contents = page.obj.get("/Contents")
    pieces = list(contents) if isinstance(contents, Array) else [contents]
    notes = page.obj.get("/Annots")
    shown = [each for note in (notes if isinstance(notes, Array) else ()) for each in _appearances(note)]
    try:
        _trim(page.obj, pieces, shown, done, 0)
    except _UnreadableError:
        return False
    return True


def lend_resources(page: pikepdf.Page, done: Done, before: Lent) -> bool:
    """The page's forms and soft masks have of their own what they use of its list, for when it becomes a form itself.

    Viewers lend to them, and to those inside them, from the list of the page they stand on. False where
    one of them was lent something else by an earlier page, and so does not look on this page as it did.
    """
    resources = page.obj.Resources
    lists = {key: _entries(resources[key]) for key in _LISTS if key in resources}
    alike = True
    for each in _with_lists(lists):
        if not done.get(each.objgen):
            continue
        own = each.get("/Resources", Dictionary())
        first = before.get(each.objgen)
        lent: dict[str, dict[str, object]] = {key: {} for key in (_LISTS if first is None else first)}
        for key, name in _asked_in_all(each, lists, done):
            if name in lists.get(key, {}) and key in lent and (first is not None or key not in own):
                lent[key][name] = getattr(lists[key][name], "objgen", None)
        if first is not None:
            alike = lent == first and alike
            continue
        before[each.objgen] = {key: names for key, names in lent.items() if key not in own}
        for key, names in lent.items():
            if names:
                own[key] = copy.copy(resources[key])
                for name in lists[key].keys() - names.keys():
                    del own[key][name]
        if any(lent.values()):
            each["/Resources"] = own
    return alike


def _with_lists(lists: dict[str, dict[str, Object]]) -> list[Stream]:
    """The forms with lists of their own, and the soft masks, that these lists name; and those inside them."""
    found: list[Stream] = []
    seen: set[tuple[int, int]] = set()
    waiting = [lists]
    while waiting:
        named = waiting.pop()
        forms = [each for each in named.get("/XObject", {}).values() if isinstance(each, Stream)]
        masks = [mask for state in named.get("/ExtGState", {}).values() for mask in _drawn_with("/ExtGState", state)]
        for each in [*(form for form in forms if "/Resources" in form), *masks]:
            if isinstance(each, Stream) and each.objgen not in seen:
                seen.add(each.objgen)
                found.append(each)
                own = each.get("/Resources", Dictionary())
                waiting.append({key: _entries(own[key]) for key in _LISTS if key in own})
    return found


def _asked_in_all(drawn: Object, lists: dict[str, dict[str, Object]], done: Done) -> set[tuple[str, str]]:
    """What it asks of these lists, and what that asks of them in turn."""
    asked = set(done.get(drawn.objgen) or ())
    waiting = sorted(asked)
    while waiting:
        key, name = waiting.pop()
        for each in _drawn_with(key, lists.get(key, {}).get(name)):
            new = (done.get(each.objgen) or frozenset()) - asked
            asked |= new
            waiting += sorted(new)
    return asked


def _entries(listed: object) -> dict[str, Object]:
    return dict(listed.items()) if isinstance(listed, Dictionary) else {}


def _appearances(note: Object) -> Iterable[Stream]:
    shown = note.get("/AP") if isinstance(note, Dictionary) else None
    for each in shown.values() if isinstance(shown, Dictionary) else ():
        if isinstance(each, Stream):
            yield each
        elif isinstance(each, Dictionary):
            yield from (state for state in each.values() if isinstance(state, Stream))


def _trim(holder: Object, pieces: Sequence[object], inside: Iterable[Object], done: Done, depth: int) -> Asked:
    """The holder has a list of its own, of what is asked for: the old one may be others' as well.

    What it asks for and has not is answered: whoever draws it lends that from its own list, as viewers do.
    """
    names = _names(pieces)
    asked = {(key, name) for key in _LISTS for name in names}
    for each in inside:
        asked |= _asked_by(each, done, depth + 1)
    resources = holder.get("/Resources")
    if not isinstance(resources, Dictionary):
        return frozenset(asked)
    # pikepdf finds no name in its own dictionaries that is not UTF-8, and makes none of such; it keeps those of a file.
    lists = {
        key: dict(value.items()) for key, value in resources.items() if key in _LISTS and isinstance(value, Dictionary)
    }
    waiting = sorted(asked)
    while waiting:
        key, name = waiting.pop()
        for each in _drawn_with(key, lists.get(key, {}).get(name)):
            new = _asked_by(each, done, depth + 1) - asked
            asked |= new
            waiting += sorted(new)
    kept = copy.copy(resources)
    for key, had in lists.items():
        kept[key] = copy.copy(resources[key])
        for name in had:
            if (key, name) not in asked and name not in _ALWAYS:
                del kept[key][name]
    holder["/Resources"] = kept
    return frozenset((key, name) for key, name in asked if name not in lists.get(key, {}))


def _drawn_with(key: str, used: object) -> Iterable[Object]:
    """What of an entry is drawn by instructions: a form, a pattern, the letters of a font, a soft mask."""
    if isinstance(used, Stream):
        if key in {"/XObject", "/Pattern"} and used.get("/Subtype") != Name.Image:
            yield used
    elif isinstance(used, Dictionary):
        mask = used.get("/SMask")
        group = mask.get("/G") if isinstance(mask, Dictionary) else None
        if isinstance(group, Stream):
            yield group
        if isinstance(used.get("/CharProcs"), Dictionary):
            yield used


def _asked_by(drawn: Object, done: Done, depth: int) -> Asked:
    """Its own list is of what it uses; the answer is what it asks of the list of whoever draws it."""
    place = drawn.objgen if drawn.is_indirect else None
    if place in done:
        known = done[place]
        if known is None:
            raise _UnreadableError
        return known
    if depth > _DEEPEST:
        raise _UnreadableError
    if place:
        done[place] = None  # stays so where it is drawn by itself, or by something that cannot be unpacked
    if isinstance(drawn, Stream):
        asked = _trim(drawn, [drawn], (), done, depth)
    else:
        letters = [each for each in drawn["/CharProcs"].values() if isinstance(each, Stream)]
        asked = _trim(drawn, (), letters, done, depth)
    if place:
        done[place] = asked
    return asked


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
