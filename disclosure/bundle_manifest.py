"""The manifest: what is in a bundle, where it came from, and what was changed to put it there."""

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from disclosure.bundle_spec import BundleDocument, BundleSpec

MANIFEST_NAME = "candour-manifest.json"
MADE_BY = "Candour"
FORMAT = 1


@dataclass(slots=True)
class Entry:
    """One document's line in the manifest, filled in while its pages are made."""

    document: BundleDocument
    label: str
    size: int
    first_page: int
    pages: int = 0
    comments: int = 0
    comment_pages: int = 0
    attached_as: str = ""
    removed: Counter[str] = field(default_factory=Counter)
    missing: Counter[str] = field(default_factory=Counter)
    pages_as_read: dict[int, int] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    seals: bytearray = field(default_factory=bytearray)

    def described(self, place: int) -> dict[str, object]:
        """The entry as it stands in the manifest."""
        document = self.document
        return {
            "place": place,
            "document": self.label,
            "number": document.number,
            "record": document.reference,
            "title": document.title,
            "date": document.date_text,
            "file_name": document.file_name,
            "source_location": document.source_location,
            "media_type": document.media_type,
            "sha256": document.sha256,
            "size": self.size,
            "content_sha256": hashlib.sha256(self.seals).hexdigest(),
            "kind": document.kind,
            "how_read": document.read_note,
            "pages": self.pages,
            "first_page": self.first_page,
            "last_page": self.first_page + self.pages - 1,
            "pages_as_read": {str(number): page for number, page in self.pages_as_read.items()},
            "comments": self.comments,
            "comment_pages": self.comment_pages,
            "attached_as": self.attached_as or None,
            "taken_out": dict(sorted(self.removed.items())),
            "characters_not_shown": dict(sorted(self.missing.items())),
            "warnings": self.warnings,
        }


def manifest_of(
    spec: BundleSpec, entries: Sequence[Entry], *, cover_pages: int, index_pages: int, missing: Counter[str]
) -> dict[str, object]:
    """Everything the bundle promises, in an order that never changes."""
    request = spec.request
    return {
        "made_by": MADE_BY,
        "format": FORMAT,
        "title": spec.title,
        "authority": spec.authority,
        "banner": spec.banner,
        "made_at": spec.made_at.isoformat(),
        "request": None
        if request is None
        else {
            "reference": request.reference,
            "received": request.received.isoformat() if request.received else None,
            "due": request.due.isoformat() if request.due else None,
            "paragraphs": [{"number": number, "text": text} for number, text in request.paragraphs],
        },
        "prefix": spec.prefix,
        "number_width": spec.number_width,
        "page_width": spec.page_width,
        "cover_pages": cover_pages,
        "index_pages": index_pages,
        "pages": cover_pages + index_pages + sum(entry.pages for entry in entries),
        "numbers_not_in_this_bundle": number_gaps([document.number for document in spec.documents]),
        "characters_not_shown": dict(sorted(missing.items())),
        "documents": [entry.described(place) for place, entry in enumerate(entries, start=1)],
    }


def number_gaps(numbers: Sequence[int]) -> list[list[int]]:
    """The numbers between the lowest and the highest that are absent, as first and last of each run."""
    ordered = sorted(numbers)
    return [[low + 1, high - 1] for low, high in pairwise(ordered) if high - low > 1]


def manifest_json(manifest: object) -> bytes:
    """The manifest as it is stored."""
    return json.dumps(manifest, ensure_ascii=False, indent=1).encode("utf-8") + b"\n"


def manifest_path(bundle: Path) -> Path:
    """Where the manifest beside a bundle stands: it alone can hold the bundle's own SHA-256."""
    return bundle.with_name(bundle.name + ".manifest.json")
