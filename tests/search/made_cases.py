"""Small archives made at random from real text, and questions about them in every form that the language has."""

from collections.abc import Sequence
from datetime import date
from itertools import pairwise
from pathlib import Path
from random import Random

from search.engine import IndexDocument

COMPARTMENTS = ("open", "open", "open", "restricted", "privileged")
SIGHTS = (
    frozenset({"open"}),
    frozenset({"open", "restricted"}),
    frozenset({"restricted"}),
    frozenset({"open", "restricted", "privileged"}),
    frozenset({"sealed"}),
)

_ODD = (
    """
O'Brien|O’Neill|D’Arcy|I'm|children's|witness’s|cŵn|Gwŷr|gw\u0302r|Tŷ|naïve|ﬁle|oﬃce|ﷺ|سجل|שלום|ﾞ|æon|Øst|ﬅaff|Straße|İzmir
12,500|1,234.56|10/10/1963|£3-10-0|MRB/3/17|a.m.|U.S.|AB12|x1|1st|20%|co-operate|well-known|in-patient|soft\u00adhyphen
rnember|mernber|member|counci1|council|vvard|ward|ciose|close|1ayer|O|a|I|_under_|snake_case|e-mail|①②|½|x²|№
""".strip()
    .replace("\n", "|")
    .split("|")
)
_NAMES = ("Mair Llŷr", "MAIR LLYR", "O. Pemberton-Hale", "Ada Quillfeather", "Jones Quillfeather", "Dr O’Brien", "")
_PLACES = ("Tŷ Gwŷr", "Larkhollow House", "The Grange", "Larkhollow  house", "St. Ann's")
_BREAKS = ("-\n", "-\r\n", "\u00ad\n", "\u00ac\n", "\u2010 \n ", "-\n\n")
_GAPS = (" ", " ", " ", " ", " ", "\n", ", ", ". ", " – ", "\t", "; ")

MADE_FROM = {"text/versions/jfk/2018": ".md", "text/inquiry-lampard/april-hearing": ".rst"}
"""Where in the corpus the words are taken from, and the names of the files."""

Material = Sequence[str]
"""Words as they stand in real papers, with their signs."""


def read_material(corpus: Path) -> Material:
    """The words of some papers read by a scanner and of some days of hearings, in their order."""
    papers, hearings = (sorted((corpus / part).glob(f"*{ext}")) for part, ext in MADE_FROM.items())
    texts = [path.read_text(encoding="utf-8", errors="replace")[:6_000] for path in (*papers[:25], *hearings[:3])]
    return [word for text in texts for word in text.split()]


def some_documents(random: Random, material: Material) -> list[IndexDocument]:
    """Between two and nine records of the same few words, so that they are much alike."""
    begin = random.randrange(len(material))
    near = [material[(begin + i) % len(material)] for i in range(random.choice((15, 40, 90)))]
    return [_document(random, number, near) for number in random.sample(range(1, 40), random.randint(2, 9))]


def _document(random: Random, number: int, near: Material) -> IndexDocument:
    first = _day(random)
    last = _day(random)
    if first and last and last < first:
        first, last = last, first
    pages = _pages(random, near)
    return IndexDocument(
        record_id=number,
        reference=random.choice((f"R{number:06}", f"MRB/{number % 3}/{number}", "")),
        title=_passage(random, near[:12], most=5) if random.random() < 0.7 else "",
        file_name=f"{_passage(random, near[:9], most=3)}.pdf",
        record_type=random.choice(("minutes", "Case File", "case  file", "", 'the "blue" book', "letter*")),
        categories=random.sample(("failings", "duties", "honours"), random.randint(0, 2)),
        people=random.sample(_NAMES, random.randint(0, 3)),
        places=random.sample(_PLACES, random.randint(0, 2)),
        batches=random.sample(("Returned autumn 1999", "Cellar, part 2", "RETURNED autumn 1999"), random.randint(0, 2)),
        sources=random.sample(("County record office", "Cellar", ""), random.randint(0, 2)),
        boxes=random.sample(("Box 1", "Box 2", "BOX 2", "12/a"), random.randint(0, 3)),
        custodians=random.sample(("Town Clerk", "Gwasanaethau Plant", "town clerk"), random.randint(0, 2)),
        date_from=first,
        date_to=last,
        read_by=random.choice(("ocr", "text layer", "both", "none")),
        state=random.choice(("unread", "decided")),
        compartment=random.choice(COMPARTMENTS),
        pages=[(page, text) for page, text in enumerate(pages, start=1)],
        facts=random.choice(({}, {"review": ["waiting"]}, {"review": ["decided"], "answers": ["R9/1 2", "R9/1 3"]})),
    )


