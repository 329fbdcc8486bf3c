"""What is learnt from examples: it finds wording nobody listed, shows it, and keeps to the notice it was taught for."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from retention.learned import HIGHEST, LearnedModel, learned_model, load_weights, save_weights
from retention.learned_words import word_vectors
from retention.notice_file import load_notice
from retention.suggesting import DocumentText, Suggester
from retention.teaching import Marked, fit, marked_paragraphs, teach

HERE = Path(__file__).parent
NOTICE = HERE.parents[1] / "retention_categories.yaml"
OBLIQUE = "He asks every night which of the men is sleeping in and will not undress until he has been told."


@pytest.fixture(scope="module")
def definition():
    return load_notice(NOTICE)


@pytest.fixture(scope="module")
def joined(definition):
    return Suggester(definition)


@pytest.fixture(scope="module")
def lexicon_alone(definition):
    return Suggester(definition, learned=False)


def document(*pages: str) -> DocumentText:
    return DocumentText("", "", list(enumerate(pages, 1)))


def test_wording_no_term_covers_is_found_by_its_meaning(joined, lexicon_alone):
    assert lexicon_alone.suggest(document(OBLIQUE)) == []
    assert "allegations" in {proposal.category for proposal in joined.suggest(document(OBLIQUE))}


def test_a_passage_found_by_meaning_is_shown_on_its_page_with_what_it_reads_like(joined):
    page = f"The coal came at ten.\n\n{OBLIQUE} The\nlaundry was short by two sheets."

    proposals = {proposal.category: proposal for proposal in joined.suggest(document("Weather fair.", page))}
    shown = [item for item in proposals["allegations"].evidence if "Reads like" in item.reason]

    assert shown
    for item in shown:
        assert item.page == 2
        assert page[item.start : item.end] == item.text
        assert " ".join(item.text.split()) in item.context
        assert "“" in item.reason
        assert "weighed most" in item.reason


def test_meaning_alone_is_never_called_strong(joined, definition):
    for proposal in joined.suggest(document(" ".join([OBLIQUE] * 30))):
        assert proposal.strength <= HIGHEST
        assert proposal.strength < definition.scale.strong_from


def test_another_notice_works_with_its_lexicon_alone(definition):
    other = replace(definition, reference="ANOTHER-INQUIRY")

    assert learned_model(other.reference) is None
    assert Suggester(other).suggest(document(OBLIQUE)) == []
    assert Suggester(other).suggest(document("He indecently assaulted two boys at the children's home."))


def test_the_weights_name_the_notice_and_categories_they_were_taught_for(definition):
    model = learned_model(definition.reference)

    assert model is not None
    assert model.weights.reference == definition.reference
    assert set(model.weights.codes) == {category.code for category in definition.categories}


@pytest.mark.parametrize(
    "page",
    [
        "Payroll run 14. Superannuation as shown. Overtime of the refuse crews is to be checked by the depot clerk.",
        "The surveyor recommends resurfacing the lane between the mill and the bridge before the winter frosts.",
        "RESOLVED that the tender of the lowest bidder for the library heating be accepted.",
        "The twinning association thanks the mayor for the dinner and will repay the visit in May.",
        "",
        "1 2 3 4 5 6 7 8 9",
    ],
)
def test_ordinary_business_gets_nothing(joined, page):
    assert joined.suggest(document(page)) == []


def test_the_same_page_gives_the_same_answer_whatever_was_read_before(definition):
    fresh, used = Suggester(definition), Suggester(definition)
    used.suggest(document("An entirely different page about gravel, hedges and the cemetery gates."))

    assert used.suggest(document(OBLIQUE)) == fresh.suggest(document(OBLIQUE))


def test_misread_words_are_mended_towards_known_words():
    vectors = word_vectors()

    assert vectors.canonical("tbe") == ("tbe",)  # too short to say
    assert vectors.canonical("tbat") == ("that",)
    assert vectors.canonical("schoo1") == ("school",)
    assert vectors.canonical("minuteswere") == ("minutes", "were")
    assert vectors.canonical("children") == ("children",)


def test_words_of_like_meaning_lie_closer_than_others():
    boy, lad, tarmac = (row / np.linalg.norm(row) for row in word_vectors().rows(["boy", "lad", "tarmac"]))

    assert boy @ lad > boy @ tarmac + 0.2


def test_weights_survive_saving(definition, tmp_path):
    model = learned_model(definition.reference)
    assert model is not None

    save_weights(model.weights, tmp_path / "weights.npz")
    again = load_weights(tmp_path / "weights.npz")

    text = model.read(" she asks which of the men is on tonight . ", [])
    same = LearnedModel(again, word_vectors()).read(" she asks which of the men is on tonight . ", [])
    assert text is not None
    assert same is not None
    assert np.array_equal(model.whole(text), LearnedModel(again, word_vectors()).whole(same))


def test_teaching_separates_what_can_be_separated():
    rows = np.array([[1, 0, 1], [0.9, 0.1, 1], [0, 1, 1], [0.1, 0.9, 1]], np.float32)
    labels = np.array([[1], [1], [0], [-1]], np.int8)

    logits = rows @ fit(rows, labels, np.ones(4))

    assert (logits[:2, 0] > 0).all()
    assert (logits[2:, 0] < 0).all()


def test_an_arguable_category_is_taught_neither_way(tmp_path):
    path = tmp_path / "marked.yaml"
    path.write_text("- {text: 'The lad cried.', categories: [one], arguable: [two]}\n", encoding="utf-8")

    assert [item.labels for item in marked_paragraphs(path, ["one", "two", "three"])] == [(1, -1, 0)]


def test_weights_can_be_taught_for_a_notice_and_find_what_they_were_taught(definition):
    size = len(definition.categories)
    yes = ["The dam leaks at the north wall", "Water leaks through the dam", "The dam wall leaks badly"]
    no = ["The library opens at nine", "The mayor opened the fair", "The library was painted"]
    marked = [Marked(text, (1,) * size, f"{number}") for number, text in enumerate(yes * 2)]
    marked += [Marked(text, (0,) * size, f"{number}") for number, text in enumerate(no * 2)]

    model = LearnedModel(teach(definition, marked, []), word_vectors())
    leak, fair = model.read(" water leaks at the north wall . ", []), model.read(" the mayor was painted . ", [])

    assert leak is not None
    assert fair is not None
    assert (model.whole(leak) > model.whole(fair)).all()
