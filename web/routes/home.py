"""What needs attention today, for whoever is signed in."""

from dataclasses import dataclass, field

from flask import Blueprint, render_template

from access.policy import Permission, can
from access.users import all_users
from costs.reports import report
from disclosure.marks import count_marked
from disclosure.production import bundles
from disclosure.statement_risk import at_risk
from failings.escalations import overdue_counts
from ingest.counting import batch_totals
from inquiry.requests import open_requests
from records.unread import reading_figures
from retention.tagging import count_to_tag
from search.alerts import count_waiting
from search.searches_made import searches_made
from store import clock
from store.jobs import FAILED, RUNNING, WAITING, recent_jobs
from web.audit_state import Verified, last_verified, verify_now
from web.authorisation import signed_in
from web.context import current_actor, current_session
from web.filters import count, number, pounds
from web.navigation import link_to

area = Blueprint("home", __name__)
SOON = 14
# Below this the whole trail is verified while the page is made; above it, on the audit page, on request.
QUICK_TO_VERIFY = 20_000


@dataclass(frozen=True)
class Figure:
    """One number with its words, and where its list is."""

    value: str
    words: str
    href: str = ""
    tone: str = ""
    note: str = ""


@dataclass(frozen=True)
class Section:
    """A part of the home page: what it is about and its figures."""

    title: str
    figures: list[Figure] = field(default_factory=list)


@area.get("/")
@signed_in
def home() -> str:
    """The first page after signing in."""
    actor = current_actor()
    parts = (
        (Permission.ESCALATION_COUNTS, _escalations),
        (Permission.TAG, _reading),
        (Permission.SEARCH, _watched),
        (Permission.INGEST, _taking_in),
        # A leader on a telephone sees what is at risk and what it costs before everything else.
        (Permission.STATEMENTS_SIGN, _at_risk),
        (Permission.COSTS, _costs),
        (Permission.REQUESTS_READ, _requests),
        (Permission.BUNDLE, _disclosure),
        (Permission.STATEMENTS_SIGN, _searched),
        (Permission.USERS, _people),
        (Permission.ADMINISTER, _machine),
    )
    sections = [make() for permission, make in parts if can(actor, permission)]
    verified = _verified() if can(actor, Permission.AUDIT) else None
    due = open_requests(current_session()) if can(actor, Permission.REQUESTS_READ) else []
    return render_template("home/home.html", sections=sections, due=due[:5], verified=verified)


def _attention(value: int) -> str:
    return "attention" if value else "good"


def _counted(value: int, one: str, many: str, href: str, tone: str = "", note: str = "") -> Figure:
    return Figure(number(value), one if value == 1 else many, href, tone, note)


def _reading() -> Section:
    session, actor = current_session(), current_actor()
    to_tag, read = count_to_tag(session, actor=actor), reading_figures(session, actor=actor)
    to_tag_at, unread_at, unread = link_to("records.to_decide"), link_to("unread.queue"), read.nobody_read
    return Section(
        "Reading and deciding",
        [
            _counted(
                to_tag,
                "record with suggestions to decide",
                "records with suggestions to decide",
                to_tag_at,
                _attention(to_tag),
            ),
            _counted(
                unread,
                "page that nobody has read",
                "pages that nobody has read",
                unread_at,
                _attention(unread),
                note=f"{number(read.transcribed)} transcribed, {number(read.seen_by_person)} seen by a person",
            ),
        ],
    )


def _watched() -> Section:
    found, otherwise = count_waiting(current_session(), actor=current_actor())
    page = link_to("kept_searches.kept_searches_page")
    figures = [
        _counted(
            found,
            "new record found by the searches you keep",
            "new records found by the searches you keep",
            page,
            _attention(found),
        )
    ]
    if otherwise:
        figures.append(
            _counted(
                otherwise,
                "record that was here before, found by the way this version reads",
                "records that were here before, found by the way this version reads",
                page,
                _attention(otherwise),
            )
        )
    return Section("Your kept searches", figures)


def _taking_in() -> Section:
    session, href = current_session(), link_to("batches.batches")
    totals = batch_totals(session, actor=current_actor())
    running = sum(1 for job in recent_jobs(session) if job.kind == "ingest" and job.state in (WAITING, RUNNING))
    found = sum(each.totals.found for each in totals)
    quarantined = sum(each.totals.quarantined for each in totals)
    return Section(
        "Taking in",
        [
            _counted(running, "upload being taken in", "uploads being taken in", href),
            _counted(
                found, "file found so far", "files found so far", href, note=count(len(totals), "batch", "batches")
            ),
            _counted(quarantined, "file in quarantine", "files in quarantine", href, _attention(quarantined)),
        ],
    )


