"""How right and how fast the proposals about a record are, on real documents: run `python -m bench.enrichment`.

Dates and types: councils' papers whose file names say both, hearings whose file names give the day, letters of 1905.
The file names are kept from the proposals that are judged by them. Where a made-up archive with its truth is given as
the first argument (a folder with `truth.json`), its dates, people and homes are judged as well.
"""

import json
import re
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pypdfium2

from records.dates import UNDATED, propose_date
from records.people import propose_people
from records.places import propose_places
from records.record_types import propose_record_type
from records.titles import propose_title

CORPUS = Path(__file__).resolve().parent.parent.parent / "shared" / "corpus"
PAGE = 2_500  # characters, for texts that come without pages
# Read on the letters themselves; no other date can be found on them.
LETTERS = {
    "Lettre243": "1905-03-20", "Lettre244": "1905-03-21", "Lettre246": "1905-03-20", "Lettre248": None,
    "Lettre251": "1905-03-04", "Lettre43": "1905-03-22", "Lettre50": "1905-03-22",
    "SC0033B_s4_b01_f14_i080": "1905-03-22", "SC0033B_s4_b01_f14_i081": "1905-03-21", "SC0033B_s4_b01_f14_i092": None,
}  # fmt: skip
Pages = list[tuple[int, str]]


def council() -> Iterator[tuple[str, Pages]]:
    for path in sorted((CORPUS / "files" / "council").glob("*.pdf")):
        with pypdfium2.PdfDocument(path) as document:
            texts = [page.get_textpage().get_text_range().replace("\r\n", "\n") for page in document]
        yield path.name, list(enumerate(texts, 1))


def hearings() -> Iterator[tuple[str, Pages]]:
    for path in sorted((CORPUS / "text").rglob("*20??-??-??.rst")):
        text = re.sub(r"\*\*|\.\. .*::.*|<[^>]*>", "", path.read_text(encoding="utf-8"))
        yield path.name, [(at // PAGE + 1, text[at : at + PAGE]) for at in range(0, len(text), PAGE)]


def iso(month: str, day: str, year: str) -> str:
    return time.strftime("%Y-%m-%d", time.strptime(f"{day} {month} {year}", "%d %B %Y"))


def judge_dates(name: str, cases: list[tuple[str, Pages, str | None]]) -> None:
    right = wrong = silent = 0
    for file, pages, truth in cases:
        found = propose_date(pages)
        if found == UNDATED:
            silent += truth is not None
            right += truth is None
        elif str(found.date_from) == truth and found.precision == "day":
            right += 1
        else:
            wrong += 1
            print(f"    wrong: {file}: {found.date_from} ({found.precision}) from “{found.evidence}”, not {truth}")
    print(f"dates, {name}: {len(cases)} papers, {right} right, {silent} left undated, {wrong} wrong")


def judge_council(papers: list[tuple[str, Pages]]) -> None:
    with_text = [(file, pages) for file, pages in papers if any(text.strip() for _, text in pages)]
    dated = [(file, pages, re.search(r"([A-Z][a-z]{2,8})-(\d{1,2})-(20\d\d)", file)) for file, pages in with_text]
    judge_dates("council papers", [(file, pages, iso(*match.groups())) for file, pages, match in dated if match])
    right = total = 0
    for file, pages in with_text:
        kind = next((kind for kind in ("minutes", "agenda", "budget") if kind in file.lower()), None)
        if kind is None:
            continue
        title = propose_title(pages, file_name="scan.pdf", label="PDF")
        found = propose_record_type(title, pages)
        total += 1
        right += found is not None and kind in found.code
    print(f"types, council papers: {total} papers, {right} right")


def judge_samples(folder: Path) -> None:
    """The made-up archive's own truth, whatever it holds of dates, people and homes."""
    truth: dict[str, Any] = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    papers = truth["documents"] if "documents" in truth else truth["files"]
    found = expected = matched = 0
    dated: list[tuple[str, Pages, str | None]] = []
    for paper in papers:
        texts = [page["text"] if isinstance(page, dict) else page for page in paper.get("pages", [])]
        pages = list(enumerate(texts, 1))
        if not pages:
            continue
        if re.fullmatch(r"\d{4}-\d\d-\d\d", str(paper.get("date"))):
            dated.append((paper["path"], pages, paper["date"]))
        names = {person.name.split()[-1].lower() for person in propose_people(pages)}
        wanted = {person.split()[-1].lower() for person in paper.get("people", [])}
        found, expected, matched = found + len(names), expected + len(wanted), matched + len(names & wanted)
    judge_dates("the made-up archive", dated)
    print(f"people, the made-up archive: recall {matched / max(1, expected):.3f}, surnames proposed {found}")


def judge_speed(papers: list[tuple[str, Pages]]) -> None:
    pages_in_all = sum(len(pages) for _, pages in papers)
    steps: dict[str, Callable[[str, Pages], object]] = {
        "dates": lambda file, pages: propose_date(pages, file_name=file),
        "titles": lambda file, pages: propose_title(pages, file_name=file),
        "types": lambda file, pages: propose_record_type(file, pages),
        "people": lambda file, pages: propose_people(pages),
        "places": lambda file, pages: propose_places(pages),
    }
    total = 0.0
    for step in steps.values():
        step(*papers[0])  # vocabularies are read once, not for each page
    for name, step in steps.items():
        begun = time.process_time()
        for paper in papers:
            step(*paper)
        spent = time.process_time() - begun
        total += spent
        print(f"speed, {name}: {pages_in_all / spent:,.0f} pages/s")
    print(f"speed, all steps together: {pages_in_all / total:,.0f} pages/s of one processor, {pages_in_all} pages")


def main() -> None:
    council_papers = list(council())
    days = [(file, pages, re.search(r"20\d\d-\d\d-\d\d", file)) for file, pages in hearings()]
    # Some hearings' texts leave the day out: there undated is right.
    judge_council(council_papers)
    judge_dates(
        "hearings",
        [(file, pages, day[0] if _says(pages[0][1], day[0]) else None) for file, pages, day in days if day],
    )
    letters = CORPUS / "ocr" / "letters1905"
    judge_dates(
        "letters of 1905",
        [(name, [(1, (letters / f"{name}.gt.txt").read_text(encoding="utf-8"))], day) for name, day in LETTERS.items()],
    )
    if len(sys.argv) > 1:
        judge_samples(Path(sys.argv[1]))
    short = [(file, pages) for file, pages in council_papers if any(text.strip() for _, text in pages)]
    print("council papers")
    judge_speed(short)
    print("hearings, cut into papers of three pages")
    judge_speed([(file, pages[at : at + 3]) for file, pages, _ in days[:20] for at in range(0, len(pages), 3)])


def _says(text: str, day: str) -> bool:
    moment = time.strptime(day, "%Y-%m-%d")
    return re.search(rf"\b{moment.tm_mday} {time.strftime('%B %Y', moment)}", text) is not None


if __name__ == "__main__":
    main()
