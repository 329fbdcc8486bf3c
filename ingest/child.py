"""The child's side: confined first, then one file or one call at a time until the parent goes away."""

import importlib
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ingest.formats import registry
from ingest.frames import columns_of, read_frame, write_frame
from ingest.identify import identify
from ingest.job import ReadingJob
from ingest.reading import MemberFound, PageReading, UnreadableFile, Word, clean_text
from ingest.sandbox import allow_processor_seconds, confine, end_with
from store.errors import CandourError


@dataclass(frozen=True)
class _Line:
    """The pipes to the parent."""

    requests: int
    replies: int

    def say(self, kind: str, **values: Any) -> None:
        write_frame(self.replies, {"kind": kind, **values})


def serve(
    requests: int, replies: int, lifeline: int, *, memory_bytes: int, starter: int, writable: Sequence[str]
) -> None:
    """Confine this process, whose parent is the starter, and serve whoever it was started for until they are gone."""
    report = confine(
        memory_bytes=memory_bytes,
        parent_pid=starter,
        die_with_parent_thread=True,
        writable=[Path(folder) for folder in writable],
    )
    end_with(lifeline)
    line = _Line(requests, replies)
    line.say("ready", sandbox=report)
    while (request := read_frame(requests)) is not None:
        _answer(line, request)


def _answer(line: _Line, request: dict[str, Any]) -> None:
    try:
        if request["kind"] == "read":
            _read_file(line, request)
        else:
            _call(line, request)
    except UnreadableFile as problem:
        line.say("failed", code=problem.code, sentence=problem.sentence)
    except CandourError as problem:
        line.say("failed", code="refused", sentence=str(problem))
    except MemoryError:
        line.say("failed", code="memory", sentence=None)
    except FileNotFoundError:
        line.say("failed", code="missing", sentence=None)
    except PermissionError:
        line.say("failed", code="unreadable-file", sentence=None)
    # A parser may raise anything at all on a hostile file; the parent records it, and a person sees it.
    except Exception as error:  # noqa: BLE001
        line.say("failed", code="damaged", sentence=None, detail=_where(error))


def _where(error: Exception) -> str:
    """The kind of error and the line it came from, without its message: that may quote the file."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = "" if trace is None else f" at {Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}"
    return f"{type(error).__name__}{place}"


def _read_file(line: _Line, request: dict[str, Any]) -> None:
    path = Path(request["path"])
    allow_processor_seconds(request["file_seconds"])
    before = path.stat()
    if before.st_size == 0:
        raise UnreadableFile("empty")
    kind = identify(path, name=request["name"])
    line.say("identified", media_type=kind.media_type, label=kind.label)

    def announce(total: int) -> None:
        allow_processor_seconds(request["page_seconds"])
        line.say("begin", total=total)

    job = ReadingJob(
        path=path,
        media_type=kind.media_type,
        name=request["name"],
        spool=Path(request["spool"]),
        passwords=tuple(request["passwords"]),
        first_page=request["first_page"],
        careful_page=request["careful_page"],
        announce=announce,
    )
    pages: list[tuple[int, str]] = []
    for found in registry.read(kind, job):
        if isinstance(found, MemberFound):
            line.say("member", member=found.to_dict())
            allow_processor_seconds(request["file_seconds"])
        else:
            page = _storable(found)
            pages.append((page.number, page.text))
            line.say("page", page=page.to_dict() | {"words": columns_of(page.words)}, notes=job.facts.notes)
            allow_processor_seconds(request["page_seconds"])
    after = path.stat()
    if (before.st_size, before.st_mtime_ns, before.st_ino) != (after.st_size, after.st_mtime_ns, after.st_ino):
        raise UnreadableFile("changed")
    facts = job.facts
    for name in ("title", "author", "created"):
        value = getattr(facts, name)
        setattr(facts, name, clean_text(str(value)).strip()[:500] or None if value else None)
    line.say("done", facts=facts.to_dict())
    if request.get("then"):
        # Told after the reading is, which stands even where this is the end of the child.
        allow_processor_seconds(request["file_seconds"])
        known = {"media_type": kind.media_type, "label": kind.label, "name": request["name"], **facts.to_dict()}
        line.say("further", value=_further(request["then"], known, pages))


def _further(then: dict[str, Any], known: dict[str, Any], pages: list[tuple[int, str]]) -> dict[str, Any] | None:
    """What the pool's `then` says about the reading; none where it stumbles over the words."""
    try:
        answer: dict[str, Any] = _named(then["function"])(pages=pages, known=known, **then["settings"])
    except Exception:  # noqa: BLE001 - the reading stands, whatever its words did to what came after
        return None
    return answer


def _storable(page: PageReading) -> PageReading:
    """The page with text that can be stored; one that has none left is never called read."""
    text = clean_text(page.text)
    if not text.strip() and not page.unread:
        reason = f"unreadable: nothing in its text has a meaning as letters ({page.reason})"
        page, text = replace(page, text="", read_by="none", unread=True, reason=reason), ""
    layer = page.layer_text
    return replace(
        page,
        text=text,
        layer_text=None if layer is None else text if layer == page.text else clean_text(layer),
        ocr_text=None if page.ocr_text is None else clean_text(page.ocr_text),
        heading=None if page.heading is None else clean_text(page.heading)[:300],
        words=_storable_words(page.words),
    )


def _storable_words(words: list[Word]) -> list[Word]:
    together = " ".join(word[4] for word in words)
    if together.isprintable() and unicodedata.is_normalized("NFC", together):
        return words  # as almost every page is: nothing to clean
    return [[*word[:4], clean_text(word[4]), *word[5:]] for word in words]


def _call(line: _Line, request: dict[str, Any]) -> None:
    allow_processor_seconds(request["seconds"])
    line.say("returned", value=_named(request["function"])(**request["payload"]))


def _named(place: str) -> Callable[..., Any]:
    module_name, _, function_name = place.partition(":")
    function: Callable[..., Any] = getattr(importlib.import_module(module_name), function_name)
    return function
