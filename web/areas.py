"""The areas of the application, each a blueprint called `area` in its own module."""

from flask import Blueprint

from web.routes import accounts, audit, batches, help_pages, home, jobs, uploads, users

AREAS: tuple[Blueprint, ...] = (
    home.area,
    accounts.area,
    uploads.area,
    batches.area,
    users.area,
    jobs.area,
    audit.area,
    help_pages.area,
)
