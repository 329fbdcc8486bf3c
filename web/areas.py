"""The areas of the application, each a blueprint called `area` in its own module."""

from flask import Blueprint

from web.routes import (
    accounts,
    audit,
    batches,
    bundles,
    costs,
    escalation_raise,
    escalations,
    failings,
    help_pages,
    home,
    jobs,
    kept_searches,
    page_images,
    record_decisions,
    records,
    requests,
    search,
    term_reports,
    uploads,
    users,
)

AREAS: tuple[Blueprint, ...] = (
    home.area,
    accounts.area,
    uploads.area,
    batches.area,
    requests.area,
    bundles.area,
    costs.area,
    failings.area,
    escalations.area,
    users.area,
    jobs.area,
    audit.area,
    records.area,
    record_decisions.area,
    page_images.area,
    escalation_raise.area,
    search.area,
    kept_searches.area,
    term_reports.area,
    help_pages.area,
)
