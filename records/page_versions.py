"""What a page says, and has said: a second reading, a transcript or a look by eye, each kept beside the one before.

A page that stands in two records, a scan and a part of it, is one page: what is kept of it in the one is kept in the
other as well, with where it was first kept. It stands there too, unless a person has said something else of it there.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from access.policy import Actor, Permission, require
from records.models import Page, PageWords, Record
from records.near_duplicates import needs_comparing
from records.page_models import MACHINE, SEEN, TRANSCRIPT, PageVersion, SuggestNeed
from records.reading_state import recount
from records.register import find_record, needs_indexing
from records.same_pages import same_pages
from store import audit, clock
from store.audit_actions import AuditAction
from store.errors import InvalidInputError, NotFoundError, RefusedError

# What a person may say of a page on which there is nothing to type, with the words kept as its reason.
SEEN_AS = {
    "blank": "blank: seen by a person, nothing is on it",
    "picture": "picture: seen by a person, a picture without text",
    "nothing": "nothing to transcribe: seen by a person, marks or a form without words of its own",
}
_LONGEST = 200_000
_SAYS = ("version", "text", "layer_text", "ocr_text", "read_by", "confidence", "unread", "reason")
_LOOKS = ("width", "height", "rotation")


@dataclass(frozen=True)
class NewVersion:
    """What a page says from now on, or said when it was read again; `packed` is where its words stand."""

    kind: str
    text: str
    read_by: str
    unread: bool = False
    reason: str = ""
    confidence: float | None = None
    layer_text: str | None = None
    ocr_text: str | None = None
    packed: bytes | None = None
    width: float = 0.0
    height: float = 0.0
    rotation: int = 0
    settings: str = ""
    note: str = ""
    origin: str = ""
    origin_page: int | None = None


def find_page(session: Session, reference: str, number: int, *, actor: Actor) -> tuple[Record, Page]:
    """The record and its page of this number, if this actor may know of them.

    Raises:
        NotFoundError: There is none, the record was purged, or this actor may not know.
    """
    record = find_record(session, reference, actor=actor)
    if record.purged_at is not None:
        raise NotFoundError(f"{record.reference} was purged on {record.purged_at:%-d %B %Y}: no page of it is left.")
    page = session.scalar(select(Page).where(Page.record_id == record.id, Page.number == number))
    if page is None:
        raise NotFoundError(f"{record.reference} has no page {number}: it has {record.page_count}.")
    return record, page


def versions_of(session: Session, page: Page) -> list[PageVersion]:
    """Everything the page was read as, the newest first; empty for a page that was read once."""
    return list(
        session.scalars(select(PageVersion).where(PageVersion.page_id == page.id).order_by(PageVersion.version.desc()))
    )


def standing_version(session: Session, page: Page) -> PageVersion | None:
    """The version the page shows, where it has more than its first reading."""
    return session.scalar(
        select(PageVersion).where(PageVersion.page_id == page.id, PageVersion.version == page.version)
    )


def transcribe(
    session: Session, reference: str, number: int, *, text: str, note: str = "", base: int | None = None, actor: Actor
) -> PageVersion:
    """The page says what this person typed from looking at it, and can be found by it; what it said before is kept.

    `base` is the version the person had before them: what somebody else typed meanwhile is never passed over.

    Raises:
        InvalidInputError: Nothing was typed, or more than a page can hold.
        RefusedError: The page says exactly this already, or it says something else than `base`.
    """
    record, page = _to_change(session, reference, number, actor)
    if base is not None and page.version != base:
        raise RefusedError(
            f"Page {number} of {record.reference} has been changed by somebody else since you opened it: "
            "copy what you typed, open the page again, and compare."
        )
    typed = "\n".join(line.rstrip() for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")).strip()
    if not typed:
        raise InvalidInputError(
            "The transcript was not kept because nothing was typed: type the words, or say what is on the page instead."
        )
    if len(typed) > _LONGEST:
        raise InvalidInputError(f"The transcript was not kept: one page holds at most {_LONGEST:,} characters.")
    if page.read_by == TRANSCRIPT and page.text == typed:
        raise RefusedError(f"Page {number} of {record.reference} already has exactly this transcript.")
    new = _by_person(page, TRANSCRIPT, text=typed, reason="typed by a person from the page", note=note)
    return _keep(session, record, page, new, AuditAction.PAGE_TRANSCRIBED, actor=actor)


def say_seen(session: Session, reference: str, number: int, *, what: str, note: str = "", actor: Actor) -> PageVersion:
    """A person looked at the page and said that there is nothing on it to read; it no longer counts as unread.

    Raises:
        InvalidInputError: `what` is none of the things that can be said.
        RefusedError: The page has text, which this would hide.
    """
    record, page = _to_change(session, reference, number, actor)
    if what not in SEEN_AS:
        raise InvalidInputError(f"A page is seen to be {', '.join(SEEN_AS)}: {what!r} is none of these.")
    if not page.unread and page.read_by != SEEN:
        raise RefusedError(
            f"Page {number} of {record.reference} has text, which this would hide from every search: "
            "if the text is wrong, transcribe the page."
        )
    new = _by_person(page, SEEN, text="", reason=SEEN_AS[what], note=note)
    return _keep(session, record, page, new, AuditAction.PAGE_SEEN, actor=actor, detail={"what": what})


def keep_reading(
    session: Session, record: Record, page: Page, new: NewVersion, *, stands: bool, actor: Actor
) -> PageVersion:
    """What the machine read when it was asked again is kept; it stands, or is only there to be chosen."""
    require(actor, Permission.TRANSCRIBE)
    detail = {"settings": new.settings, "stands": stands}
    return _keep(session, record, page, new, AuditAction.PAGE_READ_AGAIN, stands=stands, actor=actor, detail=detail)


def choose_version(session: Session, reference: str, number: int, version: int, *, actor: Actor) -> PageVersion:
    """The page says again what it said in that version; the one that stood before stays in its history.

    Raises:
        NotFoundError: The page has no such version.
        RefusedError: It stands already.
    """
    record, page = _to_change(session, reference, number, actor)
    wanted = session.scalar(select(PageVersion).where(PageVersion.page_id == page.id, PageVersion.version == version))
    if wanted is None:
        raise NotFoundError(f"Page {number} of {record.reference} has no version {version}: choose one from its list.")
    if page.version == version:
        raise RefusedError(f"Version {version} of page {number} of {record.reference} stands already.")
    said = _said(page)
    _stand(session, record, page, wanted)
    _log(session, AuditAction.PAGE_VERSION_CHOSEN, record, page, wanted, actor=actor)
    _keep_elsewhere(session, record, page, wanted, said, AuditAction.PAGE_VERSION_CHOSEN, stands=True, actor=actor)
    return wanted


def take_back(session: Session, reference: str, number: int, *, actor: Actor) -> PageVersion:
    """What a person said that the page is stands no more: what the machine last made of it does again, and is unread.

    Raises:
        RefusedError: What stands is not what a person said of it.
    """
    record, page = _to_change(session, reference, number, actor)
    before = session.scalar(
        select(PageVersion)
        .where(PageVersion.page_id == page.id, PageVersion.version < page.version, PageVersion.kind == MACHINE)
        .order_by(PageVersion.version.desc())
        .limit(1)
    )
    if page.read_by != SEEN or before is None:
        raise RefusedError(
            f"Page {number} of {record.reference} does not stand as seen: there is nothing to take back."
        )
    return choose_version(session, reference, number, before.version, actor=actor)


def _to_change(session: Session, reference: str, number: int, actor: Actor) -> tuple[Record, Page]:
    require(actor, Permission.TRANSCRIBE)
    return find_page(session, reference, number, actor=actor)


def _by_person(page: Page, kind: str, *, text: str, reason: str, note: str) -> NewVersion:
    # What the page looks like does not change with who reads it.
    return NewVersion(
        kind, text, kind, reason=reason, width=page.width, height=page.height, rotation=page.rotation, note=note.strip()
    )


def _keep(
    session: Session,
    record: Record,
    page: Page,
    new: NewVersion,
    action: AuditAction,
    *,
    stands: bool = True,
    actor: Actor,
    detail: Mapping[str, object] | None = None,
) -> PageVersion:
    """One more version of the page, here and wherever else the page stands."""
    said = _said(page)
    made = _add(session, record, page, new, made_by=actor.name, made_at=clock.now())
    if stands:
        _stand(session, record, page, made)
    _log(session, action, record, page, made, actor=actor, **(detail or {}))
    _keep_elsewhere(session, record, page, made, said, action, stands=stands, actor=actor)
    return made


def _said(page: Page) -> tuple[object, ...]:
    return page.text, page.unread, page.read_by in (TRANSCRIPT, SEEN)


def _keep_elsewhere(
    session: Session,
    record: Record,
    page: Page,
    made: PageVersion,
    said: tuple[object, ...],
    action: AuditAction,
    *,
    stands: bool,
    actor: Actor,
) -> None:
    """The version is kept of the same page in every other record, and stands where the page said the same before."""
    for twin in same_pages(session, page):
        other = session.get_one(Record, twin.record_id)
        # What a person typed stands above what only the machine read; what somebody else typed there is never hidden.
        told_by_nobody = made.kind != MACHINE and twin.read_by not in (TRANSCRIPT, SEEN)
        follows = stands and (_said(twin) == said or told_by_nobody)
        values = {item.name: getattr(made, item.name) for item in fields(NewVersion)}
        if not made.origin:
            values |= {"origin": record.reference, "origin_page": page.number}
        # A version chosen again is there already; a new one is kept even where it says what an older one said.
        copy = _version_like(session, twin, made) if action is AuditAction.PAGE_VERSION_CHOSEN else None
        if copy is None:
            copy = _add(session, other, twin, NewVersion(**values), made_by=made.made_by, made_at=made.made_at)
        if follows and twin.version != copy.version:
            _stand(session, other, twin, copy)
        _log(session, action, other, twin, copy, actor=actor, same_page=True, stands=follows)


def _version_like(session: Session, page: Page, wanted: PageVersion) -> PageVersion | None:
    """The version of the page that says the same as this one of the same page elsewhere, in the same person's name."""
    return session.scalar(
        select(PageVersion)
        .where(
            PageVersion.page_id == page.id,
            PageVersion.kind == wanted.kind,
            PageVersion.text == wanted.text,
            PageVersion.read_by == wanted.read_by,
            PageVersion.unread == wanted.unread,
            PageVersion.reason == wanted.reason,
            PageVersion.made_by == wanted.made_by,
        )
        .order_by(PageVersion.version.desc())
        .limit(1)
    )


