"""From chosen records to a bundle that has been built, read back, proved and kept."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from access.policy import Actor, Permission, can
from disclosure.bundle_child import build_confined, verify_confined
from disclosure.bundle_likenesses import privileged_likenesses
from disclosure.bundle_manifest import manifest_json
from disclosure.bundle_rules import require_bundle_allowed, require_may_still_leave
from disclosure.bundle_spec import (
    BundleDocument,
    BundleResult,
    BundleSpec,
    DocumentKind,
    PageText,
    RequestSpec,
    bundle_file_name,
)
from disclosure.bundle_verify import Check, Verification
from disclosure.document_kinds import carries_original, kind_of
from disclosure.models import Bundle
from disclosure.models import BundleDocument as KeptDocument
from disclosure.numbering import allocate_numbers
from inquiry.models import Request
from inquiry.requests import find_request
from records import words
from records.found_at import known_paths, place_of
from records.models import PRIVILEGED, RESTRICTED, Page, Record
from records.page_models import SEEN, TRANSCRIPT
from records.register import CONTAINER, family, find_record, packed_words, pages_of
from search.querying import matching_records
from store import audit, clock, protections
from store.archive import Archive
from store.audit_actions import AuditAction
from store.errors import DamagedError, NotFoundError, RefusedError

BUILT_HERE = "built by this archive"
PRECISION = {"circa": "circa ", "decade": "", "year": "", "month": "", "day": "", "range": ""}

# What a person typed from a page stands between these, in the layer of words over its picture and in print alike.
TYPED_FROM_HERE, TYPED_TO_HERE = "[Transcribed by a person from the page:]", "[End of the transcript]"
# Whose words are laid over the picture: those read from it, by a machine or a person. A layer of its own stays.
_LAID_OVER = ("ocr", "both", TRANSCRIPT)


@dataclass(frozen=True)
class Built:
    """A bundle that was built and proved."""

    bundle: Bundle
    file_name: str
    result: BundleResult
    verification: Verification


def choose(
    archive: Archive, session: Session, *, references: Sequence[str] = (), query: str = "", actor: Actor
) -> list[Record]:
    """The records named, in the order given, or all that a query finds, in order of date."""
    if references:
        return [find_record(session, reference, actor=actor) for reference in references]
    return matching_records(archive, session, query, actor=actor)


def build(
    archive: Archive,
    *,
    title: str,
    prefix: str,
    references: Sequence[str] = (),
    query: str = "",
    request: str = "",
    actor: Actor,
) -> Built:
    """The bundle is in the file store, its numbers are its records' for good, and reading it back proved it.

    Raises:
        RefusedError: A record may not leave the house; the sentence names it, and the refusal is in the audit trail.
        DamagedError: What was built did not prove itself; it was not kept.
    """
    try:
        with archive.writing() as session:
            records = choose(archive, session, references=references, query=query, actor=actor)
            require_bundle_allowed(session, records, actor=actor)
            asked = find_request(session, request) if request else None
            spec = _spec(archive, session, records, title=title, prefix=prefix, asked=asked, actor=actor)
            chosen = [record.reference for record in records]
            alike = privileged_likenesses(session, records, actor=actor)
    except RefusedError as refusal:
        with archive.writing() as session:
            audit.record(
                session,
                AuditAction.BUNDLE_REFUSED,
                actor=actor.name,
                subject=f"bundle:{title}",
                detail={"why": str(refusal)},
            )
        raise
    with archive.files.scratch() as folder:
        out = folder / bundle_file_name(spec)
        result = build_confined(spec, out, scratch=folder)
        # For whoever builds it alone: they stand neither in the bundle nor in its manifest, which leave the house.
        result = replace(result, warnings=(*alike, *result.warnings))
        verification = verify_confined(out, scratch=folder)
        if not verification.ok:
            failed = "; ".join(f"{check.name}: {check.detail}" for check in verification.checks if not check.ok)
            raise DamagedError(f"The bundle was built but not kept, because reading it back failed ({failed}).")
        with archive.writing() as session:
            bundle = _keep(
                archive, session, spec, result, out, chosen=chosen, asked=asked, verification=verification, actor=actor
            )
        return Built(bundle, out.name, result, verification)


def _keep(
    archive: Archive,
    session: Session,
    spec: BundleSpec,
    result: BundleResult,
    out: Path,
    *,
    chosen: Sequence[str],
    asked: Request | None,
    verification: Verification,
    actor: Actor,
) -> Bundle:
    # Asked again: a mark made while the bundle was being built stops it from being kept.
    records = [find_record(session, reference, actor=actor) for reference in chosen]
    require_bundle_allowed(session, records, actor=actor)
    row, _ = archive.files.put(session, archive.files.take(out))
    bundle = Bundle(
        title=spec.title,
        prefix=spec.prefix,
        request_id=asked.id if asked else None,
        file_name=out.name,
        sha256=row.sha256,
        pages=result.pages,
        built_by=actor.name,
        built_at=clock.now(),
        verified=verification.ok,
    )
    session.add(bundle)
    session.flush()
    protections.protect(session, row.sha256, holder=f"bundle:{bundle.id}", reason="it is what was disclosed")
    entries = _page_ranges(result)
    for position, (record, document) in enumerate(zip(records, spec.documents, strict=True), start=1):
        first, count = entries[spec.label(document)]
        session.add(
            KeptDocument(
                bundle_id=bundle.id,
                position=position,
                record_id=record.id,
                label=spec.label(document),
                first_page=first,
                page_count=count,
            )
        )
    session.flush()
    audit.record(
        session,
        AuditAction.BUNDLE_BUILT,
        actor=actor.name,
        subject=f"bundle:{bundle.id}",
        detail={
            "sha256": row.sha256,
            "pages": result.pages,
            "records": list(chosen),
            "restricted": [record.reference for record in records if record.compartment == RESTRICTED],
            "request": asked.reference if asked else "",
        },
    )
    return bundle


def _spec(
    archive: Archive,
    session: Session,
    records: Sequence[Record],
    *,
    title: str,
    prefix: str,
    asked: Request | None,
    actor: Actor,
) -> BundleSpec:
    numbers = allocate_numbers(session, records, prefix=prefix)
    return BundleSpec(
        title=title.strip(),
        prefix=prefix,
        authority=archive.settings.authority,
        documents=tuple(_document(archive, session, record, numbers[record.id], actor=actor) for record in records),
        made_at=clock.now().replace(microsecond=0),
        request=RequestSpec(
            reference=asked.reference,
            received=asked.received,
            due=asked.due,
            paragraphs=tuple((item.number, item.text) for item in asked.paragraphs),
        )
        if asked
        else None,
    )


def _document(archive: Archive, session: Session, record: Record, number: int, *, actor: Actor) -> BundleDocument:
    kind = kind_of(record)
    pages = pages_of(session, record)
    archive.files.verify(record.sha256)
    original, readable = archive.files.original(record.sha256), archive.files.readable(record.sha256)
    return BundleDocument(
        reference=record.reference,
        number=number,
        title=record.title,
        file_name=record.file_name,
        original=original,
        readable=readable if readable != original else None,
        sha256=record.sha256,
        media_type=record.media_type,
        kind=kind,
        date_text=date_text(record),
        pages=(_contents(session, record),)
        if record.state == CONTAINER
        else tuple(_page(session, page, kind) for page in pages if kind == "text" or page.read_by in _LAID_OVER),
        attach_original=carries_original(record),
        source_location=f"{record.source}: {_path(session, record, actor)}",
        read_note=_read_note(record, pages, from_copy=readable != original),
        # A page lost between reading and bundling is refused, not passed over.
        expected_pages=None if kind == "text" else record.page_count,
    )


def _path(session: Session, record: Record, actor: Actor) -> str:
    """Where it was found; a privileged message around it is not named, because the bundle leaves the house."""
    place = place_of(record.files[0])
    return known_paths(session, [place], compartments=actor.compartments - {PRIVILEGED})[place]


def _contents(session: Session, record: Record) -> PageText:
    """A container has no pages of its own: what came out of it is listed instead, by name and record."""
    members = [member for member in family(session, record) if member.parent_id == record.id]
    lines = [f"{member.family_position}\t{member.file_name}\t{member.reference}" for member in members]
    return PageText(number=1, text="\n".join(["No.\tFile in the container\tRecord", *lines]), heading="What it holds")


def _page(session: Session, page: Page, kind: DocumentKind) -> PageText:
    made = PageText(number=page.number, text=page.text, heading=page.heading)
    if page.read_by == TRANSCRIPT:
        # Nobody may take a colleague's typing for the paper's own words, or for what a machine made of them.
        made = replace(made, text=f"{TYPED_FROM_HERE}\n{page.text}\n{TYPED_TO_HERE}")
    if kind == "text":
        # A page without a word says why: an empty one in a bundle would look like a paper with nothing on it.
        why = "Seen by a person" if page.read_by == SEEN else "Not read"
        return made if page.text.strip() or not page.reason else replace(made, text=f"[{why}. {page.reason}]")
    packed = packed_words(session, page)
    boxes = tuple((word.x0, word.y0, word.x1, word.y1, word.text) for word in words.unpack(packed)) if packed else ()
    return replace(made, words=boxes, turn=page.rotation)


def date_text(record: Record) -> str:
    """The record's date as people write it, with no more precision than is known."""
    if record.date_from is None:
        return "undated"
    forms = {"day": "%-d %B %Y", "month": "%B %Y", "year": "%Y", "circa": "circa %Y"}
    if record.date_precision in forms:
        return record.date_from.strftime(forms[record.date_precision])
    if record.date_precision == "decade":
        return f"{record.date_from:%Y}s"
    last = record.date_to or record.date_from
    return f"{record.date_from:%Y} to {last:%Y}"


