"""What forms refuse before anything is done with what was sent."""

import io
from types import SimpleNamespace

import pytest
from wtforms.validators import ValidationError

from web.forms.base import NoLargerThan


def sent(size: int) -> SimpleNamespace:
    return SimpleNamespace(data=SimpleNamespace(stream=io.BytesIO(b"x" * size)))


def test_a_file_over_its_limit_is_refused_and_never_cut_off() -> None:
    with pytest.raises(ValidationError, match="larger than 1 MB: divide it"):
        NoLargerThan(1)(None, sent(1024 * 1024 + 1))


def test_a_file_within_its_limit_is_left_to_be_read_from_its_beginning() -> None:
    field = sent(1024 * 1024)

    NoLargerThan(1)(None, field)

    assert len(field.data.stream.read()) == 1024 * 1024
