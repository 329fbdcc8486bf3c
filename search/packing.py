"""Lists of whole numbers kept small in one column: what a search found, and how often, as evidence of it."""

import zlib
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from store.errors import DamagedError

Numbers = NDArray[np.int64]


def pack(numbers: Iterable[int] | Numbers) -> bytes:
    """The numbers, in their order, as few bytes: a hundred thousand records in a row take about one kilobyte."""
    given = np.asarray(numbers if isinstance(numbers, np.ndarray) else list(numbers), dtype=np.int64)
    # Steps instead of values: ids that follow one another are all the same step.
    return zlib.compress(np.diff(given, prepend=0).astype("<i8").tobytes(), 6)


def unpack(packed: bytes) -> Numbers:
    """The numbers that were packed.

    Raises:
        DamagedError: The bytes are not what `pack` made.
    """
    try:
        steps = np.frombuffer(zlib.decompress(packed), dtype="<i8")
    except (zlib.error, ValueError) as error:
        raise DamagedError(
            "A list of what a search found cannot be read back: the database was changed; restore a backup."
        ) from error
    return np.cumsum(steps, dtype=np.int64)
