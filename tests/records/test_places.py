import pytest
from hypothesis import given
from hypothesis import strategies as st

from records.places import propose_places

CARE = " The matron reported on the boys in care."


def places(text: str) -> list[tuple[str, str]]:
    return [(place.name, place.kind) for place in propose_places([(1, text)])]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The boys of Ravelstoke House went out." + CARE, ("Ravelstoke House", "home")),
        ("REPORT ON RAVELSTOKE HOUSE\n" + CARE, ("Ravelstoke House", "home")),
        ("He came from The Hollies on Friday." + CARE, ("The Hollies", "home")),
        ("Admitted to Carrowdene on Friday.", ("Carrowdene", "home")),
        ("Hobbleford Children's Home was inspected.", ("Hobbleford Children's Home", "home")),
        ("the Dunmere Cottage Homes", ("Dunmere Cottage Homes", "home")),
        ("a stay at Tŷ Llwyngwŷr" + CARE + " Tŷ Llwyngwŷr", ("Tŷ Llwyngwŷr", "home")),
        ("goes to St. Jude's Primary School daily", ("St. Jude's Primary School", "school")),
        ("goes to Hesperley Road School", ("Hesperley Road School", "school")),
        ("yn Ysgol Maes Glas heddiw", ("Ysgol Maes Glas", "school")),
        ("The Social Services Committee met", ("Social Services Committee", "organisation")),
        ("bought of Acme Boilers Ltd. for £4", ("Acme Boilers Ltd", "organisation")),
        ("sent to the Juvenile Court", ("Juvenile Court", "organisation")),
        ("at Pelling Town Hall" + CARE, ("Pelling Town Hall", "place")),
        ("the hedge in Tollbar Lane", ("Tollbar Lane", "place")),
    ],
)
def test_a_place_is_known_by_the_word_that_makes_its_name(text, expected):
    assert places(text) == [expected]


def test_a_house_is_only_a_place_where_nothing_speaks_of_care():
    assert places("The hedge of Ravelstoke House was cut.") == [("Ravelstoke House", "place")]


@pytest.mark.parametrize(
    "text",
    ["The House was quiet and The Committee agreed." + CARE, "Admitted to Hospital in March", "the Children Act 1948",
     "Mr Church and Mrs Court called", "placed at Kevin's side", "DUTIES OF STAFF", "moved to Tuesday"],
)  # fmt: skip
def test_general_words_people_days_and_laws_are_no_places(text):
    assert places(text) == []


def test_capitals_and_small_letters_are_one_place_on_its_first_page():
    found = propose_places([(2, "RAVELSTOKE HOUSE" + CARE), (3, "Ravelstoke House" + CARE)])

    assert [(place.name, place.page) for place in found] == [("Ravelstoke House", 2)]


@given(st.text(max_size=400))
def test_no_text_breaks_the_reading(text):
    for place in propose_places([(1, text)]):
        assert place.name
