"""Boolean questions that others wrote for two test collections: found as plain arithmetic of sets finds it."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from search.analysis import stem, words
from search.engine import IndexDocument
from search.engines.whoosh import WhooshEngine
from search.language import parse_query

OPEN = frozenset({"open"})
_PIECES = re.compile(r"#(and|or|not)|'([^']*)'|([(),])")
Tree = tuple[str, list["Tree"]] | str


def read_questions(path: Path) -> dict[str, Tree]:
    """Each question of the file as a tree of and, or, not and words."""
    found = {}
    for name, body in re.findall(r"#(q\d+)\s*=(.*?);", path.read_text(encoding="utf-8"), flags=re.DOTALL):
        pieces = iter([match.groups() for match in _PIECES.finditer(body)])
        found[name] = _tree(next(pieces), pieces)
    return found


def _tree(piece: tuple[str, ...], rest: Iterator[tuple[str, ...]]) -> Tree:
    operator, word, _ = piece
    if not operator:
        return word
    assert next(rest)[2] == "("
    parts = []
    while True:
        parts.append(_tree(next(rest), rest))
        if next(rest)[2] == ")":
            return operator, parts


def written(tree: Tree) -> str:
    """The question in our language."""
    if isinstance(tree, str):
        return tree
    operator, parts = tree
    if operator == "not":
        return f"NOT {written(parts[0])}"
    return f"({f' {operator.upper()} '.join(written(part) for part in parts)})"


def answer(tree: Tree, having: Callable[[str], set[int]], everything: set[int]) -> set[int]:
    """What it finds, by sets alone."""
    if isinstance(tree, str):
        return having(tree)
    operator, parts = tree
    found = [answer(part, having, everything) for part in parts]
    if operator == "not":
        return everything - found[0]
    return set.intersection(*found) if operator == "and" else set.union(*found)


@pytest.mark.parametrize("collection", ["adi", "cisi"])
def test_boolean_questions_find_what_sets_of_papers_find(
    collection: str, corpus: Callable[[str], Path], tmp_path: Path
) -> None:
    lines = corpus(f"ir/{collection}/docs.jsonl").read_text(encoding="utf-8").splitlines()
    papers = [json.loads(line) for line in lines]
    questions = read_questions(corpus(f"ir/{collection}/boolean.bln"))
    engine = WhooshEngine(tmp_path / "index")
    engine.index(IndexDocument(int(p["id"]), title=p["title"], pages=((1, p["text"]),)) for p in papers)
    stems = {int(p["id"]): [" ".join(map(stem, words(p[part]))) for part in ("title", "text")] for p in papers}

    def having(word: str) -> set[int]:
        sought = f" {' '.join(map(stem, words(word)))} "
        return {number for number, texts in stems.items() if any(sought in f" {text} " for text in texts)}

    found = {name: answer(tree, having, set(stems)) for name, tree in questions.items()}

    assert len(questions) == 35
    assert sum(bool(ids) for ids in found.values()) > 25
    for name, tree in questions.items():
        assert set(engine.matching(parse_query(written(tree)), compartments=OPEN)) == found[name], written(tree)
    engine.close()
