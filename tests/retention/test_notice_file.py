"""The notice file: what it says, and that each fault in it is named with its line."""

from pathlib import Path

import pytest

from retention.notice_file import check_notice, load_notice
from retention.suggesting import DocumentText, Suggester
from store.errors import InvalidInputError

NOTICE = Path(__file__).parents[2] / "retention_categories.yaml"
OTHER = """\
format: 1
notice:
  reference: WATER-2030
  version: "1"
  inquiry: An inquiry into a reservoir
  issuer: Its chair
  dated: 2030-01-31
  instrument: letter
  child_age_bound: 18
  instruction: Keep everything about the reservoir.
  paragraphs:
    - {code: P1, text: Leaks}
strength:
  suggest_from: 0.25
  moderate_from: 0.5
  strong_from: 0.75
  near_characters: 200
  elsewhere_needs: [place]
  short_document_pages: 10
ordinary_words: [lake]
context:
  - {name: place, terms: [reservoir, dam], examples: ["The dam of the reservoir."]}
look_alikes: {terms: [reservoir dogs], examples: ["Reservoir dogs."]}
categories:
  - code: leaks
    title: Leaks
    scope: Leaks
    paragraphs: [P1]
    questions: [Did it leak?]
    record_types: [survey]
    record_type_weight: 0.3
    lexicon:
      - name: leaking
        weight: 0.6
        with: [place]
        because: speaks of a leak
        terms: [leak*, seepage]
    must_match: ["The dam leaked.", "Seepage at the reservoir."]
    must_not_match: ["The roof leaked."]
"""


@pytest.fixture(scope="module")
def notice():
    return load_notice(NOTICE)


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "notice.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_notice_is_the_letter_of_july_2015(notice):
    assert notice.reference == "IICSA-LA-2015-07-02"
    assert notice.dated.isoformat() == "2015-07-02"
    assert notice.child_age_bound == 18
    assert [paragraph.code for paragraph in notice.paragraphs] == ["R1", "R2", "R3", "R4", "R5", "R6", "R7"]


def test_a_paragraph_may_stand_under_two_categories(notice):
    under = {category.code: category.paragraphs for category in notice.categories}

    assert under == {
        "involved": ("R1",),
        "allegations": ("R1", "R2"),
        "failings": ("R3",),
        "duties": ("R4", "R5", "R6"),
        "honours": ("R7",),
    }


def test_the_notice_passes_its_own_sentences(notice):
    assert check_notice(notice) == []


def test_every_category_brings_enough_sentences_and_questions(notice):
    for category in notice.categories:
        assert len(category.must_match) >= 25, category.code
        assert len(category.must_not_match) >= 20, category.code
        assert category.questions
        assert category.scope


def test_another_inquiry_brings_its_own_categories(tmp_path):
    definition = load_notice(written(tmp_path, OTHER))
    suggestions = Suggester(definition).suggest(DocumentText("", "", [(1, "Water is leaking through the dam.")]))

    assert check_notice(definition) == []
    assert [suggestion.category for suggestion in suggestions] == ["leaks"]


def test_a_missing_comma_between_two_terms_is_found(tmp_path):
    definition = load_notice(written(tmp_path, OTHER.replace("leak*, seepage", "leak* seepage")))

    problems = check_notice(definition)

    assert any("no sentence contains its term “leak* seepage”" in problem for problem in problems)
    assert any("should be suggested for: The dam leaked." in problem for problem in problems)


def test_a_sentence_that_should_not_match_and_does_is_reported(tmp_path):
    definition = load_notice(written(tmp_path, OTHER.replace("The roof leaked.", "The dam is leaking.")))

    assert check_notice(definition) == ["Category “leaks” should not be suggested for: The dam is leaking."]


def test_a_group_nobody_uses_is_reported(tmp_path):
    text = OTHER.replace("look_alikes:", "  - {name: idle, terms: [pond], examples: [A pond]}\nlook_alikes:")

    assert any(
        "“idle” (line 23) is not used" in problem for problem in check_notice(load_notice(written(tmp_path, text)))
    )


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("weight: 0.6", "weight: 6", r"line 34.*“leaking”.*“weight: 6”.*between 0 and 1"),
        ("weight: 0.6", "wieght: 0.6", r"line 33.*“leaking”.*no “weight”"),
        ("with: [place]", "with: [palce]", r"“leaks” names the group “palce”"),
        ("with: [place]", "with: [place]\n        colour: red", r"line 36.*“colour”, which means nothing here"),
        ("with: [place]", "within: mile", r"“within: mile”; write one of sentence, near, page, document"),
        ("paragraphs: [P1]", "paragraphs: [P9]", r"category “leaks” cites paragraph P9"),
        ("dated: 2030-01-31", "dated: last week", r"line 7.*“dated: last week”.*not a date"),
        ("terms: [leak*, seepage]", "terms: []", r"“leaking” needs a list under “terms”"),
        ("terms: [leak*, seepage]", "terms: [leak*, leak*]", r"“leak\*” twice"),
        ("terms: [leak*, seepage]", "terms: [leak(s]", r"“leaking” cannot be used.*bracket"),
        ("name: leaking", "name: place", r"“place” has a name that is already taken"),
        ("format: 1", "format: 2", r"format this version cannot read"),
        ("strong_from: 0.75", "strong_from: 0.1", r"must rise"),
        ("title: Leaks", "title: Leaks\n    title: Seas", r"line 27.*“title” twice"),
        ("categories:", "categories: {", r"not valid YAML"),
    ],
)
def test_each_fault_is_refused_in_one_sentence_that_names_its_place(tmp_path, old, new, says):
    path = written(tmp_path, OTHER.replace(old, new, 1))

    with pytest.raises(InvalidInputError, match=says) as refusal:
        load_notice(path)

    assert "\n" not in str(refusal.value)
    assert "notice.yaml" in str(refusal.value)


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(InvalidInputError, match="cannot be read"):
        load_notice(tmp_path / "gone.yaml")


def test_an_empty_file_is_refused(tmp_path):
    with pytest.raises(InvalidInputError, match="is empty"):
        load_notice(written(tmp_path, ""))
