"""What the browser is told about every answer, and which requests are not answered at all."""

import secrets
from urllib.parse import urlsplit

from flask import Flask, Response, g, request
from werkzeug.middleware.proxy_fix import ProxyFix

from store.errors import InvalidInputError
from store.settings import LOOPBACK, Settings
from web.context import current_archive

ONE_YEAR = 31_536_000


def csp_nonce() -> str:
    """The one-time word that lets this answer's own inline script run."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(18)
    nonce: str = g.csp_nonce
    return nonce


def check_address() -> None:
    """Returns only if the request came to this service's own address, and not in the clear over a network.

    Raises:
        InvalidInputError: It did not.
    """
    settings = current_archive().settings
    host = _host(request.host)
    own = urlsplit(settings.url)
    if host not in {own.hostname, *LOOPBACK}:
        raise InvalidInputError(f"This address is not Candour's: open {settings.url} instead.")
    if request.scheme == "http" and not (host in LOOPBACK and request.remote_addr in LOOPBACK):
        raise InvalidInputError(
            f"Candour does not answer over plain http, because files and passwords would travel in the clear: "
            f"open {settings.url} instead."
        )


def _host(value: str) -> str:
    try:
        return urlsplit(f"//{value}").hostname or ""
    except ValueError:
        return ""


def set_headers(response: Response) -> Response:
    """The answer carries the rules the browser keeps for it."""
    headers = response.headers
    headers["Content-Security-Policy"] = "; ".join(
        (
            "default-src 'none'",
            "img-src 'self'",
            "style-src 'self'",
            f"script-src 'self' 'nonce-{csp_nonce()}'",
            "connect-src 'self'",
            "form-action 'self'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
        )
    )
    headers["X-Content-Type-Options"] = "nosniff"
    headers["X-Frame-Options"] = "DENY"
    headers["Referrer-Policy"] = "no-referrer"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
    headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()"
    if request.endpoint != "static":
        headers["Cache-Control"] = "no-store"
    if urlsplit(current_archive().settings.url).scheme == "https":
        headers["Strict-Transport-Security"] = f"max-age={ONE_YEAR}"
    return response


class LoopbackProxy:
    """Believes what a proxy on this machine says of the visitor, and nobody else's word for it."""

    def __init__(self, app: object) -> None:
        self._direct = app
        self._behind = ProxyFix(app, x_for=1, x_proto=1)  # type: ignore[arg-type]

    def __call__(self, environ: dict[str, object], start_response: object) -> object:
        """The application's answer, given the visitor's own address and scheme."""
        chosen = self._behind if environ.get("REMOTE_ADDR") in LOOPBACK else self._direct
        return chosen(environ, start_response)  # type: ignore[operator]


def register(app: Flask, settings: Settings) -> None:
    """Every answer carries the headers; with https, a proxy on this machine ends the encryption."""
    app.after_request(set_headers)
    app.jinja_env.globals["csp_nonce"] = csp_nonce
    if urlsplit(settings.url).scheme == "https":
        app.wsgi_app = LoopbackProxy(app.wsgi_app)  # type: ignore[assignment]
