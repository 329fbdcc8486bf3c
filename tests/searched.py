"""A search of paper as it is written down, for tests of search records and of statements."""

from datetime import date

from search.search_records import SearchContent

STORE = SearchContent(
    kind_of_place="place",
    repository="County store, bay 3",
    method="physical",
    how="Each box was opened and each file turned through.",
    searched_by="B. Tannock, records officer",
    searched_from=date(2026, 11, 3),
    counted_as="files",
    hits=14,
    reviewed=14,
    responsive=2,
    unreadable=1,
    limits="Two files were damp and are being dried.",
    not_searched="Bay 4 holds highways plans and was not opened.",
)
