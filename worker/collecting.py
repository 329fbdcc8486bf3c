"""Python's collector of what nobody holds any more, told to look seldom while a batch of files goes through."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_AFTER = 20_000  # objects more than were given back; 700 otherwise


@contextmanager
def seldom_collecting() -> Iterator[None]:
    """Within, the collector passes over what there was before, and looks a thirtieth as often at what is new.

    Rows and messages come and go by the hundred thousand and nearly all go by themselves: looking for the few that
    do not took a twentieth of the time. Afterwards everything is as it was.
    """
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(_AFTER, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
