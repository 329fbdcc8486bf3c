"""What a search found, kept small and read back as it was."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.packing import pack, unpack
from store.errors import DamagedError


@given(st.lists(st.integers(-(2**40), 2**40), max_size=200))
def test_numbers_come_back_in_their_order(numbers):
    assert unpack(pack(numbers)).tolist() == numbers


def test_every_record_of_a_large_archive_takes_little_room():
    assert len(pack(np.arange(1, 100_001))) < 2_000


@pytest.mark.parametrize("damaged", [b"", b"not packed", pack([1, 2, 3])[:-3], b"x" * 9])
def test_damaged_evidence_is_said_to_be_damaged(damaged):
    with pytest.raises(DamagedError, match="restore a backup"):
        unpack(damaged)
