from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from records.date_forms import Century, find_dates
from records.dates import UNDATED, propose_date

TODAY = date(2026, 6, 1)
MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
WELSH = [
    "Ionawr",
    "Chwefror",
    "Mawrth",
    "Ebrill",
    "Mai",
    "Mehefin",
    "Gorffennaf",
    "Awst",
    "Medi",
    "Hydref",
    "Tachwedd",
    "Rhagfyr",
]
ROMAN = ["I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII"]


def ordinal(day: int) -> str:
    return f"{day}{'th' if 10 < day < 14 else {1: 'st', 2: 'nd', 3: 'rd'}.get(day % 10, 'th')}"


FORMS = {
    "9/7/1974": lambda d: f"{d.day}/{d.month}/{d.year}",
    "09.07.1974": lambda d: f"{d:%d.%m.%Y}",
    "9.7.74": lambda d: f"{d.day}.{d.month}.{d:%y}",
    "9-7-1974": lambda d: f"{d.day}-{d.month}-{d.year}",
    "9 July 1974": lambda d: f"{d.day} {MONTHS[d.month - 1]} {d.year}",
    "9th July 1974": lambda d: f"{ordinal(d.day)} {MONTHS[d.month - 1]} {d.year}",
    "9th July, 1974": lambda d: f"{ordinal(d.day)} {MONTHS[d.month - 1]}, {d.year}",
    "9TH JULY 1974": lambda d: f"{ordinal(d.day)} {MONTHS[d.month - 1]} {d.year}".upper(),
    "July 9 1974": lambda d: f"{MONTHS[d.month - 1]} {d.day} {d.year}",
    "July 9th, 1974": lambda d: f"{MONTHS[d.month - 1]} {ordinal(d.day)}, {d.year}",
    "9-Jul-74": lambda d: f"{d.day}-{MONTHS[d.month - 1][:3]}-{d:%y}",
    "9 Jul '74": lambda d: f"{d.day} {MONTHS[d.month - 1][:3]} '{d:%y}",
    "9 Gorffennaf 1974": lambda d: f"{d.day} {WELSH[d.month - 1]} {d.year}",
    "9/VII/1974": lambda d: f"{d.day}/{ROMAN[d.month - 1]}/{d.year}" if d.month > 1 else f"{d:%d/%m/%Y}",
    "1974-07-09": lambda d: d.isoformat(),
    "3rd day of July 1974": lambda d: f"{ordinal(d.day)} day of {MONTHS[d.month - 1]} {d.year}",
}
days = st.dates(date(1930, 1, 1), TODAY)


@pytest.mark.parametrize("form", FORMS)
@given(day=days)
def test_every_day_comes_back_from_every_form(form, day):
    found = find_dates(f"It was {FORMS[form](day)}, a fine day.", Century(TODAY))

    assert [(item.date_from, item.date_to, item.precision) for item in found] == [(day, day, "day")]


@pytest.mark.parametrize("form", FORMS)
@given(day=days)
def test_every_labelled_day_is_the_date_of_the_document(form, day):
    proposed = propose_date([(1, f"MEMORANDUM\nDate: {FORMS[form](day)}\nThe boiler is mended.")], today=TODAY)

    assert (proposed.date_from, proposed.precision, proposed.page) == (day, "day", 1)
    assert "Date:" in proposed.evidence


@given(first=days, length=st.integers(1, 300))
def test_two_days_with_to_between_them_are_one_range(first, length):
    last = min(first + timedelta(days=length), TODAY)
    text = f"{FORMS['9th July 1974'](first)} to {FORMS['9th July 1974'](last)}"

    (found,) = find_dates(text, Century(TODAY)) if first < last else (None,)

    assert found is None or (found.date_from, found.date_to, found.precision) == (first, last, "range")


@pytest.mark.parametrize(
    ("text", "first", "last", "precision"),
    [
        ("May 1974", "1974-05-01", "1974-05-31", "month"),
        ("Chwefror 1976", "1976-02-01", "1976-02-29", "month"),
        ("circa 1974", "1974-01-01", "1974-12-31", "circa"),
        ("c. 1974", "1974-01-01", "1974-12-31", "circa"),
        ("about May 1974", "1974-05-01", "1974-05-31", "circa"),
        ("1974?", "1974-01-01", "1974-12-31", "circa"),
        ("Spring 1974", "1974-03-01", "1974-05-31", "range"),
        ("Winter 1974", "1974-12-01", "1975-02-28", "range"),
        ("1986-87", "1986-01-01", "1987-12-31", "range"),
        ("School year 1986/87", "1986-09-01", "1987-08-31", "range"),
        ("Revenue estimates 1986/87", "1986-04-01", "1987-03-31", "range"),
        ("the 1970s", "1970-01-01", "1979-12-31", "decade"),
        ("the 1970's", "1970-01-01", "1979-12-31", "decade"),
        ("1974", "1974-01-01", "1974-12-31", "year"),
        ("January to September 1974", "1974-01-01", "1974-09-30", "range"),
        ("7-9 July 1974", "1974-07-07", "1974-07-09", "range"),
        ("28 December 1973 to 3 January 1974", "1973-12-28", "1974-01-03", "range"),
        ("28 December to 3 January 1974", "1973-12-28", "1974-01-03", "range"),
        ("l9th July l974", "1974-07-19", "1974-07-19", "day"),
        ("O9.O7.l974", "1974-07-09", "1974-07-09", "day"),
        ("9 0ctober 1962", "1962-10-09", "1962-10-09", "day"),
        ("Ju1y 9th, 1962", "1962-07-09", "1962-07-09", "day"),
        ("03/25/1987", "1987-03-25", "1987-03-25", "day"),
        ("3/4/1987", "1987-04-03", "1987-04-03", "day"),
    ],
)
def test_each_form_means_these_days(text, first, last, precision):
    (found,) = find_dates(text, Century(TODAY))

    assert (str(found.date_from), str(found.date_to), found.precision) == (first, last, precision)


