"""What the files of words under ``texts/`` may say about a paper, and how they are read."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
import yaml

TEXTS = Path(__file__).parent / "texts"


@dataclass(frozen=True)
class Spec:
    """One paper: where it lies, how it was made, what it says and what a reader should find in it."""

    path: str
    make: str
    title: str
    date: str | None
    type: str
    text: str = ""
    categories: tuple[str, ...] = ()
    machine: str = "typewriter"
    paper: str = "a4"
    wear: tuple[str, ...] = ("scan",)
    read_by: str | None = None
    state: str = "registered"
    near: str | None = None
    copy_of: str | None = None
    extra: dict[str, Any] = field(default_factory=dict)
    inside: tuple["Spec", ...] = ()

    def random(self, page: int = 0) -> np.random.Generator:
        """The page's own chance, the same on every run."""
        return np.random.default_rng([crc32(self.path.encode()), page])

    def wear_of(self, page: int) -> str:
        """The wear of a page, counted from 0; the list is used again when the paper is longer."""
        return self.wear[page % len(self.wear)]


def read_specs() -> list[Spec]:
    """Every paper of the archive, in the order of its path."""
    raw: list[dict[str, Any]] = []
    for file in sorted(TEXTS.glob("*.yaml")):
        raw += yaml.safe_load(file.read_text(encoding="utf-8"))
    known = {paper["path"]: paper for paper in raw}
    return sorted((spec_from(paper, known) for paper in raw), key=lambda spec: spec.path)


def spec_from(raw: dict[str, Any], known: dict[str, dict[str, Any]]) -> Spec:
    """A paper as the files describe it, with what it takes over from the paper it copies or revises."""
    raw = dict(raw)
    if copied := raw.get("copy_of"):
        source = known[copied]
        raw = {**{key: source[key] for key in source if key not in ("path", "inside")}, **raw}
    if near := raw.get("near"):
        source = known[near]
        taken: dict[str, Any] = {
            key: source[key] for key in ("type", "categories", "machine", "paper", "text") if key in source
        }
        changes = raw.pop("changes")
        raw = {**taken, **raw, "text": revised(taken["text"], changes)}
    inside = tuple(spec_from(member, known) for member in raw.pop("inside", []))
    wear = raw.pop("wear", ["scan"])
    return Spec(
        **{key: raw[key] for key in raw if key not in ("categories", "date")},
        date=None if raw.get("date") is None else str(raw["date"]),
        categories=tuple(raw.get("categories", ())),
        wear=(wear,) if isinstance(wear, str) else tuple(wear),
        inside=inside,
    )


def revised(text: str, changes: list[list[str]]) -> str:
    """The later draft; a change that finds nothing to change is a mistake in the files of words.

    Raises:
        ValueError: A change names words which the earlier draft does not have.
    """
    for old, new in changes:
        if old not in text:
            raise ValueError(f"The earlier draft does not say {old!r}: mend the change in samples/texts.")
        text = text.replace(old, new)
    return text
