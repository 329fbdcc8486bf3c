"""How well the sample archive was read and suggested, measured against its truth."""

import json
import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path

from rich.table import Table
from sqlalchemy import select

from ingest import batches
from ingest.models import Item
from records.models import Record
from records.register import pages_of
from retention import notices, tagging
from store.archive import Archive

WORD = re.compile(r"\w+")
BY_EYE = ("handwritten",)


@dataclass(frozen=True)
class CategoryFigures:
    """How one category was suggested, over the records of the truth."""

    code: str
    title: str
    right: int
    wrong: int
    missed: int

    @property
    def precision(self) -> float:
        """Of what was suggested, the share that is right."""
        return self.right / (self.right + self.wrong) if self.right + self.wrong else 1.0

    @property
    def recall(self) -> float:
        """Of what is right, the share that was suggested."""
        return self.right / (self.right + self.missed) if self.right + self.missed else 1.0


@dataclass(frozen=True)
class Figures:
    """The figures of one run."""

    words: dict[str, tuple[int, int]]
    categories: list[CategoryFigures]
    clean_suggested: int
    clean: int

    def recall_line(self) -> str:
        """Word recall over the scanned pages, and by their condition."""
        found = sum(found for name, (found, _) in self.words.items() if name not in BY_EYE)
        total = sum(total for name, (_, total) in self.words.items() if name not in BY_EYE)
        parts = ", ".join(f"{name} {found / total:.3f}" for name, (found, total) in sorted(self.words.items()) if total)
        return f"{found / max(total, 1):.3f} ({parts})"

    def category_table(self) -> Table:
        """Precision and recall of the suggestions for each category."""
        table = Table(title="Suggestions against the truth of the sample", title_justify="left")
        for name in ("category", "right", "wrong", "missed", "precision", "recall"):
            table.add_column(name, justify="left" if name == "category" else "right")
        for line in self.categories:
            table.add_row(
                line.title,
                str(line.right),
                str(line.wrong),
                str(line.missed),
                f"{line.precision:.2f}",
                f"{line.recall:.2f}",
            )
        table.caption = f"{self.clean_suggested} of {self.clean} documents that fall under nothing got a suggestion"
        return table


def measure(archive: Archive, samples: Path, *, batch: str) -> Figures:
    """The figures of this batch, made from `samples/archive`, against `samples/truth.json`."""
    truth = json.loads((samples / "truth.json").read_text())
    by_path = {document["path"]: document for document in truth["documents"]}
    found_words: Counter[str] = Counter()
    all_words: Counter[str] = Counter()
    tally: dict[str, Counter[str]] = defaultdict(Counter)
    clean = clean_suggested = 0
    prefix = "archive/"
    with archive.reading() as session:
        codes = {category.code: category.title for category in notices.categories(session)}
        kept = batches.find_batch(session, batch)
        items: list[Item] = batches.items(session, batch=kept, state="registered")
        records = {record.id: record for record in session.scalars(select(Record))}
        for item in items:
            document = by_path.get(item.path.removeprefix(prefix))
            if document is None or item.record_id is None:
                continue
            record = records[item.record_id]
            read = {page.number: page.text for page in pages_of(session, record)}
            for page in document["pages"]:
                if document["read_by"] == "ocr" or page["condition"] not in ("clean-text", "native"):
                    wanted = bag(page["text"])
                    all_words[page["condition"]] += wanted.total()
                    found_words[page["condition"]] += (wanted & bag(read.get(page["number"], ""))).total()
            suggested = {suggestion.category for suggestion in tagging.suggestions_of(session, record)}
            right = set(document["categories"])
            for code in codes:
                tally[code][outcome(code in suggested, code in right)] += 1
            if not right:
                clean += 1
                clean_suggested += bool(suggested)
    return Figures(
        {name: (found_words[name], total) for name, total in all_words.items()},
        [
            CategoryFigures(code, title, tally[code]["right"], tally[code]["wrong"], tally[code]["missed"])
            for code, title in codes.items()
        ],
        clean_suggested,
        clean,
    )


def bag(text: str) -> Counter[str]:
    """The words of a text with how often each stands in it."""
    return Counter(WORD.findall(text.lower()))


def outcome(suggested: bool, right: bool) -> str:  # noqa: FBT001 - two claims about one pair
    """What a suggestion, or the lack of one, is against the truth."""
    if suggested:
        return "right" if right else "wrong"
    return "missed" if right else "rightly-not"