@pytest.mark.parametrize(
    "text",
    ["31/02/1974", "32 July 1974", "13/13/1974", "£1974", "3 March 10.30 a.m.", "they may 1974 times", "paragraph 4.12",
     "01623 451974", "page 3 of 74"],
)  # fmt: skip
def test_what_is_no_date_is_left_alone(text):
    assert find_dates(text, Century(TODAY)) == []


@pytest.mark.parametrize(
    ("around", "year"),
    [("", 2015), ("the accounts of 1914 and 1916", 1915), ("the Act of 1989 and 2012", 2015)],
)
def test_a_year_of_two_figures_is_the_latest_possible_unless_the_record_says_otherwise(around, year):
    proposed = propose_date([(1, f"9/7/15\n\n{around}")], today=TODAY)

    assert proposed.date_from == date(year, 7, 9)


def test_a_year_of_two_figures_is_never_in_the_future():
    assert propose_date([(1, "Date: 9/7/27")], today=TODAY).date_from == date(1927, 7, 9)


LETTER = """BOROUGH OF PELLINGFORD
Town Hall, Pellingford. Telephone 0991 21974
Your ref: 12/3/71      Our ref: CH/14
                                   9th July 1974

Dear Mr Pellow,
Kevin (d.o.b. 3.4.60) came on 1st May 1971 under the Children Act 1948.
Thank you for your letter of 2nd July 1974. We meet again on 4 August 1974.
Yours sincerely,
"""


def test_the_letters_own_date_is_taken_and_no_other_it_mentions():
    assert propose_date([(1, LETTER)], today=TODAY).date_from == date(1974, 7, 9)


@pytest.mark.parametrize(
    "text",
    [
        "Kevin, d.o.b. 3.4.60, was seen at home. He is well and goes to school each day as before.",
        "CHILDREN ACT 1948\nNotes for guidance",
        "Thank you for your letter of 3rd May 1971 about the boiler.",
        "Born:\n3 April 1960",
        "RECEIVED 12 JUL 1974\nThe boiler has failed again and the boys have no hot water.",
        "On Tuesday 3 May 1971 I visited the house and found that all was well with the boys there.",
        "Next meeting: 3 May 1971",
        "",
    ],
)
def test_a_paper_that_only_mentions_dates_is_undated(text):
    assert propose_date([(1, text)], today=TODAY) == UNDATED


@pytest.mark.parametrize(
    "text",
    [
        "MINUTES of the Children's Committee held in the Town Hall on Tuesday, 9th July 1974\nPresent: Cllr Tillotway",
        "MINUTES\nPELLINGFORD COUNCIL\nTuesday, July 9, 1974\nMinutes of the meeting held on 4 June 1974 were agreed.",
        "Pellingford, July 9, 1974.\nDear Sir",
        "Date\n9/7/74\nTo: All staff",
        "From: a@example.org\nSent: Tuesday 09 July 1974 14:05\nSubject: Boiler",
        "Report of the Director of Social Services\n9 July 1974\n1. Introduction",
        "Visit to the house. All well.\n\nSigned J. Thwendale        9.7.74",
    ],
)
def test_the_date_is_found_where_papers_carry_it(text):
    assert propose_date([(1, text)], today=TODAY).date_from == date(1974, 7, 9)


def test_a_signature_on_the_last_page_dates_a_report():
    pages = [
        (1, "Report on the visit\n" + "All was well. " * 60),
        (2, "He was content.\n\nJ. Thwendale\n9th July 1974\n"),
    ]

    proposed = propose_date(pages, today=TODAY)

    assert (proposed.date_from, proposed.page) == (date(1974, 7, 9), 2)


def test_a_message_is_dated_by_its_header_before_anything_in_its_text():
    proposed = propose_date([(1, "Date: 3 May 1971")], metadata={"Date": "Tue, 9 Jul 2002 23:30:00 +0100"}, today=TODAY)

    assert (proposed.date_from, proposed.page) == (date(2002, 7, 9), 0)


def test_when_a_file_was_made_is_not_when_the_paper_was_written():
    assert propose_date([(1, "Nothing here")], metadata={"created": "2015-07-02"}, today=TODAY) == UNDATED


def test_the_files_name_is_used_when_the_paper_says_nothing():
    proposed = propose_date([(1, "")], file_name="Minutes-December-19-2024.pdf", today=TODAY)

    assert (proposed.date_from, proposed.page) == (date(2024, 12, 19), 0)
    assert "file name" in proposed.evidence


def test_the_day_of_scanning_in_a_files_name_is_not_the_papers():
    assert propose_date([(1, "")], file_name="SCAN_20150702.pdf", today=TODAY) == UNDATED


def test_no_document_is_from_the_future():
    assert propose_date([(1, "Date: 9 July 2031")], today=TODAY) == UNDATED


def test_real_council_papers_give_the_day_of_their_meeting(corpus):
    text = "MINUTES\nTOWNSHIP\nTuesday, June 6, 2023\nA regular meeting of Council was held on Tuesday, June 6, 2023"
    letter = (corpus("ocr/letters1905") / "SC0033B_s4_b01_f14_i080.gt.txt").read_text(encoding="utf-8")

    assert propose_date([(1, text)], today=TODAY).date_from == date(2023, 6, 6)
    assert propose_date([(1, letter)], today=TODAY).date_from == date(1905, 3, 22)


@given(st.text(max_size=400))
def test_no_text_breaks_the_reading(text):
    proposed = propose_date([(1, text)], today=TODAY)

    assert (proposed.date_from is None) == (proposed.precision == "undated")