def _read_note(record: Record, pages: Sequence[Page], *, from_copy: bool) -> str:
    notes = []
    if record.unread_pages:
        notes.append(f"{record.unread_pages} of {record.page_count} pages could not be read by the machine")
    typed = [str(page.number) for page in pages if page.read_by == TRANSCRIPT]
    if typed:
        notes.append(f"page{'s' if len(typed) > 1 else ''} {', '.join(typed)} transcribed by a person from the page")
    if from_copy:
        notes.append("shown from a repaired or unlocked copy, because the original does not open as it is")
    return "; ".join(notes)


def _page_ranges(result: BundleResult) -> dict[str, tuple[int, int]]:
    ranges: dict[str, tuple[int, int]] = {}
    documents = result.manifest["documents"]
    if not isinstance(documents, list):
        raise DamagedError("The bundle's manifest lists no documents: build it again.")
    for entry in documents:
        ranges[str(entry["document"])] = (int(entry["first_page"]), int(entry["pages"]))
    return ranges


def bundles(session: Session) -> list[Bundle]:
    """Every bundle, newest first."""
    return list(session.scalars(select(Bundle).order_by(Bundle.id.desc())))


def find_bundle(session: Session, number: int, *, actor: Actor) -> Bundle:
    """The bundle of this number, if this actor may have it.

    Raises:
        NotFoundError: There is none, or it holds a record this actor may not see.
    """
    bundle = session.get(Bundle, number)
    if bundle is None or not can(actor, Permission.BUNDLE):
        raise NotFoundError(f"There is no bundle {number}.")
    return bundle


