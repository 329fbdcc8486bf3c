"""The collector looks seldom while files go through, and as before afterwards, however that ended."""

import gc

import pytest

from worker.collecting import seldom_collecting


def test_the_collector_is_as_it_was_afterwards_even_after_an_error():
    before = gc.get_threshold()
    with pytest.raises(KeyError), seldom_collecting():
        assert gc.get_threshold()[0] > before[0]
        assert gc.get_freeze_count() > 0
        assert gc.isenabled()
        raise KeyError
    assert gc.get_threshold() == before
    assert gc.get_freeze_count() == 0
