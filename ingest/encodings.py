"""Text of two bytes a letter that does not say so."""


def wide_without_mark(data: bytes) -> str | None:
    """Which UTF-16 the text is, told by its zero bytes: in Western text every second one; None where it is neither."""
    start = data[:4096]
    pairs = len(start) // 2
    if pairs < 4 or len(data) % 2:
        return None
    even, odd = start[: pairs * 2 : 2].count(0), start[1 : pairs * 2 : 2].count(0)
    if max(even, odd) < pairs * 0.7 or min(even, odd) > pairs * 0.02:
        return None
    return "utf-16-le" if odd > even else "utf-16-be"
