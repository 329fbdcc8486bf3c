"""What building a bundle asks for, and the list of records that travels from step to step in the form."""

import re
from collections.abc import Iterable, Mapping, Sequence

from wtforms import SelectField
from wtforms.validators import Length, ValidationError

from disclosure.numbering import PREFIX
from web.forms.base import Form, Needed, TextField, choices

# More than this is several bundles: nobody can check the order of so many lines on a page.
MOST_RECORDS = 2000
REFERENCE = re.compile(r"R\d{6,9}")
BETWEEN = re.compile(r"[\s,;]+")


class BundleForm(Form):
    """What the bundle is: the request it answers, its title and the authority's prefix."""

    request = SelectField("The request it answers", choices=choices([("", "None: it answers no request")]))
    title = TextField(
        "Title",
        [Needed("Give the bundle a title, as its cover will print it"), Length(max=150, message="Use a shorter title")],
    )
    prefix = TextField("Prefix of the document numbers", [Needed("Give the prefix that the numbers begin with")])

    def offer(self, requests: Iterable[tuple[str, str]]) -> None:
        """These requests can be chosen."""
        self.request.choices = choices([("", "None: it answers no request"), *requests])

    def validate_prefix(self, field: TextField) -> None:
        """Returns only if the prefix is one; small letters are made capitals.

        Raises:
            ValidationError: It is not.
        """
        field.data = (field.data or "").upper()
        if field.data and not PREFIX.fullmatch(field.data):
            raise ValidationError("A prefix is the authority’s two to four letters, for example ABC")


def typed_references(text: str) -> list[str]:
    """The references somebody typed, apart by blanks, commas or lines, each once and in their order."""
    return list(dict.fromkeys(part.upper() for part in BETWEEN.split(text.strip()) if part))


def carried_references(text: str) -> list[str]:
    """The references that travelled in the form: whatever is not one is left out."""
    return [each for each in typed_references(text) if REFERENCE.fullmatch(each)][:MOST_RECORDS]


def added(chosen: Sequence[str], more: Iterable[str]) -> list[str]:
    """The list with these at its end, none of them twice."""
    return list(dict.fromkeys([*chosen, *more]))[:MOST_RECORDS]


def moved(chosen: Sequence[str], reference: str, *, by: int) -> list[str]:
    """The list with this record so many places further down, or up; it stays within the list."""
    if reference not in chosen:
        return list(chosen)
    left = [each for each in chosen if each != reference]
    place = min(max(list(chosen).index(reference) + by, 0), len(left))
    return [*left[:place], reference, *left[place:]]


def reordered(chosen: Sequence[str], wanted: Mapping[str, str]) -> list[str]:
    """The list in the order of the numbers typed.

    A line that was given a new number comes before the one that had it; what is not a number changes nothing.
    """
    places = {reference: place for place, reference in enumerate(chosen, start=1)}

    def rank(reference: str) -> tuple[int, int, int]:
        now, typed = places[reference], wanted.get(reference, "").strip()
        if not (typed.isascii() and typed.isdecimal() and len(typed) < 7) or int(typed) == now:
            return now, 1, now
        return int(typed), 0 if int(typed) < now else 2, now

    return sorted(chosen, key=rank)
