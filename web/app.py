"""The application: made once for an archive, and the same in a test as in use."""

from pathlib import Path

from flask import Flask
from flask_wtf import CSRFProtect
from jinja2 import ChoiceLoader, FileSystemLoader, PackageLoader, PrefixLoader

from store.archive import Archive
from web import authorisation, errors, filters, security, sign_in, transactions
from web.areas import AREAS
from web.context import EXTENSION, current_actor
from web.navigation import link_to, links

ROOT = Path(__file__).parent.parent
LARGEST_UPLOAD = 4 << 30
MOST_PARTS = 20_000


def create_app(archive: Archive, *, testing: bool = False) -> Flask:
    """The application that serves this archive."""
    app = errors.CandourFlask("web", template_folder=str(ROOT / "templates"), static_folder=str(ROOT / "static"))
    app.extensions[EXTENSION] = archive
    app.config.update(
        TESTING=testing,
        MAX_CONTENT_LENGTH=LARGEST_UPLOAD,
        MAX_FORM_PARTS=MOST_PARTS,
        # Referrer-Policy is no-referrer, so there is no referrer to check: the token is the proof.
        WTF_CSRF_SSL_STRICT=False,
        WTF_CSRF_TIME_LIMIT=int(sign_in.LONGEST.total_seconds()),
    )
    _templates(app, archive)
    # The order matters: the address, then who it is, then the form, and only then the write lock.
    app.before_request(security.check_address)
    app.before_request(transactions.open_reading)
    app.before_request(sign_in.end_long_sessions)
    app.before_request(lambda: authorisation.authorise(app))
    CSRFProtect(app)
    sign_in.register(app, archive.settings)
    app.before_request(transactions.open_writing)
    transactions.register(app)
    security.register(app, archive.settings)
    errors.register(app)
    filters.register(app)
    for area in AREAS:
        app.register_blueprint(area)
    return app


def _templates(app: Flask, archive: Archive) -> None:
    library = PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")})
    app.jinja_loader = ChoiceLoader([FileSystemLoader(ROOT / "templates"), library])
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(navigation_links=links, link_to=link_to, authority=archive.settings.authority)
    app.context_processor(lambda: {"actor": current_actor()})
