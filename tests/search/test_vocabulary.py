from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from search.analysis import stem, wildcard_pattern
from search.engines.vocabulary import FILE_NAME, Vocabulary
from search.language_tree import Fuzzy, Wildcard, Word
from search.marking import is_leaf

_LETTERS = st.text("abcrnmil1", min_size=1, max_size=6)


def filled(folder: Path, *words: str) -> Vocabulary:
    vocabulary = Vocabulary(folder)
    vocabulary.add(words)
    return vocabulary


def test_a_word_keeps_its_number_when_more_are_added_and_when_it_is_read_again(tmp_path: Path) -> None:
    vocabulary = filled(tmp_path, "roads", "parks")
    first = dict(vocabulary.numbers)

    vocabulary.add(["abbey", "roads"])

    assert {word: vocabulary.numbers[word] for word in first} == first
    again = Vocabulary(tmp_path)
    again.refresh()
    assert again.numbers == vocabulary.numbers
    assert len(again) == 3


def test_another_reader_learns_what_was_added_since(tmp_path: Path) -> None:
    vocabulary = filled(tmp_path, "roads")
    reader = Vocabulary(tmp_path)
    reader.refresh()
    assert reader.expand(Wildcard("*"), stemmed=False) == ["roads"]

    vocabulary.add(["parks", "roadside"])
    reader.refresh()

    assert reader.expand(Wildcard("*"), stemmed=False) == ["parks", "roads", "roadside"]
    assert reader.expand(Wildcard("*side"), stemmed=False) == ["roadside"]
    assert reader.expand(Fuzzy("rosds", 1), stemmed=False) == ["roads"]


def test_a_line_cut_off_by_a_crash_is_no_word_and_the_word_comes_whole_the_next_time(tmp_path: Path) -> None:
    filled(tmp_path, "roads")
    with (tmp_path / FILE_NAME).open("ab") as file:
        file.write(b"committees\tcomm")

    vocabulary = Vocabulary(tmp_path)
    vocabulary.refresh()
    assert "committees" not in vocabulary.numbers
    vocabulary.add(["committees"])

    # Had the half of its stem been believed, no search for a committee would ever find it.
    again = Vocabulary(tmp_path)
    again.refresh()
    assert again.expand(Word("committee"), stemmed=True) == ["committees"]
    assert again.numbers == {"roads": 0, "committees": 1}


@settings(max_examples=60, deadline=None)
@given(st.sets(_LETTERS, max_size=25), st.text("abcrnmil1*?", min_size=1, max_size=6), _LETTERS, st.integers(1, 2))
def test_patterns_and_misreadings_are_those_of_looking_at_every_word(
    tmp_path_factory: object, known: set[str], pattern: str, text: str, edits: int
) -> None:
    folder = tmp_path_factory.mktemp("words")  # type: ignore[attr-defined]
    vocabulary = filled(folder, *sorted(known)[::2])
    vocabulary.within(text, edits)
    vocabulary.add(sorted(known)[1::2])

    test = wildcard_pattern(pattern).fullmatch
    assert vocabulary.expand(Wildcard(pattern), stemmed=False) == sorted(word for word in known if test(word))
    fuzzy = Fuzzy(text, edits)
    assert vocabulary.expand(fuzzy, stemmed=False) == sorted(word for word in known if is_leaf(fuzzy, word))
    forms = vocabulary.expand(Word(text), stemmed=True)
    assert sorted(forms) == sorted(word for word in known if stem(word) == stem(text))
