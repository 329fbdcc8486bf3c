import pytest
import yaml

from records.record_types import VOCABULARY, propose_record_type, record_type_titles


def code(text: str, title: str = "") -> str | None:
    found = propose_record_type(title, [(1, text)])
    return found.code if found else None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("STRATEGY MEETING\nheld on 22 May 1991\nPresent: the Area Officer", "strategy-meeting"),
        ("RAVELSTOKE HOUSE\nDAILY LOG - VOLUME 3\n7th January 1974", "log-book"),
        ("Night Log\nHouse quiet at 2 a.m.", "night-log"),
        ("REFERRAL TO THE LADO\nName of worker: J. Pellow", "lado-referral"),
        ("CASE CONFERENCE\nArea Review Committee\nminutes of the conference", "child-protection-conference"),
        ("FOSTERING PANEL\nMinutes of the panel", "foster-panel"),
        ("REPORT OF MEMBER'S MONTHLY VISIT\nRota visit, February", "regulation-visit"),
        ("Nomination for an honour\nNew Year Honours 1995", "honours-nomination"),
        ("SERIOUS CASE REVIEW\nOverview report", "part-8-review"),
        ("MINUTES of the Social Services Committee\nPresent: the Mayor", "committee-minutes"),
        ("Staff meeting\nMinutes\nApologies: none. Matters arising", "minutes"),
        ("Dear Sir,\nI write about the boiler.\nYours faithfully,\nJ. Pellow", "letter"),
        ("MEMORANDUM\nFrom: the Clerk\nTo: the Engineer\nThe boiler", "memorandum"),
        ("From: a@example.org\nSent: 3 May 2001\nTo: b@example.org\nSubject: strategy meeting\nSee you there", "email"),
        ("INVOICE\nInvoice no. 14\nTotal due: £14", "invoice"),
        ("AGENDA\nTuesday 3 May 2011\n1. Declarations of interest", "agenda"),
    ],
)
def test_a_paper_is_known_by_the_words_that_name_it(text, expected):
    assert code(text) == expected


def test_the_evidence_is_the_words_that_were_found():
    found = propose_record_type("", [(1, "Child protection\nSTRATEGY MEETING\nMay")])

    assert found is not None
    assert "strategy meeting" in found.evidence


@pytest.mark.parametrize(
    "text",
    ["", "The hedge was cut on Tuesday.", "We spoke of the strategy meeting last week and of little else.",
     "informal reformed memorable lettering"],
)  # fmt: skip
def test_too_few_words_give_no_type(text):
    assert code(text) is None


def test_minutes_that_are_only_mentioned_do_not_make_committee_minutes():
    assert (
        code("Dear Sir,\nthe committee resolved in its minutes, present: all, councillors\nYours faithfully")
        == "letter"
    )


def test_a_phrase_may_run_over_a_line_and_be_in_capitals():
    assert code("REPORT OF THE INSPECTION\nSocial Services\nInspectorate inspection\nreport") == "inspection-report"


def test_every_code_and_title_of_the_vocabulary_is_its_own():
    entries = yaml.safe_load(VOCABULARY.read_text(encoding="utf-8"))

    assert len({entry["code"] for entry in entries}) == len(entries)
    assert len({entry["title"] for entry in entries}) == len(entries)
    assert set(record_type_titles()) == {entry["code"] for entry in entries} | {"other"}


def test_every_type_can_be_proposed_by_its_own_strongest_words():
    for entry in yaml.safe_load(VOCABULARY.read_text(encoding="utf-8")):
        best = sorted(entry["phrases"], key=lambda phrase: -entry["phrases"][phrase])[:4]
        found = propose_record_type(
            "", [(1, "\n".join(words.capitalize() for words in [*best, *entry.get("needs", [])]))]
        )

        assert found is not None, entry["code"]
        assert found.code == entry["code"]
