"""Signed decisions: what is genuine is believed, everything else has a name."""

import base64
import os
import string

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from delivery.token import LIFE, Signer, Stamp, TokenExpired, TokenInvalid

NOW_MS = 1_795_338_000_000
UNIT = bytes(range(16))
STAMP = Stamp(1, 2, 3, 1, 4, 5, 0, 0.5, 0)
SIGNER = Signer({7: b"k" * 32})
LIFE_MS = int(LIFE.total_seconds() * 1000)


def a_decision(ms: int = NOW_MS) -> bytes:
    return ms.to_bytes(6, "big") + os.urandom(10)


def a_token(signer: Signer = SIGNER, *, ms: int = NOW_MS, stamp: Stamp = STAMP) -> str:
    return signer.sign(a_decision(ms), UNIT, stamp.pack()).decode()


def test_read__own_token__gives_back_what_was_signed() -> None:
    decision = a_decision()
    token = SIGNER.read(SIGNER.sign(decision, UNIT, STAMP.pack()).decode(), now_ms=NOW_MS)
    assert (token.decision, token.unit, token.stamp, token.at_ms) == (
        decision,
        UNIT,
        STAMP,
        NOW_MS,
    )


@given(
    number=st.integers(0, 2**32 - 1),
    phase=st.integers(0, 2**16 - 1),
    unit=st.binary(min_size=16, max_size=16),
)
def test_sign__any_content__is_short_text_for_an_address(number, phase, unit) -> None:
    stamp = Stamp(number, number, number, phase, number, number, number, 0.25, phase)
    text = SIGNER.sign(a_decision(), unit, stamp.pack()).decode()
    assert len(text) == 112
    assert set(text) <= set(string.ascii_letters + string.digits + "-_.")
    assert SIGNER.read(text, now_ms=NOW_MS).stamp == stamp


def test_read__any_character_altered__is_refused() -> None:
    text = a_token()
    for place in range(len(text)):
        for other in "A-_z9+/=. ":
            if other != text[place]:
                altered = text[:place] + other + text[place + 1 :]
                with pytest.raises(TokenInvalid):
                    SIGNER.read(altered, now_ms=NOW_MS)


@pytest.mark.parametrize(
    "text", ["", "bl1.", "x", "bl2." + "A" * 108, "bl1." + "A" * 108, "bl1." + "é" * 108, "0" * 999]
)
def test_read__something_else__is_refused(text) -> None:
    with pytest.raises(TokenInvalid):
        SIGNER.read(text, now_ms=NOW_MS)


@pytest.mark.parametrize(("cut", "more"), [(1, ""), (0, "A"), (0, "\n"), (0, "=")])
def test_read__wrong_length__is_refused(cut, more) -> None:
    text = a_token()
    with pytest.raises(TokenInvalid):
        SIGNER.read(text[: len(text) - cut] + more, now_ms=NOW_MS)


def test_read__at_the_end_of_its_life__still_counts_but_not_after() -> None:
    text = a_token()
    assert SIGNER.read(text, now_ms=NOW_MS + LIFE_MS)
    with pytest.raises(TokenExpired):
        SIGNER.read(text, now_ms=NOW_MS + LIFE_MS + 1)


def test_genuine__expired__still_says_what_was_shown() -> None:
    assert SIGNER.genuine(a_token(ms=NOW_MS - 10 * LIFE_MS)).stamp == STAMP


def test_read__key_rotated__old_tokens_stay_good_and_new_ones_use_the_first() -> None:
    old, new = Signer({1: b"o" * 32}), Signer({2: b"n" * 32, 1: b"o" * 32})
    assert new.read(a_token(old), now_ms=NOW_MS)
    with pytest.raises(TokenInvalid):
        old.read(a_token(new), now_ms=NOW_MS)


def test_read__same_id_another_secret__is_refused() -> None:
    with pytest.raises(TokenInvalid):
        Signer({7: b"x" * 32}).read(a_token(), now_ms=NOW_MS)


def test_read__key_rotated__old_token_lives_for_its_life_and_no_longer() -> None:
    text = a_token(Signer({1: b"o" * 32}))
    new = Signer({2: b"n" * 32, 1: b"o" * 32})
    assert new.read(text, now_ms=NOW_MS + LIFE_MS)
    with pytest.raises(TokenExpired):
        new.read(text, now_ms=NOW_MS + LIFE_MS + 1)


@pytest.mark.parametrize("name", [*Stamp.__struct_fields__])
def test_read__another_stamp_under_the_same_signature__is_refused(name) -> None:
    """Another site, experiment, variant or propensity: none can be put into a genuine token."""
    decision = a_decision()
    other = msgspec.structs.replace(STAMP, **{name: 9})
    genuine, moved = (SIGNER.sign(decision, UNIT, s.pack()).decode() for s in (STAMP, other))
    signed = base64.urlsafe_b64decode(genuine[4:])
    content = base64.urlsafe_b64decode(moved[4:])[:-16]
    mixed = "bl1." + base64.urlsafe_b64encode(content + signed[-16:]).decode()
    with pytest.raises(TokenInvalid):
        SIGNER.read(mixed, now_ms=NOW_MS)


def test_read__another_key_id_in_front__is_refused() -> None:
    both = Signer({1: b"o" * 32, 2: b"n" * 32})
    signed = bytearray(base64.urlsafe_b64decode(a_token(both)[4:]))
    signed[0] = 2
    with pytest.raises(TokenInvalid):
        both.read("bl1." + base64.urlsafe_b64encode(signed).decode(), now_ms=NOW_MS)
