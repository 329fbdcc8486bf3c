"""What reading a file gives: pages, members and facts, or one sentence that says why it could not be read."""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, Literal

from store.errors import CandourError

ReadBy = Literal["layer", "ocr", "both", "native", "none"]
Word = list[Any]  # [x0, y0, x1, y1, text, confidence]: the box in fractions of the page as it is shown, origin top left

# How the reason of the one page begins that stands for a file of a kind that nothing here reads.
NOT_SEARCHABLE = "not searchable"
# The headings of the unread pages that are none of the file's own: each names what stayed in a container, or what is
# lost of a damaged file.
NOT_TAKEN_OUT = "Not taken out"
MISSING = "Missing from the file"

SENTENCES: dict[str, str] = {
    "encrypted": "The file is protected by a password; ask its holder for the password, or for a copy without one.",
    "damaged": "The file is damaged and could not be opened; ask its holder for another copy.",
    "empty": "The file is empty: it holds no bytes; ask its holder whether a copy with content exists.",
    "unsupported": "Nothing here reads files of this kind; open a copy in the program that made it, save it as PDF, "
    "and take in the PDF as well.",
    "too-large": "The file is larger than the limit for one file; divide it and take in the parts.",
    "bomb": "The file would unpack to far more than its own size, as files made to do harm do; it was not unpacked.",
    "timeout": "Reading the file took longer than the time allowed; read it again with more time, or divide it.",
    "memory": "Reading the file needed more memory than is allowed; read it again with more memory, or divide it.",
    "crashed": "The program that reads files of this kind stopped on it; ask its holder for another copy.",
    "unreadable-folder": "The folder could not be opened; ask whoever keeps it for permission to read it.",
    "unreadable-file": "The file could not be opened; ask whoever keeps it for permission to read it.",
    "special-file": "This is a device, pipe or socket rather than a file, so there is nothing in it to read.",
    "path-too-long": "The path to it is longer than this system can open; move it nearer to the top, or take in a "
    "folder farther down by itself.",
    "malware": "The virus scanner found something in the file, so nothing here opened it; ask whoever looks after this "
    "machine before anybody opens it.",
    "not-scanned": "The virus scanner did not answer for this file, so nothing here opened it; see that the scanner "
    "runs and try the file again.",
    "disk-fault": "The disk or share it lies on failed while it was read; ask whoever keeps that to look at it.",
    "link": "This is a link to another place, and links are not followed; take in the place itself if it is wanted.",
    "changed": "The file changed while it was being read; wait until nobody is writing to it and read it again.",
    "missing": "The file was gone when its turn came; look for it where it was, and read it again.",
    "no-pages": "The file opens, but there is no page in it; ask its holder whether a copy with content exists.",
    "no-room": "There was no room on the disk to unpack the file; make room and read it again.",
    "nested-too-deep": "The file lies too many containers deep to be unpacked; unpack the outer ones by hand.",
    "too-many-pixels": "The picture has more pixels than the limit; save it smaller beside the original.",
}


class UnreadableFile(CandourError):  # noqa: N818 - the name says what is true of the file, and is used as such
    """A file that could not be read, with a code for counting and a sentence for a person."""

    exit_code = 3

    def __init__(self, code: str, sentence: str | None = None) -> None:
        self.code = code
        self.sentence = sentence or SENTENCES[code]
        super().__init__(self.sentence)


def clean_text(text: str) -> str:
    """The text as it can be stored and searched: composed letters, plain line ends, no control characters."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x0c", "\n").replace("\x0b", "\n")
    if not text.isprintable():
        # Line by line: a line end is what makes almost every text unprintable as a whole.
        text = "\n".join(line if line.isprintable() else "".join(map(_storable, line)) for line in text.split("\n"))
    return unicodedata.normalize("NFC", text)


def _storable(character: str) -> str:
    if character in "\n\t" or character.isprintable():
        return character
    kind = unicodedata.category(character)
    if kind == "Cs":  # a lone surrogate cannot be written as UTF-8
        return "�"
    if kind == "Zs":
        return " "
    return "" if kind in ("Cc", "Cf") else character


@dataclass(frozen=True)
class PageReading:
    """One page as read: its text, how it was read and why, and how sure that reading is."""

    number: int
    text: str
    read_by: ReadBy
    confidence: float | None = None
    layer_text: str | None = None
    words: list[Word] = field(default_factory=list)
    width: float = 0.0
    height: float = 0.0
    rotation: int = 0
    unread: bool = False
    reason: str = ""
    heading: str | None = None
    # What OCR made of the picture of a page whose layer was read too, and what the choice between them was made by.
    ocr_text: str | None = None
    layer_word_share: float | None = None
    layer_unnamed_share: float | None = None
    image_share: float | None = None
    # Of a page of a scan that was read more than once: which of its versions stands.
    version: int = 1

    def to_dict(self) -> dict[str, Any]:
        """As plain values that JSON can carry."""
        return {item.name: getattr(self, item.name) for item in fields(self)}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "PageReading":
        """The page that `to_dict` described."""
        return cls(**values)


@dataclass(frozen=True)
class MemberFound:
    """A file inside the file: its own name there, and where its bytes wait in the spool folder."""

    name: str
    path: Path
    position: int

    def to_dict(self) -> dict[str, Any]:
        """As plain values that JSON can carry."""
        return {"name": self.name, "path": str(self.path), "position": self.position}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "MemberFound":
        """The member that `to_dict` described."""
        return cls(name=values["name"], path=Path(values["path"]), position=values["position"])


@dataclass
class FileFacts:
    """What a reader learns about the whole file while it reads the pages; filled in as it goes."""

    title: str | None = None
    author: str | None = None
    created: str | None = None
    notes: list[str] = field(default_factory=list)
    metadata: dict[str, Any] = field(default_factory=dict)
    # Where the file did not open as it is: the copy it was read from, by its name in the spool folder.
    readable_copy: str = ""

    def note(self, sentence: str) -> None:
        """Keep a sentence for the person who looks at the file, once."""
        if sentence not in self.notes:
            self.notes.append(sentence)

    def to_dict(self) -> dict[str, Any]:
        """As plain values that JSON can carry."""
        return asdict(self)


@dataclass(frozen=True)
class FileReading:
    """Everything that was read from one file."""

    media_type: str
    label: str
    title: str | None = None
    author: str | None = None
    created: str | None = None
    # Where there are many, they are read from the disk one at a time (`ingest.page_journal`).
    pages: Sequence[PageReading] = field(default_factory=list)
    members: list[MemberFound] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    metadata: dict[str, Any] = field(default_factory=dict)
    # Where the file did not open as it is: the path of the copy it was read from, to be kept beside the original.
    readable_copy: str = ""

    @property
    def not_searchable(self) -> str:
        """Why nothing here reads files of this kind, as a sentence; empty where something does."""
        if len(self.pages) != 1 or not self.pages[0].reason.startswith(f"{NOT_SEARCHABLE}: "):
            return ""
        return self.pages[0].reason.partition(": ")[2]

    def to_dict(self) -> dict[str, Any]:
        """As plain values that JSON can carry."""
        values = {item.name: getattr(self, item.name) for item in fields(self)}
        values["pages"] = [page.to_dict() for page in self.pages]
        values["members"] = [member.to_dict() for member in self.members]
        return values

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "FileReading":
        """The reading that `to_dict` described."""
        plain = dict(values)
        plain["pages"] = [PageReading.from_dict(page) for page in values["pages"]]
        plain["members"] = [MemberFound.from_dict(member) for member in values["members"]]
        return cls(**plain)