def _pages(random: Random, near: Material) -> list[str]:
    """Pages as a duplex scanner leaves them: some blank, some of one word, which is broken at both its ends."""
    pages = [_passage(random, near) for _ in range(random.choice((0, 1, 1, 2, 3, 5)))]
    for _ in range(random.choice((0, 0, 1, 2)) if pages else 0):
        pages.insert(random.randint(0, len(pages)), random.choice(("", "", "\n ", random.choice(near))))
    long = [word for word in near if len(word) > 5 and word.isalpha()]
    for _ in range(random.choice((0, 0, 1, 2)) if pages and long else 0):
        word, at = random.choice(long), random.randint(0, len(pages))
        ends = sorted(random.sample(range(2, len(word) - 1), 2))
        middle = word[ends[0] : ends[1]] + random.choice(("-", "-", "\u00ad", "-\n", f"-\n{word}-"))
        if at and random.random() < 0.8:
            pages[at - 1] = f"{pages[at - 1]} {word[: ends[0]]}-"
        if at < len(pages) and random.random() < 0.8:
            pages[at] = f"{word[ends[1] :]} {pages[at]}"
        pages.insert(at, middle)
    return pages


def _day(random: Random) -> date | None:
    if random.random() < 0.4:
        return None
    return random.choice((date(1974, 5, 1), date(1970, 1, 1), date(1979, 12, 31), date(1980, 2, 29), date(1, 1, 1)))


def _passage(random: Random, near: Material, most: int = 30) -> str:
    """Words one after the other, some broken at the end of a line or of the page, some taken from elsewhere."""
    written: list[str] = []
    begin = random.randrange(len(near))
    for i in range(random.randint(0, most)):
        word = random.choice(_ODD) if random.random() < 0.12 else near[(begin + i) % len(near)]
        if random.random() < 0.08:
            word = random.choice(near)
        if len(word) > 4 and random.random() < 0.15:
            cut = random.randint(1, len(word) - 1)
            word = f"{word[:cut]}{random.choice(_BREAKS)}{word[cut:]}"
        if random.random() < 0.004:
            word = word[:3] + "x" * random.choice((60, 64, 65, 200))
        written += [word, random.choice(_GAPS)]
    text = "".join(written)
    if most > 5 and random.random() < 0.3:
        text = text.rstrip() + random.choice(("-", "-\n", "- \n\n", "\u00ad", "\u00ac\n"))
    return text


def _seams(pages: Sequence[str]) -> list[list[str]]:
    """The last words of each page with the first of the next that is not blank."""
    written = [words for text in pages if (words := text.split())]
    return [[*earlier[-2:], *later[:2]] for earlier, later in pairwise(written)]


