"""Teaches how far the lexicon and what was learnt are each to be believed, on whole records.

    python -m retention.teaching_joining [--check FILE]

Fits one regularised logistic regression for each category on the whole records of `retention/examples/whole` and the
notice's own must-match and must-not-match sentences, prints recall and precision over a range of thresholds, and
writes `retention/learning_model/joining.json`. The thresholds are set by a person who has read that table: recall
comes first. `--check` names a truth.json of the sample archive, which teaches nothing and is only measured on.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import yaml
from numpy.typing import NDArray

from retention.joining import JOINING_FILE, Belief, Joining, Signs
from retention.notice_definition import NoticeDefinition
from retention.notice_file import load_notice
from retention.suggesting import DocumentText, Suggester

ROOT = Path(__file__).parent.parent
RECORDS = ROOT / "retention" / "examples" / "whole" / "records.yaml"
# Where a record begins to be suggested, for each category in the notice's order; chosen from the printed table.
CHOSEN = {"involved": -1.2, "allegations": -1.0, "failings": -1.3, "duties": -1.2, "honours": -0.7}
STEPS, RATE, SHRINK = 4000, 0.2, 1.0
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Marked:
    """One record's signs and what it falls under."""

    signs: dict[str, Signs]
    categories: frozenset[str]
    is_sentence_of: str = ""


def whole_records(suggester: Suggester) -> list[Marked]:
    """The whole records, read."""
    listed = yaml.safe_load(RECORDS.read_text(encoding="utf-8"))
    return [
        Marked(suggester.signs(DocumentText("", "", [(1, item["text"])])), frozenset(item["categories"]))
        for item in listed
    ]


def sentences(suggester: Suggester) -> list[Marked]:
    """The notice's own sentences, each for its category alone."""
    marked = []
    for category in suggester.definition.categories:
        for text in category.must_match:
            signs = suggester.signs(DocumentText("", "", [(1, text)]))
            marked.append(Marked(signs, frozenset({category.code}), category.code))
        for text in category.must_not_match:
            marked.append(Marked(suggester.signs(DocumentText("", "", [(1, text)])), frozenset(), category.code))
    return marked


def sample_records(suggester: Suggester, truth: Path) -> list[Marked]:
    """The sample archive's records, with their exact text."""
    documents = json.loads(truth.read_text(encoding="utf-8"))["documents"]
    return [
        Marked(
            suggester.signs(DocumentText("", "", [(page["number"], page["text"]) for page in document["pages"]])),
            frozenset(document["categories"]),
        )
        for document in documents
        if document["pages"]
    ]


def fit(marked: Sequence[Marked], code: str, *, threshold: float) -> Belief:
    """The weights that tell this category's records from others, by plain gradient descent: the same every time."""
    signs = [item.signs[code] for item in marked]
    values = np.array([[one.lexicon, one.highest, one.several, one.whole] for one in signs])
    wanted = np.array([code in item.categories for item in marked], dtype=np.float64)
    mean, spread = values.mean(axis=0), values.std(axis=0) + 1e-6
    scaled = np.c_[(values - mean) / spread, np.ones(len(values))]
    weights: Floats = np.zeros(scaled.shape[1])
    for _ in range(STEPS):
        chance = 1 / (1 + np.exp(-scaled @ weights))
        slope = scaled.T @ (chance - wanted) / len(wanted)
        slope[:-1] += SHRINK * weights[:-1] / len(wanted)
        weights -= RATE * slope
    plain = weights[:-1] / spread
    lexicon, highest, several, whole = (round(float(value), 3) for value in plain)
    return Belief(lexicon, highest, several, whole, round(float(weights[-1] - plain @ mean), 3), threshold)


def table(marked: Sequence[Marked], code: str, belief: Belief, length_prior: float) -> str:
    """Precision and recall on these records where suggesting begins at each of a range of sums."""
    totals = [(belief.total(item.signs[code], length_prior), code in item.categories) for item in marked]
    cells = []
    for threshold in (-2.0, -1.6, -1.3, -1.0, -0.5, 0.0, belief.suggest_from):
        found = [right for total, right in totals if total >= threshold]
        everything = sum(right for _, right in totals)
        cells.append(f"{threshold}: {sum(found) / max(len(found), 1):.2f}/{sum(found) / max(everything, 1):.2f}")
    return "  ".join(cells)


def teach(definition: NoticeDefinition, *, check: Path | None) -> Joining:
    """The beliefs of the notice, with their tables on standard output."""
    suggester = Suggester(definition)
    records, own = whole_records(suggester), sentences(suggester)
    checked = sample_records(suggester, check) if check else []
    learned = suggester.length_prior
    beliefs = {}
    for category in definition.categories:
        code = category.code
        taught = [*records, *(item for item in own if item.is_sentence_of == code)]
        beliefs[code] = fit(taught, code, threshold=CHOSEN[code])
        sys.stdout.write(f"{code} (precision/recall)\n  taught: {table(records, code, beliefs[code], learned)}\n")
        if checked:
            sys.stdout.write(f"  check:  {table(checked, code, beliefs[code], learned)}\n")
    return Joining(definition.reference, beliefs)


def main() -> int:
    """Teach, print and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", type=Path)
    asked = parser.parse_args()
    joining = teach(load_notice(ROOT / "retention_categories.yaml"), check=asked.check)
    held = {
        "reference": joining.reference,
        "categories": {code: asdict(belief) for code, belief in joining.beliefs.items()},
    }
    JOINING_FILE.write_text(f"{json.dumps(held, indent=2)}\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
