"""How moments, days, counts and money read on a page."""

from datetime import date, datetime
from decimal import Decimal

from flask import Flask
from markupsafe import Markup

from store import clock
from store.clock import LEGAL_ZONE


def day(value: date | datetime | None) -> str:
    """The day as people here write it: 17 March 2025."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        value = value.astimezone(LEGAL_ZONE).date()
    return f"{value.day} {value:%B %Y}"


def moment(value: datetime | None) -> str:
    """The moment where the authority is: 17 March 2025, 14:05."""
    if value is None:
        return ""
    local = value.astimezone(LEGAL_ZONE)
    return f"{local.day} {local:%B %Y, %H:%M}"


def time_ago(value: datetime) -> str:
    """How long ago it was, in the largest unit that fits."""
    seconds = int((clock.now() - value).total_seconds())
    for size, unit in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= size:
            return f"{count(seconds // size, unit)} ago"
    return "just now"


def number(value: float) -> str:
    """The number with a comma at each thousand."""
    return f"{value:,}"


def count(value: int, singular: str, plural: str | None = None) -> str:
    """The number with its noun: 1 page, 2 pages."""
    return f"{value:,} {singular if value == 1 else plural or singular + 's'}"


def duration(seconds: int) -> str:
    """How long that is, in the largest unit that fits, rounded up."""
    for size, unit in ((3600, "hour"), (60, "minute")):
        if seconds >= 2 * size:
            return count(-(-seconds // size), unit)
    return count(max(seconds, 1), "second")


def pounds(value: Decimal) -> str:
    """The amount in pounds and pence."""
    return f"£{value:,.2f}"


def size(value: int) -> str:
    """The number of bytes as people read it."""
    amount = float(value)
    for unit in ("bytes", "KB", "MB", "GB"):
        if amount < 1000 or unit == "GB":
            return f"{amount:,.0f} {unit}" if unit == "bytes" or amount >= 10 else f"{amount:,.1f} {unit}"
        amount /= 1000
    raise AssertionError("unreachable")


def days_left(due: date) -> str:
    """How long there is until the day, in words."""
    left = (due - clock.today()).days
    if left < 0:
        return f"{count(-left, 'day')} overdue"
    return {0: "due today", 1: "due tomorrow"}.get(left, f"due in {count(left, 'day')}")


def drawing(svg: str) -> Markup:
    """A chart our own code drew (`costs.charts`), which escaped every word in it, as markup."""
    return Markup(svg)  # noqa: S704


def register(app: Flask) -> None:
    """Every template may use these."""
    for known in (day, moment, time_ago, number, count, duration, pounds, size, days_left, drawing):
        app.jinja_env.filters[known.__name__] = known
