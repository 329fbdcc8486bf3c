"""The links each person finds at the top of every page: only those that would open for them."""

from typing import Any

from flask import current_app, request, url_for

from web.authorisation import may_open
from web.context import current_actor

# The label, the endpoint, and the areas (blueprints) within which it is the current one.
LINKS = (
    ("Home", "home.home", {"home"}),
    ("Upload", "uploads.upload", {"uploads"}),
    ("Batches", "batches.batches", {"batches", "captures", "passwords"}),
    ("Paper", "boxes.boxes", {"boxes", "places", "placing", "losses", "repositories"}),
    (
        "Records",
        "records.records",
        {
            "records",
            "record_decisions",
            "alike",
            "corrections",
            "page_images",
            "splitting",
            "page_reading",
            "unread",
            "reading_again",
            "escalation_raise",
            "similar",
        },
    ),
    (
        "Search",
        "search.search",
        {"search", "search_help", "kept_searches", "reading_lists", "term_reports", "search_records"},
    ),
    ("Requests", "requests.requests", {"requests"}),
    ("Bundles", "bundles.bundles", {"bundles"}),
    ("Statements", "statements.statements", {"statements", "statement_approval"}),
    ("Costs", "costs.costs", {"costs"}),
    ("Failings", "failings.failings", {"failings"}),
    ("Escalations", "escalations.escalations", {"escalations"}),
    ("Users", "users.users", {"users"}),
    ("Jobs", "jobs.jobs", {"jobs"}),
    ("Audit", "audit.audit", {"audit"}),
)


def links() -> list[dict[str, object]]:
    """The navigation for whoever is signed in, as the service navigation component wants it."""
    actor = current_actor()
    if not actor.roles:
        return []
    return [
        {"text": label, "href": url_for(endpoint), "active": request.blueprint in areas}
        for label, endpoint, areas in LINKS
        if may_open(current_app, endpoint, actor)
    ]


def link_to(endpoint: str, **values: Any) -> str:
    """The address of the endpoint, or nothing where it would not open for whoever is signed in."""
    return url_for(endpoint, **values) if may_open(current_app, endpoint, current_actor()) else ""