def _requests() -> Section:
    listed, today, href = open_requests(current_session()), clock.today(), link_to("requests.requests")
    overdue = sum(1 for each in listed if each.due < today)
    soon = sum(1 for each in listed if 0 <= (each.due - today).days <= SOON)
    return Section(
        "The inquiry’s requests",
        [
            _counted(overdue, "request overdue", "requests overdue", href, _attention(overdue)),
            _counted(
                soon, f"request due within {SOON} days", f"requests due within {SOON} days", href, _attention(soon)
            ),
            _counted(len(listed), "request open in all", "requests open in all", href),
        ],
    )


def _disclosure() -> Section:
    session = current_session()
    marked, built, href = count_marked(session), len(bundles(session)), link_to("records.records")
    privileged, restricted = marked.get("privileged", 0), marked.get("restricted", 0)
    return Section(
        "Disclosure",
        [
            _counted(privileged, "record marked privileged", "records marked privileged", href),
            _counted(restricted, "record marked restricted", "records marked restricted", href),
            _counted(built, "bundle built", "bundles built", link_to("bundles.bundles")),
        ],
    )


def _at_risk() -> Section:
    found, statements = at_risk(current_session(), actor=current_actor()), link_to("statements.statements")
    losses, places = link_to("losses.known_losses"), link_to("repositories.repositories")
    searched = count(found.repositories, "repository", "repositories")
    return Section(
        "What is at risk",
        [
            _counted(
                found.unsearched,
                "repository not searched, or not wholly",
                "repositories not searched, or not wholly",
                places,
                _attention(found.unsearched or not found.repositories),
                note=f"of {searched} in the register" if found.repositories else "the register is empty",
            ),
            _counted(
                found.unread,
                "page that nobody has read",
                "pages that nobody has read",
                link_to("unread.queue"),
                _attention(found.unread),
                note=f"and {count(found.set_aside, 'file')} set aside",
            ),
            _counted(found.losses, "loss known", "losses known", losses, _attention(found.losses)),
            _counted(
                found.to_sign,
                "statement waiting for a signature",
                "statements waiting for a signature",
                statements,
                _attention(found.to_sign),
            ),
        ],
    )


def _searched() -> Section:
    made, href = searches_made(current_session(), actor=current_actor()), link_to("requests.searches")
    missing = made.paragraphs - made.searched
    return Section(
        "Searches for the inquiry",
        [
            _counted(
                made.searched,
                "paragraph with a signed search",
                "paragraphs with a signed search",
                href,
                note=f"of {count(made.paragraphs, 'paragraph')} asked",
            ),
            _counted(
                missing,
                "paragraph without a signed search",
                "paragraphs without a signed search",
                href,
                _attention(missing),
            ),
        ],
    )


def _escalations() -> Section:
    counts, href = overdue_counts(current_session(), actor=current_actor()), link_to("escalations.escalations")
    overdue, standing = sum(each.overdue for each in counts), sum(each.open for each in counts)
    return Section(
        "A child or person at risk now",
        [
            _counted(
                overdue,
                "escalation overdue",
                "escalations overdue",
                href,
                _attention(overdue),
                note="somebody who must be told has not been" if overdue else "",
            ),
            _counted(standing, "escalation open", "escalations open", href),
        ],
    )


def _costs() -> Section:
    found, href = report(current_session(), actor=current_actor()), link_to("costs.costs")
    each = found.units.per_document
    shown = pounds(each) if each is not None else "Not known"
    return Section(
        "What it has taken so far",
        [
            Figure(pounds(found.total_net), "cost to date, net of VAT", href),
            Figure(shown, "for each document held", href, note=count(found.units.documents, "document")),
        ],
    )


def _people() -> Section:
    listed, href = all_users(current_session()), link_to("users.users")
    waiting = sum(1 for user in listed if user.password is None)
    return Section(
        "People",
        [
            _counted(len(listed), "person may sign in", "people may sign in", href),
            _counted(waiting, "has not set a password yet", "have not set a password yet", href, _attention(waiting)),
        ],
    )


def _machine() -> Section:
    jobs, href = recent_jobs(current_session(), limit=100), link_to("jobs.jobs")
    failed = sum(1 for job in jobs if job.state == FAILED)
    waiting = sum(1 for job in jobs if job.state in (WAITING, RUNNING))
    return Section(
        "Background work",
        [
            _counted(failed, "failed, of the last hundred", "failed, of the last hundred", href, _attention(failed)),
            _counted(waiting, "waiting or running", "waiting or running", href),
        ],
    )


def _verified() -> Verified | None:
    known = last_verified()
    if known is None or known.verdict.events < QUICK_TO_VERIFY:
        return verify_now()
    return known
