import pytest
from hypothesis import given
from hypothesis import strategies as st

from records.people import propose_people


def names(*pages: str) -> list[str]:
    return [person.name for person in propose_people(list(enumerate(pages, 1)))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Spoke to Mr Pellow about it.", ["Mr Pellow"]),
        (
            "Cllr. Ormsgarth and Supt. Tarnby came with WPC Dunhollow.",
            ["Cllr Ormsgarth", "Supt Tarnby", "WPC Dunhollow"],
        ),
        ("A visit by Mr. and Mrs. Osterbeck", ["Mr Osterbeck", "Mrs Osterbeck"]),
        ("Signed by J. R. Pellow, clerk", ["J. R. Pellow"]),
        ("I met Kevin Draymoor there", ["Kevin Draymoor"]),
        ("RE: KEVIN DRAYMOOR (d.o.b. 3.4.60)", ["Kevin Draymoor"]),
        ("MISS J. THWENDALE was on duty", ["J. Thwendale"]),
        ("Siân Gwŷrhŵd and Emyr ap Gwilym wrote", ["Siân Gwŷrhŵd", "Emyr ap Gwilym"]),
        (
            "Sean O'Hallowby, Mary McTavering and Ruth Pym-Hartle",
            ["Sean O'Hallowby", "Mary McTavering", "Ruth Pym-Hartle"],
        ),
        ("From: Wilkin Thorpegate\nTo: All staff", ["Wilkin Thorpegate"]),
        ("Present: Councillors Tillotway, Sarn and Miss Dolwich", ["Cllr Tillotway", "Cllr Sarn", "Miss Dolwich"]),
        ("Present:\nHesper Dunwoodle (Chair)\nOsgar Pennygrave", ["Hesper Dunwoodle", "Osgar Pennygrave"]),
        ("Yours sincerely,\n\n\nHesper Dunwoodle\nDirector of Social Services", ["Hesper Dunwoodle"]),
        ("Kevin D. would not say. The boys left.", ["Kevin D."]),
        ("Mr.C.A.Dunaway and Mr.\nOsterbeck", ["C. A. Dunaway", "Mr Osterbeck"]),
        ("PELLOW, J. R.\nDRAYMOOR, Kevin\n", ["J. R. Pellow", "Kevin Draymoor"]),
        ("Mr Church and Mrs Court called", ["Mr Church", "Mrs Court"]),
    ],
)
def test_a_person_is_known_by_title_initials_given_name_or_place_on_the_paper(text, expected):
    assert sorted(names(text)) == sorted(expected)


@pytest.mark.parametrize(
    "text",
    [
        "Victoria Street School and Grace Darling House",
        "under the Children Act 1948 in the Juvenile Court",
        "On Monday The Boys went to Jubilee Park in May June and July",
        "REPORT OF THE DIRECTOR OF SOCIAL SERVICES",
        "B. Proposed arrangements for the day",
        "From: Director of Social Services\nTo: Borough Treasurer",
        "Mr Chairman, the Lord Lieutenant and the Matron",
        "St John's Ambulance and P.O. Box 14",
        "Dear Sir or Madam\nYours faithfully\n",
    ],
)
def test_places_offices_months_headings_and_laws_are_not_people(text):
    assert names(text) == []


def test_the_forms_of_one_person_are_joined_under_the_fullest():
    assert names("Mr Pellow came.", "J. Pellow signed. John Pellow left. MR. PELLOW wrote. Pellow, J.\n") == [
        "John Pellow"
    ]


def test_a_name_that_two_people_could_bear_is_given_to_neither():
    assert names("John Pellow and Peter Pellow. Then Mr Pellow spoke.") == ["John Pellow", "Peter Pellow", "Mr Pellow"]


def test_a_husband_and_a_wife_stay_two():
    assert names("Leonard Osterbeck spoke. Mrs Osterbeck listened. Mr Osterbeck left.") == [
        "Leonard Osterbeck",
        "Mrs Osterbeck",
    ]


def test_a_child_named_by_one_letter_is_joined_with_the_full_name_elsewhere():
    assert names("Kevin D. came home.", "Kevin Draymoor, aged 13") == ["Kevin Draymoor"]


def test_the_page_and_the_words_are_those_of_the_first_mention():
    (person,) = propose_people([(3, "Nobody here."), (4, "At tea Mr Pellow sang."), (5, "Mr Pellow left.")])

    assert person.page == 4
    assert person.evidence == "At tea Mr Pellow sang."


@given(st.lists(st.text(max_size=300), max_size=3))
def test_no_text_breaks_the_reading_and_every_name_has_letters(texts):
    for person in propose_people(list(enumerate(texts, 1))):
        assert any(map(str.isalpha, person.name))


@given(
    st.sampled_from(["Mr", "Mrs.", "Miss", "Dr", "Cllr", "Councillor"]),
    st.sampled_from(["Osterbeck", "Thwendale", "Tarnby"]),
)
def test_a_title_and_a_surname_are_always_a_person(title, surname):
    (name,) = names(f"Yesterday {title} {surname} said that all was well.")

    assert name.endswith(surname)
