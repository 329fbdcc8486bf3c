"""What the benches of search search, and for what.

The documents are pieces of about 350 words of the hearings in ../shared/corpus/text, each with made-up particulars;
beyond what that text holds they are repeated with a word of their own, and the tables say so. They are set in lines as
a page is, and about one word in 600 is broken at the end of one, as on the typed papers of the corpus.
"""

import sys
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path

from search.engine import IndexDocument

CORPUS = Path(__file__).resolve().parent.parent.parent / "shared" / "corpus"
OPEN = frozenset({"open"})
RESTRICTED_EACH = 10
"""One document of so many lies in the restricted compartment, the first among them."""
PIECE_WORDS = 350
LINE_WORDS = 12
LINES_TO_A_BREAK = 9

# Kind, ours, Whoosh's own syntax, FTS5's own syntax; None where the peer has nothing that means the same.
QUERIES: list[tuple[str, str, str | None, str | None]] = [
    *(("word", w, w, w) for w in ("ward", "postmaster", "horizon", "family", "risk", "hospital", "apology", "coroner")),
    *(("common", w, w, w) for w in ("inquiry", "evidence", "question", "people")),
    ("and", "ward AND staff AND night", "ward AND staff AND night", "ward AND staff AND night"),
    ("and", "risk assessment discharge", "risk assessment discharge", "risk assessment discharge"),
    ("and", "family letter apology", "family letter apology", "family letter apology"),
    ("or", "coroner OR observation OR leave", "coroner OR observation OR leave", "coroner OR observation OR leave"),
    ("or", "post OR office OR audit", "post OR office OR audit", "post OR office OR audit"),
    ("not", "ward NOT staff", "ward NOT staff", "ward NOT staff"),
    ("not", "(bug OR error) NOT horizon", "(bug OR error) NOT horizon", "(bug OR error) NOT horizon"),
    ("not", "NOT inquiry", "NOT inquiry", None),
    ("phrase", '"post office"', '"post office"', '"post office"'),
    ("phrase", '"terms of reference"', '"terms of reference"', '"terms of reference"'),
    ("phrase", '"duty of care"', '"duty of care"', '"duty of care"'),
    ("phrase", '"mental health"', '"mental health"', '"mental health"'),
    ("phrase", '"of the"', '"of the"', '"of the"'),
    ("phrase", '"in the community"', '"in the community"', '"in the community"'),
    ("near", "family w/5 concerns", '"family concerns"~5', "NEAR(family concerns, 4)"),
    ("near", "staff pre/10 shortage", None, None),
    ("near", "the w/3 inquiry", '"the inquiry"~3', "NEAR(the inquiry, 2)"),
    ("near", '"mental health" w/10 (act OR trust)', None, None),
    ("near", "(risk OR danger) w/8 (patient OR ward)", None, None),
    ("near", "post w/3 office w/20 audit", None, None),
    ("prefix", "neglig*", "neglig*", "neglig*"),
    ("prefix", "comm*", "comm*", "comm*"),
    ("prefix", "re*", "re*", "re*"),
    ("wildcard", "*ology", "*ology", None),
    ("wildcard", "wom?n", "wom?n", None),
    ("wildcard", "prescri*ion", "prescri*ion", None),
    ("fuzzy", "counci1~", None, None),
    ("fuzzy", "hospitol~", "hospitol~", None),
    ("fuzzy", "assesment~2", "assesment~2", None),
    ("exact", "=minutes", None, None),
    ("exact", "=ward", None, None),
    ("field", "title:family", "title:family", "title:family"),
    ("field", "category:failings ward", None, None),
    ("field", "batch:spring AND staff", None, None),
    ("field", "person:quillfeather", None, None),
    ("date", "date:1974", None, None),
    ("date", "ward date:1970..1979", None, None),
    ("date", "NOT date:none family", None, None),
    ("mixed", '(ward OR hospital) AND "risk assessment" NOT discharge year:1980..', None, None),
    ("mixed", "(family w/10 inform*) OR (mother w/5 told)", None, None),
    ("everything", "*", None, None),
    ("question", "what did the trust do after the death of a patient", None, None),
    ("rare", "xylophone", "xylophone", "xylophone"),
    ("rare", "bankruptcy", "bankruptcy", "bankruptcy"),
]


def in_lines(words: Sequence[str], first_line: int) -> str:
    """The words in lines; of so many lines one ends in a hyphen, where its last word is long enough to break."""
    lines = []
    for number, start in enumerate(range(0, len(words), LINE_WORDS), first_line):
        line = " ".join(words[start : start + LINE_WORDS])
        last = line.rpartition(" ")[2]
        is_broken = number % LINES_TO_A_BREAK == 0 and last.isalpha() and last.islower() and len(last) > 5
        lines.append(f"{line[:-3]}-\n{line[-3:]}" if is_broken else line)
    return "\n".join(lines)


def real_pieces() -> list[str]:
    """The hearings cut into pieces, taken in turn from every file so that a small number is varied too."""
    files = sorted((CORPUS / "text" / "inquiry-horizon").rglob("*.rst"))
    files += sorted((CORPUS / "text" / "inquiry-lampard").rglob("*.rst"))
    if not files:
        sys.exit("The hearings in ../shared/corpus/text are not beside this checkout: nothing was measured.")
    per_file = []
    for file in files:
        found = file.read_text(encoding="utf-8", errors="replace").split()
        starts = range(0, len(found), PIECE_WORDS)
        per_file.append([in_lines(found[i : i + PIECE_WORDS], i // LINE_WORDS) for i in starts])
    longest = max(len(pieces) for pieces in per_file)
    return [pieces[i] for i in range(longest) for pieces in per_file if i < len(pieces)]


def make_documents(pieces: Sequence[str], count: int) -> Iterator[IndexDocument]:
    for n in range(count):
        text = pieces[n % len(pieces)]
        if n >= len(pieces):
            text = f"copy{n} {text}"
        day = date(1968, 1, 1) + timedelta(days=(n * 37) % 16_000)
        yield IndexDocument(
            record_id=n + 1,
            reference=f"B/{n:07}",
            title=" ".join(text.split()[:8]),
            file_name=f"scan_{n:06}.pdf",
            record_type=("minutes", "letter", "report", "file")[n % 4],
            categories=(("failings",), (), ("duties", "honours"), (), ())[n % 5],
            people=(f"Ada Quillfeather{n % 40}", "Mair Quillfeather")[: 1 + n % 2],
            places=(f"Larkhollow {n % 30}",),
            batches=[f"Returned {('spring', 'autumn')[n % 2]} {n % 12}"],
            sources=["County record office"],
            date_from=day if n % 9 else None,
            state=("unread", "decided")[n % 2],
            compartment="restricted" if n % RESTRICTED_EACH == 0 else "open",
            pages=((1, text),),
        )
