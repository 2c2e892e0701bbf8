"""Signed wishes for a variant: what is genuine and fresh is believed, nothing else."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from delivery import forcing
from delivery.forcing import Forced, ForceExpired, ForceInvalid
from delivery.token import Signer, TokenInvalid

KEYS = {7: b"k" * 32}
NOW = 1_795_338_000
WISH = {"site_id": 1, "experiment_id": 2, "variant_id": 3, "expires": NOW + 60}
TEXT = forcing.sign(KEYS, **WISH)


def test_read__own_wish__says_what_was_signed() -> None:
    assert forcing.read(KEYS, TEXT, NOW) == Forced(1, 2, 3, NOW + 60)


@pytest.mark.parametrize("seconds", [60, 61, 10**9])
def test_read__time_over__expired(seconds) -> None:
    with pytest.raises(ForceExpired):
        forcing.read(KEYS, TEXT, NOW + seconds)


def test_read__key_rotated__old_links_hold_until_the_key_goes() -> None:
    both = {8: b"n" * 32, **KEYS}
    assert forcing.read(both, TEXT, NOW).variant_id == 3
    with pytest.raises(ForceInvalid):
        forcing.read({8: b"n" * 32}, TEXT, NOW)


@given(
    place=st.integers(0, len(TEXT) - 1),
    letter=st.sampled_from(string.ascii_letters + string.digits + "-_.=é\0"),
)
def test_read__any_letter_changed__invalid(place, letter) -> None:
    changed = TEXT[:place] + letter + TEXT[place + 1 :]
    if changed != TEXT:
        with pytest.raises(ForceInvalid):
            forcing.read(KEYS, changed, NOW)


@given(st.text(max_size=80))
def test_read__anything__never_more_than_invalid(text) -> None:
    with pytest.raises(ForceInvalid):
        forcing.read(KEYS, text, NOW)


def test_read__token_of_a_decision__neither_is_the_other() -> None:
    with pytest.raises(TokenInvalid):
        Signer(KEYS).genuine(TEXT)
