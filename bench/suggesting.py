"""Pages a second of the suggester on one core, beside a plain `re` alternation of the same words in the same run.

The alternation only finds where a word stands: it joins no lines, mends no misreading, knows no company and gives no
reasons. Run: python bench/suggesting.py [FOLDER of .rst or .txt files]
"""

import re
import sys
import time
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from retention.notice_file import load_notice  # noqa: E402
from retention.suggesting import DocumentText, Suggester  # noqa: E402

DEFAULT = ROOT.parent / "shared" / "corpus" / "text" / "inquiry-horizon"
PAGE_LENGTH = 2800
MOST_PAGES = 2000
ALTERNATION_PAGES = 100


def read_pages(folder: Path) -> list[str]:
    """Pages of ordinary length from the text files of a folder."""
    pages: list[str] = []
    for path in sorted(folder.rglob("*.rst")) + sorted(folder.rglob("*.txt")):
        text = path.read_text(encoding="utf-8", errors="replace")
        pages += [text[start : start + PAGE_LENGTH] for start in range(0, len(text), PAGE_LENGTH)]
        if len(pages) >= MOST_PAGES:
            break
    return pages[:MOST_PAGES]


def time_reading(suggester: Suggester, pages: list[str]) -> None:
    """Print how fast the pages are read, the first time and again, and on how many of them something is suggested."""
    found: Counter[str] = Counter()
    for label in ("first reading", "once warm"):
        found.clear()
        started, cpu = time.perf_counter(), time.process_time()
        for page in pages:
            proposals = suggester.suggest(DocumentText("", "", [(1, page)]))
            found.update(["pages", *(proposal.category for proposal in proposals)] if proposals else [])
        used = time.process_time() - cpu
        wall = len(pages) / (time.perf_counter() - started)
        print(f"  {label}: {len(pages) / used:,.0f} pages/s of one core ({wall:,.0f} by the clock)")
    print(f"  pages with a suggestion: {found['pages']} of {len(pages)}; {dict(sorted(found.items()))}")


def main() -> int:
    """Print the figures."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT
    pages = read_pages(folder)
    if not pages:
        print(f"No pages found in {folder}: give a folder of text files.")
        return 2
    definition = load_notice(ROOT / "retention_categories.yaml")
    for name, learned in (("lexicon alone", False), ("with what was learnt", True)):
        started = time.perf_counter()
        suggester = Suggester(definition, learned=learned)
        print(f"{name}: built in {time.perf_counter() - started:.2f} s")
        time_reading(suggester, pages)
    print(f"wordings looked for: {len(suggester.lexicon.literals):,}")
    words = sorted((literal.strip() for literal in suggester.lexicon.literals), key=len, reverse=True)
    alternation = re.compile(r"\b(?:" + "|".join(map(re.escape, words)) + ")", re.IGNORECASE)
    few = pages[:ALTERNATION_PAGES]
    cpu = time.process_time()
    hits = sum(1 for page in few for _ in alternation.finditer(page))
    used = time.process_time() - cpu
    print(f"plain re alternation: {len(few) / used:,.1f} pages/s of one core ({hits / len(few):.1f} hits a page)")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
