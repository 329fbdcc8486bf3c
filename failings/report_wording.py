"""The sentences of the self-report, kept together so that those who sign can read them in one place."""

from collections.abc import Sequence
from datetime import date

from failings.models import Failing
from failings.words import CERTAINTIES, STATUSES
from records.models import Record

SIGNATORIES = ("Service director", "Director of children's services", "Monitoring officer", "Chief executive")
DRAFT = "DRAFT FOR SIGN-OFF: not yet the authority's position"
WARNING = "This report concerns harm to children and how the authority responded to it. It may distress readers."
MADE_BY = (
    "This report is made by {authority}. It sets out where the authority, and the bodies whose duties it took over, "
    "fell short of what they should have done, as the records now held show it."
)
HOW_JUDGED = (
    "It contains {count}: {certain}. Each is judged by the policy and law in force at the time, which are named, and "
    "not by the standards of today."
)
WHAT_CERTAINTY_MEANS = (
    "Established means that the records show it; probable, that on the records it is more likely than not; possible, "
    "that the records point to it but do not settle it."
)
PRESERVED = ". Each record cited is preserved with its SHA-256 and can be produced."
SECTION_NUMBERS = (
    "The number of a section is the number of its failing in the register, and stays the same in later editions."
)
NOT_YET = (
    " by those named at the end. Until then this is a draft, and does not state the authority's position, whatever "
    "the standing of a single failing."
)
NO_FORCE_UNTIL_SIGNED = (
    "The wording of any acceptance of failing in this report is for those who sign below. It has no force until all "
    "of them have signed, and any change to it after that is made as a new edition."
)
EACH_CONFIRMS = (
    "By signing, each confirms having read the failings and the evidence cited for them, and that to the best of "
    "their knowledge nothing that bears on them has been left out."
)


def certainty_counts(failings: Sequence[Failing]) -> str:
    """How many are established, probable and possible."""
    return _listed([(code, sum(item.certainty == code for item in failings)) for code in CERTAINTIES])


def standing_counts(failings: Sequence[Failing]) -> str:
    """How many are drafts, reviewed and accepted."""
    words = {"draft": "in draft", "legal-reviewed": "reviewed by legal", "accepted": "accepted by the authority"}
    return _listed([(words[code], sum(item.status == code for item in failings)) for code in STATUSES])


def _listed(counted: Sequence[tuple[str, int]]) -> str:
    words = [f"{number} {label}" for label, number in counted if number]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def led_paragraphs(lead: str, text: str) -> list[tuple[str, str]]:
    """Each paragraph of a text is a numbered paragraph; the lead stands before the first alone."""
    pieces = [piece.strip() for piece in text.splitlines() if piece.strip()]
    return [(lead if place == 0 else "", sentence(piece)) for place, piece in enumerate(pieces)]


def sentence(text: str) -> str:
    """The text, ended as a sentence is."""
    return text if text.endswith((".", "!", "?", ":", ";", ")", '"', "”")) else f"{text}."


def period_words(failing: Failing) -> str:
    """The period as a person writes it."""
    if failing.period_to is None:
        return f"from {long_day(failing.period_from)}, its end not known"
    if failing.period_to == failing.period_from:
        return long_day(failing.period_from)
    return f"{long_day(failing.period_from)} to {long_day(failing.period_to)}"


def record_date(record: Record) -> str:
    """The record's date, no more precise than it is known."""
    if record.date_from is None:
        return "Undated"
    if record.date_precision == "range" and record.date_to is not None:
        return f"{long_day(record.date_from)} to {long_day(record.date_to)}"
    formats = {"day": "%-d %B %Y", "month": "%B %Y", "year": "%Y", "decade": "%Ys"}
    known = formats.get(record.date_precision)
    return f"{record.date_from:{known}}" if known else f"About {record.date_from:%Y}"


def long_day(day: date) -> str:
    """The day with its month in words."""
    return f"{day:%-d %B %Y}"


def count(number: int, noun: str) -> str:
    """So many of them."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def is_or_are(number: int) -> str:
    """The verb for so many."""
    return "is" if number == 1 else "are"
