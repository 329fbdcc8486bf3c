"""What is proposed about a document from its words: title, date, type, and the names in it. Pure work, no rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from records.dates import DocumentDate, propose_date
from records.people import propose_people
from records.places import propose_places
from records.record_types import propose_record_type
from records.titles import propose_title

PERSON = "person"


@dataclass(frozen=True)
class Proposed:
    """What a record is given before a person has looked; each name with its kind and the page it was first met on."""

    title: str
    dated: DocumentDate
    record_type: str | None
    names: list[tuple[str, str, int]]

    def to_dict(self) -> dict[str, Any]:
        """As plain values that JSON can carry."""
        dated = self.dated
        return {
            "title": self.title,
            "date_from": dated.date_from.isoformat() if dated.date_from else None,
            "date_to": dated.date_to.isoformat() if dated.date_to else None,
            "precision": dated.precision,
            "evidence": dated.evidence,
            "date_page": dated.page,
            "record_type": self.record_type,
            "names": self.names,
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "Proposed":
        """What `to_dict` described."""
        first, last = values["date_from"], values["date_to"]
        dated = DocumentDate(
            date.fromisoformat(first) if first else None,
            date.fromisoformat(last) if last else None,
            values["precision"],
            values["evidence"],
            values["date_page"],
        )
        return cls(values["title"], dated, values["record_type"], [tuple(name) for name in values["names"]])


def propose(
    pages: Sequence[tuple[int, str]],
    *,
    name: str,
    label: str,
    media_type: str,
    title: str | None,
    metadata: Mapping[str, Any],
) -> Proposed:
    """What the pages, the file's name and what the file says of itself speak for."""
    told = {key: str(value) for key, value in metadata.items()}
    for_title = {key: value for key, value in told.items() if key.lower() != "subject" or _is_message(media_type)}
    if title:
        for_title["title"] = title
    found = propose_title(pages, file_name=name, label=label, metadata=for_title)
    kind = propose_record_type(found, pages)
    return Proposed(
        title=found,
        dated=propose_date(pages, file_name=name, metadata=told),
        record_type=kind.code if kind else None,
        names=proposed_names(pages),
    )


def _is_message(media_type: str) -> bool:
    """Whether a "subject" is to be believed: in a message its author wrote it, elsewhere a program put it there."""
    return media_type.startswith("message/") or "outlook" in media_type


def proposed_names(pages: Sequence[tuple[int, str]]) -> list[tuple[str, str, int]]:
    """The people, homes and bodies named, each once, with its kind and the page it was first met on."""
    named = [(PERSON, person.name, person.page) for person in propose_people(pages)]
    named += [(place.kind, place.name, place.page) for place in propose_places(pages)]
    first: dict[tuple[str, str], int] = {}
    for kind, name, page in named:
        first.setdefault((kind, name), page)
    return [(kind, name, page) for (kind, name), page in first.items()]