class Questions:
    """Questions about some documents, of their own words and of words like them."""

    def __init__(self, random: Random, documents: Sequence[IndexDocument]) -> None:
        self._random = random
        texts = [text for document in documents for _, text in document.pages]
        texts += [value for document in documents for value in (document.title, document.file_name, *document.people)]
        joined = [text.replace(brk, "") for text in texts for brk in _BREAKS[:1]]
        self._words = sorted({word for text in (*texts, *joined) for word in text.split()}) or ["nothing"]
        self._texts = [text.split() for text in (*texts, *joined) if len(text.split()) > 1] or [["nothing", "here"]]
        self._texts += [seam for document in documents for seam in _seams([text for _, text in document.pages])]
        self._documents = documents

    def ask(self) -> str:
        """A question; not every one can be read."""
        return self._clauses(self._random.randint(0, 2))

    def _clauses(self, depth: int) -> str:
        random = self._random
        if not depth or random.random() < 0.4:
            return self._one()
        parts = [self._clauses(depth - 1) for _ in range(random.randint(1, 3))]
        joined = f" {random.choice(('AND', 'OR', 'OR', ''))} ".join(parts)
        negated = "NOT " if random.random() < 0.15 else ""
        return f"{negated}({joined})" if random.random() < 0.6 else f"{negated}{joined}"

    def _one(self) -> str:
        random = self._random
        kind = random.random()
        if kind < 0.45:
            return self._text()
        if kind < 0.75:
            return self._near()
        if kind < 0.9:
            return self._field()
        return self._dated() if kind < 0.98 else "*"

    def _text(self) -> str:
        random = self._random
        kind = random.random()
        if kind < 0.35:
            return self._word()
        if kind < 0.7:
            return self._phrase()
        if kind < 0.78:
            return f"={self._bare()}"
        return self._misread() if kind < 0.88 else self._pattern()

    def _bare(self) -> str:
        """A word that is no sign of the language."""
        random = self._random
        word = random.choice(self._words).strip("()\"“”*?~=:-,.;'") or "word"
        if random.random() < 0.1:
            word = random.choice(("the", "of", "and", "zebra", "Member", *_ODD))
        if random.random() < 0.15:
            word = random.choice((word.upper(), word.lower(), f"{word}s", word.rstrip("s"), f"{word}’s"))
        return word

    def _word(self) -> str:
        return self._bare()

    def _phrase(self) -> str:
        random = self._random
        words = random.choice(self._texts)
        begin = random.randrange(len(words))
        some = words[begin : begin + random.randint(1, 4)]
        if random.random() < 0.15:
            some[random.randrange(len(some))] = self._pattern()
        marks = random.choice(('""', "“”", '""'))
        return f"{marks[0]}{' '.join(some).replace(chr(34), ' ')}{marks[1]}"

    def _pattern(self) -> str:
        random = self._random
        word = self._bare()
        if len(word) < 3:
            return f"{word}*"
        cut = random.randrange(len(word))
        shape = random.choice(("*", "?", "*", "??"))
        return random.choice(
            (f"{word[:cut]}{shape}{word[cut + 1 :]}", f"{word[: cut + 1]}*", f"*{word[cut:]}", f"{word[:2]}*{word[-1]}")
        )

    def _misread(self) -> str:
        random = self._random
        word = self._bare()
        if len(word) > 4 and random.random() < 0.7:
            cut = random.randrange(len(word))
            word = random.choice((word[:cut] + word[cut + 1 :], word[:cut] + "x" + word[cut:], word.replace("m", "rn")))
        return f"{word}~{random.choice(('', '1', '2'))}"

    def _near(self, depth: int = 2) -> str:
        random = self._random
        operator = f"{random.choice(('w', 'pre', 'w'))}/{random.choice((1, 1, 2, 3, 5, 9, 40, 100))}"
        return f"{self._side(depth - 1)} {operator} {self._side(depth - 1)}"

    def _side(self, depth: int) -> str:
        random = self._random
        kind = random.random()
        if kind < 0.2 and depth:
            return f"({self._near(depth)})"
        if kind < 0.4:
            return f"({' OR '.join(self._text() for _ in range(random.randint(2, 3)))})"
        return self._text()

    def _field(self) -> str:
        random = self._random
        document = random.choice(self._documents)
        name = random.choice(
            [
                "title",
                "file",
                "reference",
                "person",
                "place",
                "batch",
                "box",
                "source",
                "custodian",
                "type",
                "category",
                "read",
                "state",
                "has",
                "text",
            ]
        )
        known = document.word_values(name) if name in _OF_WORDS else document.whole_values(name)
        values = [value for value in known if value.strip()] or ["nothing"]
        value = random.choice(values).replace('"', " ")
        if name == "text":
            return f"text:{random.choice((self._text(), f'({self._near()})'))}"
        words = [word.strip('()"“”') for word in value.split()] or ["nothing"]
        forms = [f'"{value}"', f'="{value}"', random.choice(words), f"{random.choice(words)[:3]}*", f'="{words[0]}"']
        if name in _OF_WORDS:
            forms += [f"({words[0]} w/{random.choice((1, 3))} {words[-1]})", f"{words[-1]}~", self._text()]
        forms.append(f"({random.choice(words)} OR {self._bare()})")
        return f"{name}:{random.choice(forms)}"

    def _dated(self) -> str:
        random = self._random
        days = ("1974", "1974-05", "1974-5-1", "1970", "1979-12-31", "1980-02-29", "1980", "0001", "9999", "")
        name = random.choice(("date", "date", "year"))
        if random.random() < 0.15:
            return f"{name}:none"
        if random.random() < 0.5:
            return f"{name}:{random.choice(days[:-1])}"
        return f"{name}:{random.choice(days)}..{random.choice(days)}"


_OF_WORDS = frozenset(["text", "title", "file", "reference", "person", "place", "batch", "box", "source", "custodian"])