def require_may_leave(session: Session, bundle: Bundle, *, actor: Actor) -> None:
    """Returns only if nothing in the bundle was marked since it was built.

    Raises:
        RefusedError: Something was; the sentence names it and says what to do.
    """
    records = [session.get_one(Record, document.record_id) for document in bundle.documents]
    require_may_still_leave(session, records, actor=actor)


def check_built_here(session: Session, file: Path) -> Check:
    """Whether these very bytes are a bundle that this archive built and keeps.

    A bundle can be made anew with other pages and every promise kept; only what the archive wrote down tells it apart.
    """
    with file.open("rb") as stream:
        sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
    bundle = session.scalar(select(Bundle).where(Bundle.sha256 == sha256).order_by(Bundle.id).limit(1))
    if bundle is None:
        detail = "no bundle of this archive has these bytes: it was changed since, or another archive built it"
        return Check(BUILT_HERE, ok=False, detail=detail)
    return Check(BUILT_HERE, ok=True, detail=f"bundle {bundle.id}, {bundle.built_at:%-d %B %Y}, by {bundle.built_by}")


def manifest_bytes(built: Built) -> bytes:
    """The bundle's manifest, with the bundle's own hash, to stand beside it."""
    manifest = {**built.result.manifest, "bundle_file": built.file_name, "bundle_sha256": built.bundle.sha256}
    return manifest_json(manifest)
