"""What is proposed about a document, worked out in the child that has just read it: two rooms asked in one go."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from ingest.limited_call import run_limited
from ingest.proposing import Proposed, propose
from ingest.reading import FileReading, UnreadableFile
from retention.notice_file import load_notice
from retention.suggesting import DocumentText, Evidence, Suggester, SuggestionProposal
from store.errors import CandourError

PROPOSE = "worker.proposing:propose_everything"
READY = "worker.proposing:get_ready"
NOT_PROPOSED = (
    "The date, names and categories of this record could not be proposed within the limits: a person has to look "
    "through it."
)
Pages = Sequence[tuple[int, str]]


@dataclass(frozen=True)
class Proposals:
    """Everything proposed about one document."""

    about: Proposed
    categories: list[SuggestionProposal]


def suggester(notice_file: str) -> Suggester:
    """The reader for the notice of this file as it is now; building one takes a moment, so each process keeps its own.

    Raises:
        InvalidInputError: The file cannot be read or does not say what it must.
    """
    path = Path(notice_file)
    return _suggester(path, hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "")


@lru_cache(maxsize=2)
def _suggester(path: Path, _sha256: str) -> Suggester:
    return Suggester(load_notice(path))


def get_ready(*, notice_file: str) -> None:
    """What proposing needs is loaded, for the children that are copies of this process."""
    known: dict[str, Any] = {
        "name": "minutes.txt",
        "label": "Text",
        "media_type": "text/plain",
        "title": None,
        "metadata": {},
    }
    propose_everything(pages=[(1, "Minutes of the meeting of 4 May 1961.")], known=known, notice_file=notice_file)


def propose_everything(*, pages: Pages, known: Mapping[str, Any], notice_file: str) -> dict[str, Any]:
    """Run in a child: the proposals for the pages, as plain values (`read_proposals` takes them back).

    `known` is what the file and its reader say: name, label, media_type, title, metadata.
    """
    about = propose(
        [(number, text) for number, text in pages],
        name=known["name"],
        label=known["label"],
        media_type=known["media_type"],
        title=known["title"],
        metadata=known["metadata"],
    )
    categories = propose_categories(about, pages, file_name=known["name"], notice_file=notice_file)
    return {"about": about.to_dict(), "categories": [asdict(category) for category in categories]}


def propose_categories(about: Proposed, pages: Pages, *, file_name: str, notice_file: str) -> list[SuggestionProposal]:
    """The categories of the notice that the document may fall under."""
    dated = about.dated.date_from
    return suggester(notice_file).suggest(
        DocumentText(
            title=about.title,
            file_name=file_name,
            pages=[(number, text) for number, text in pages],
            record_type=about.record_type,
            date=dated.isoformat() if dated else None,
        )
    )


def read_proposals(values: Mapping[str, Any]) -> Proposals:
    """What `propose_everything` answered."""
    return Proposals(Proposed.from_dict(values["about"]), [_category(category) for category in values["categories"]])


def _category(values: Mapping[str, Any]) -> SuggestionProposal:
    return SuggestionProposal(**{**values, "evidence": [Evidence(**each) for each in values["evidence"]]})


def propose_again(reading: FileReading, *, name: str, notice_file: Path, seconds: float) -> Proposals:
    """The proposals for a reading that came without them, from a child of its own; bare ones where it breaks a limit.

    That they are bare is then a note of the reading, so that nobody takes them for a finding.
    """
    known = {
        "name": name,
        "label": reading.label,
        "media_type": reading.media_type,
        "title": reading.title,
        "metadata": reading.metadata,
    }
    pages = [(page.number, page.text) for page in reading.pages]
    payload = {"pages": pages, "known": known, "notice_file": str(notice_file)}
    try:
        return read_proposals(run_limited(PROPOSE, payload, seconds=seconds))
    except (UnreadableFile, CandourError):
        reading.notes.append(NOT_PROPOSED)
        bare = propose([], name=name, label=reading.label, media_type=reading.media_type, title=None, metadata={})
        return Proposals(bare, [])
