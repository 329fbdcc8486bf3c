import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from records.titles import propose_title


def title(text: str, file_name: str = "scan0001.pdf", **facts: str) -> str:
    return propose_title([(1, text)], file_name=file_name, label="PDF", metadata=facts)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "MEMORANDUM\nFrom: A. Pellow\nTo: All staff\nSubject: Hot water at the house\n\nThe boiler",
            "Hot water at the house",
        ),
        ("BOROUGH OF PELLINGFORD\nDear Sir,\nRe: Repairs to the scullery\nI write", "Repairs to the scullery"),
        ("Dear Mrs Pellow,\n\nVISIT TO THE SEASIDE, 14 JULY\n\nI am pleased", "Visit to the Seaside, 14 July"),
        (
            "*** AGENDA ***\nSpecial Council Meeting\nTuesday, April 16, 2024\n1. Interests",
            "Agenda: Special Council Meeting, Tuesday, April 16, 2024",
        ),
        (
            "MINUTES of the Children's Committee held on 9th July 1974\nPresent: Cllr Sarn",
            "MINUTES of the Children's Committee held on 9th July 1974",
        ),
        (
            "BOROUGH OF PELLINGFORD\nSOCIAL SERVICES DEPARTMENT\nTel. 123\n\nCARE OF THE GARDEN IN WINTER\n\n1. The",
            "Care of the Garden in Winter",
        ),
    ],
)
def test_the_paper_says_its_own_title(text, expected):
    assert title(text) == expected


def test_a_messages_subject_is_the_title_without_its_reply_marks():
    assert title("Dear all, lunch is at one.", Subject="RE: Fwd: Christmas lunch") == "Christmas lunch"


def test_a_title_kept_in_the_file_is_used_only_when_it_tells_something():
    assert title("just some words here.", title="Audit of log books") == "Audit of log books"
    assert title("just some words here.", "garden plan.doc", title="Microsoft Word - Document1") == "garden plan"


def test_a_word_that_only_begins_with_re_is_not_a_subject():
    assert title("regrets: none\nreplying to yours of the 2nd", "tree planting.pdf") == "tree planting"


@pytest.mark.parametrize(
    ("file_name", "expected"),
    [
        ("Minutes_of_the_panel-final.pdf", "Minutes of the panel final"),
        ("1974%20rota%20visit.tif", "1974 rota visit"),
        ("archive.tar.gz", "archive"),
        ("box/one\\swimming baths.pdf", "swimming baths"),
    ],
)
def test_a_paper_without_words_is_called_by_its_files_name(file_name, expected):
    assert title("", file_name) == expected


def test_a_letter_without_a_subject_or_a_telling_name_is_called_by_whom_it_was_sent_to():
    assert title("14 July 1974\n\nDear Mrs. Pellow,\nthank you for yours.", "IMG0042.jpg") == "Letter to Mrs. Pellow"


def test_abbreviations_and_names_in_capitals_stay_right():
    assert title("Subject: LADO REFERRAL BY J. O'HARE") == "LADO Referral by J. O'Hare"


@given(st.text(max_size=500), st.text(max_size=60), st.dictionaries(st.sampled_from(["subject", "title"]), st.text()))
def test_any_text_gets_a_short_printable_title(text, file_name, metadata):
    proposed = propose_title([(1, text)], file_name=file_name, metadata=metadata)

    assert 0 < len(proposed) <= 120
    assert proposed == proposed.strip()
    assert not any(unicodedata.category(letter) == "Cc" for letter in proposed)
