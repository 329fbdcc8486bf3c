"""What verifying a bundle found, and the manifest it is measured against."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Check:
    """One promise: kept or broken, and in a few words how that shows."""

    name: str
    ok: bool
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Verification:
    """Every promise of a bundle with its outcome; `notes` say what could not be known."""

    checks: tuple[Check, ...]
    notes: tuple[str, ...] = field(default=())
    pages: int = 0
    documents: int = 0

    @property
    def ok(self) -> bool:
        """Every promise is kept; no promise checked is no promise kept."""
        return bool(self.checks) and all(check.ok for check in self.checks)

    def failed(self) -> tuple[Check, ...]:
        """The promises that are broken."""
        return tuple(check for check in self.checks if not check.ok)

    def with_check(self, check: Check) -> "Verification":
        """The same with one more promise."""
        return replace(self, checks=(*self.checks, check))

    def with_note(self, note: str) -> "Verification":
        """The same with one more thing that could not be known."""
        return replace(self, notes=(*self.notes, note))


@dataclass(frozen=True, slots=True)
class ListedDocument:
    """One document as the manifest lists it."""

    label: str
    number: int
    title: str
    first_page: int
    last_page: int
    pages: int
    sha256: str
    attached_as: str
    content_sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a bundle says of itself."""

    title: str
    banner: str
    prefix: str
    page_width: int
    number_width: int
    pages: int
    cover_pages: int
    index_pages: int
    gaps: tuple[tuple[int, int], ...]
    documents: tuple[ListedDocument, ...]

    @property
    def front_pages(self) -> int:
        """Cover and index together."""
        return self.cover_pages + self.index_pages

    def stamps(self) -> list[str]:
        """What each page of the bundle must bear, in order; the cover and index bear none."""
        expected = [""] * self.front_pages
        for document in self.documents:
            expected += [f"{document.label}_{n:0{self.page_width}d}" for n in range(1, document.pages + 1)]
        return expected


def read_manifest(raw: bytes) -> Manifest:
    """The manifest in a form that can be compared; anything missing from it raises."""
    found = json.loads(raw)
    return Manifest(
        title=str(found["title"]),
        banner=str(found["banner"]),
        prefix=str(found["prefix"]),
        page_width=int(found["page_width"]),
        number_width=int(found["number_width"]),
        pages=int(found["pages"]),
        cover_pages=int(found["cover_pages"]),
        index_pages=int(found["index_pages"]),
        gaps=tuple((int(low), int(high)) for low, high in found["numbers_not_in_this_bundle"]),
        documents=tuple(
            ListedDocument(
                label=str(item["document"]),
                number=int(item["number"]),
                title=" ".join((str(item["title"]) or str(item["file_name"])).split()),
                first_page=int(item["first_page"]),
                last_page=int(item["last_page"]),
                pages=int(item["pages"]),
                sha256=str(item["sha256"]),
                attached_as=str(item["attached_as"] or ""),
                content_sha256=str(item["content_sha256"]),
            )
            for item in found["documents"]
        ),
    )


def verdict(name: str, faults: Sequence[str], good: str) -> Check:
    """A check that lists the first faults and counts the rest."""
    if not faults:
        return Check(name, ok=True, detail=good)
    more = f" and {len(faults) - _SHOWN} more" if len(faults) > _SHOWN else ""
    return Check(name, ok=False, detail="; ".join(faults[:_SHOWN]) + more)