def _add(
    session: Session, record: Record, page: Page, new: NewVersion, *, made_by: str, made_at: datetime
) -> PageVersion:
    last = session.scalar(select(func.max(PageVersion.version)).where(PageVersion.page_id == page.id))
    if last is None:
        session.add(_first(session, record, page))
        session.flush()
        last = page.version
    made = PageVersion(page_id=page.id, version=last + 1, made_by=made_by, made_at=made_at, **vars(new))
    session.add(made)
    session.flush()
    return made


def _first(session: Session, record: Record, page: Page) -> PageVersion:
    words = session.get(PageWords, page.id)
    return PageVersion(
        page_id=page.id,
        version=page.version,
        kind=MACHINE,
        text=page.text,
        layer_text=page.layer_text,
        ocr_text=page.ocr_text,
        packed=words.packed if words else None,
        read_by=page.read_by,
        confidence=page.confidence,
        unread=page.unread,
        reason=page.reason,
        width=page.width,
        height=page.height,
        rotation=page.rotation,
        made_by="the machine",
        made_at=record.registered_at,
    )


def _stand(session: Session, record: Record, page: Page, version: PageVersion) -> None:
    """The page's row says what this version says; its record is counted, indexed and looked through again."""
    changed = page.text != version.text
    for name in (*_SAYS, *_LOOKS):
        setattr(page, name, getattr(version, name))
    words = session.get(PageWords, page.id)
    if words is not None and version.packed is None:
        session.delete(words)
    elif words is not None and version.packed is not None:
        words.packed = version.packed
    elif version.packed is not None:
        session.add(PageWords(page_id=page.id, packed=version.packed))
    session.flush()
    recount(session, record)
    needs_indexing(session, record.id)
    if changed:
        needs_comparing(session, record.id)
    if changed and session.get(SuggestNeed, record.id) is None:
        session.add(SuggestNeed(record_id=record.id, since=clock.now()))
    session.flush()


def _log(
    session: Session,
    action: AuditAction,
    record: Record,
    page: Page,
    version: PageVersion,
    *,
    actor: Actor,
    **detail: object,
) -> None:
    audit.record(
        session,
        action,
        actor=actor.name,
        subject=f"record:{record.reference}",
        detail={
            "page": page.number,
            "version": version.version,
            # Proves later what was kept, without the words themselves.
            "text_sha256": hashlib.sha256(version.text.encode()).hexdigest(),
            **detail,
        },
    )
