"""Where the list behind a figure of a statement is: the page that has it, or the statement's own list."""

from disclosure.statement_facts import Figure
from disclosure.statement_lists import has_list
from disclosure.statement_models import Statement
from web.navigation import link_to

# By the figure's first word; what stands here has a page of its own.
PAGES = {
    "paragraphs": "requests.requests",
    "unproved": "repositories.repositories",
    "unnamed": "repositories.repositories",
    "searches": "search_records.search_records_page",
    "losses": "losses.known_losses",
    "places": "boxes.boxes",
    "paper-out": "boxes.boxes",
    "bundles": "bundles.bundles",
    "documents": "bundles.bundles",
}


def list_address(statement: Statement, figure: Figure) -> str:
    """The address of the list behind the figure; nothing where it would not open for whoever is signed in."""
    kind, _, rest = figure.code.partition(":")
    if kind == "repositories":
        return link_to("repositories.repositories", outcome=rest or None)
    if has_list(figure.code):
        return link_to("statements.figure", number=statement.id, code=figure.code)
    return link_to(PAGES[kind]) if kind in PAGES else ""
