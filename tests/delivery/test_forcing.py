"""Signed wishes: what was signed is read, what was not is refused."""

import pytest

from delivery import forcing
from delivery.forcing import Forced, ForceExpired, ForceInvalid
from delivery.token import Signer, Stamp

KEYS = {2: b"second key of it", 1: b"first key of old"}


def a_wish(keys=KEYS, **fields):
    given = {"site_id": 7, "experiment_id": 70_000, "variant_id": 4_000_000_000, "expires": 1000.9}
    return forcing.sign(keys, **(given | fields))


def test_read__signed__says_what_was_signed() -> None:
    assert forcing.read(KEYS, a_wish(), 999.0) == Forced(7, 70_000, 4_000_000_000, 1000)


def test_read__key_of_before__still_believed() -> None:
    assert forcing.read(KEYS, a_wish({1: KEYS[1]}), 0).site_id == 7


@pytest.mark.parametrize("now", [1000, 5000])
def test_read__too_late__expired(now) -> None:
    with pytest.raises(ForceExpired):
        forcing.read(KEYS, a_wish(), now)


def test_read__any_character_changed__invalid() -> None:
    text = a_wish()
    for place in range(len(text)):
        for other in ("A", "_", "ü"):
            if text[place] != other:
                with pytest.raises(ForceInvalid):
                    forcing.read(KEYS, text[:place] + other + text[place + 1 :], 0)


@pytest.mark.parametrize("text", ["", "bf1.", "x" * 48, "bf1." + "A" * 44, "bf1." + "=" * 44])
def test_read__anything_else__invalid(text) -> None:
    with pytest.raises(ForceInvalid):
        forcing.read(KEYS, text, 0)


def test_read__other_keys__invalid() -> None:
    with pytest.raises(ForceInvalid):
        forcing.read({2: b"another key here"}, a_wish(), 0)


def test_read__token_of_a_decision__is_no_wish() -> None:
    token = Signer(KEYS).sign(bytes(16), bytes(16), Stamp(1, 1, 1, 1, 1, 1, 0, 0.5, 0).pack())
    with pytest.raises(ForceInvalid):
        forcing.read(KEYS, token.decode(), 0)
