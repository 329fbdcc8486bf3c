"""Charts made on the server as SVG: no script, no style attribute, readable in print and without colour.

The data table beside a chart is the page's work; the description says in words what the picture shows.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from html import escape

from costs.report_lines import CostReport, MonthLine
from costs.reports import GROUPS

WIDTH, HEIGHT = 960, 440
LEFT, RIGHT, TOP, BOTTOM = 92, 16, 24, 112
INK, GRID, PAPER = "#0b0c0c", "#b1b4b6", "#ffffff"
FONT = 'font-family="Arial, Helvetica, sans-serif"'
LABELS_AT_MOST = 12


@dataclass(frozen=True)
class Look:
    """How one group is drawn: each differs from its neighbours by pattern as well as by colour."""

    colour: str
    pattern: str
    marks: str = PAPER


LOOKS = {
    "staff": Look("#12436d", ""),
    "legal": Look("#28a197", "M0 8L8 0M-2 2L2 -2M6 10L10 6", INK),
    "it": Look("#801650", "M2 2h2v2h-2zM6 6h2v2h-2z"),
    "records": Look("#f46a25", "M0 2H8M0 6H8", INK),
    "people": Look("#3d3d3d", "M2 0V8M6 0V8"),
    "other": Look("#a285d1", "M0 4H8M4 0V8", INK),
}


def month_chart(report: CostReport, *, prefix: str = "cost-by-month") -> str:
    """Stacked bars of what was spent each month, staff cost included, as one SVG element.

    Args:
        report: The report that the page shows.
        prefix: What the ids in the SVG begin with: two charts on a page need two.
    """
    tops = [line.cost for line in report.months]
    if not any(tops):
        return _empty(prefix)
    step, ceiling = _scale(max(tops))
    used = [group for group in GROUPS if any(line.groups[group] for line in report.months)]
    parts = [
        _opening(prefix, "Cost by month", _description(report, used)),
        _patterns(prefix, used),
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="{PAPER}"/>',
        *_grid(step, ceiling),
        *_bars(report.months, used, ceiling, prefix),
        *_legend(used, prefix),
        "</svg>",
    ]
    return "".join(parts)


def _opening(prefix: str, title: str, description: str) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="100%" role="img" '
        f'aria-labelledby="{escape(prefix)}-title {escape(prefix)}-description">'
        f'<title id="{escape(prefix)}-title">{escape(title)}</title>'
        f'<desc id="{escape(prefix)}-description">{escape(description)}</desc>'
    )


def _empty(prefix: str) -> str:
    words = "Nothing has been spent or costed in this period."
    return (
        _opening(prefix, "Cost by month", words)
        + f'<rect width="{WIDTH}" height="{HEIGHT}" fill="{PAPER}"/>'
        + _text(WIDTH / 2, HEIGHT / 2, words, anchor="middle", size=18)
        + "</svg>"
    )


def _description(report: CostReport, used: Sequence[str]) -> str:
    highest = max(report.months, key=lambda line: line.cost)
    sums = "; ".join(f"{GROUPS[group]} {_money(_sum(report.months, group))}" for group in used)
    return (
        f"Stacked bars from {report.months[0].month:%B %Y} to {report.months[-1].month:%B %Y}, net of VAT, "
        f"estimates, commitments and redress left out. In all {_money(report.total_net)}: {sums}. "
        f"The highest month is {highest.month:%B %Y} with {_money(highest.cost)}."
    )


def _sum(months: Sequence[MonthLine], group: str) -> Decimal:
    return sum((line.groups[group] for line in months), Decimal(0))


def _money(amount: Decimal) -> str:
    return f"£{amount:,.2f}"


def _scale(highest: Decimal) -> tuple[Decimal, Decimal]:
    """The step between grid lines and the top of the scale: a round number, four to eight lines."""
    step = Decimal(1).scaleb((highest / 5).adjusted())
    for factor in (1, 2, 5, 10):
        if step * factor * 6 >= highest:
            step *= factor
            break
    return step, step * (highest / step).to_integral_value(ROUND_CEILING)


def _y(amount: Decimal, ceiling: Decimal) -> float:
    return HEIGHT - BOTTOM - float(amount / ceiling) * (HEIGHT - TOP - BOTTOM)


def _grid(step: Decimal, ceiling: Decimal) -> list[str]:
    parts = []
    amount = Decimal(0)
    while amount <= ceiling:
        y = _y(amount, ceiling)
        stroke = INK if amount == 0 else GRID
        parts.append(f'<path d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}" stroke="{stroke}" stroke-width="1"/>')
        label = f"£{amount:,.0f}" if step >= 1 else _money(amount)
        parts.append(_text(LEFT - 8, y + 5, label, anchor="end"))
        amount += step
    return parts


def _bars(months: Sequence[MonthLine], used: Sequence[str], ceiling: Decimal, prefix: str) -> list[str]:
    slot = (WIDTH - LEFT - RIGHT) / len(months)
    width = min(slot * 0.7, 72)
    every = -(-len(months) // LABELS_AT_MOST)
    parts = []
    for place, line in enumerate(months):
        x = LEFT + slot * (place + 0.5)
        height = Decimal(0)
        for group in used:
            amount = line.groups[group]
            if amount:
                top, bottom = _y(height + amount, ceiling), _y(height, ceiling)
                parts.append(
                    f'<rect x="{x - width / 2:.1f}" y="{top:.1f}" width="{width:.1f}" height="{bottom - top:.1f}" '
                    f'fill="url(#{escape(prefix)}-{group})" stroke="{INK}" stroke-width="1">'
                    f"<title>{escape(f'{line.month:%B %Y}, {GROUPS[group]}: {_money(amount)}')}</title></rect>"
                )
                height += amount
        if place % every == 0:
            parts.append(_text(x, HEIGHT - BOTTOM + 20, f"{line.month:%b %Y}", anchor="middle"))
        if line.cost and every == 1:
            parts.append(_text(x, _y(line.cost, ceiling) - 6, _short(line.cost), anchor="middle"))
    return parts


def _short(amount: Decimal) -> str:
    return f"£{amount:,.0f}" if amount >= 1 else _money(amount)


def _patterns(prefix: str, used: Sequence[str]) -> str:
    made = []
    for group in used:
        look = LOOKS[group]
        marks = f'<path d="{look.pattern}" stroke="{look.marks}" stroke-width="1" fill="none"/>' if look.pattern else ""
        made.append(
            f'<pattern id="{escape(prefix)}-{group}" width="8" height="8" patternUnits="userSpaceOnUse">'
            f'<rect width="8" height="8" fill="{look.colour}"/>{marks}</pattern>'
        )
    return f"<defs>{''.join(made)}</defs>"


def _legend(used: Sequence[str], prefix: str) -> list[str]:
    parts = []
    for place, group in enumerate(used):
        x = LEFT + (place % 3) * 280
        y = HEIGHT - 58 + (place // 3) * 30
        parts.append(
            f'<rect x="{x}" y="{y}" width="24" height="18" fill="url(#{escape(prefix)}-{group})" '
            f'stroke="{INK}" stroke-width="1"/>'
        )
        parts.append(_text(x + 32, y + 14, GROUPS[group]))
    return parts


def _text(x: float, y: float, words: str, *, anchor: str = "start", size: int = 14) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" {FONT} fill="{INK}" text-anchor="{anchor}">'
        f"{escape(words)}</text>"
    )
