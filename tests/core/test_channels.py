"""Channels by number and by the words that people have for them."""

import pytest

from leanviz.core.channels import MIX, channel_name, channel_number


@pytest.mark.parametrize("channel", [MIX, 1, 2, 3, 32])
def test_a_name_leads_back_to_its_number(channel: int) -> None:
    assert channel_number(channel_name(channel)) == channel


@pytest.mark.parametrize(("name", "channel"), [(" Left ", 1), ("MIX", 0), ("1", 1), ("16", 16)])
def test_words_and_numbers_are_understood(name: str, channel: int) -> None:
    assert channel_number(name) == channel


@pytest.mark.parametrize("name", ["", "0", "-1", "middle", "channel", "1.5"])
def test_other_names_are_refused(name: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 (int() has its own words)
        channel_number(name)
