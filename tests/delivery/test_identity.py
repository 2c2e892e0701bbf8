"""When two events are the same event."""

import datetime as dt

import pytest

from delivery import identity

NOW_MS = 1_795_338_000_000
DAY_MS = 86_400_000


def a_uuid7(ms: int) -> str:
    text = f"{ms:012x}"
    return f"{text[:8]}-{text[8:]}-7abc-8def-0123456789ab"


def test_day_of_id__uuid7__is_its_own_day_in_any_case_of_letters() -> None:
    day = dt.datetime.fromtimestamp(NOW_MS / 1000, dt.UTC).date()
    assert identity.day_of_id(a_uuid7(NOW_MS), now_ms=NOW_MS) == day
    assert identity.day_of_id(a_uuid7(NOW_MS).upper(), now_ms=NOW_MS) == day


@pytest.mark.parametrize("text", ["o-7", "a" * 256, "6ba7b810-9dad-11d1-80b4-00c04fd430c8", "漢"])
def test_day_of_id__opaque__is_the_undated_partition(text) -> None:
    assert identity.day_of_id(text, now_ms=NOW_MS) == identity.UNDATED


@pytest.mark.parametrize("days", [-30.01, 1.01, -20_000])
def test_day_of_id__uuid7_out_of_range__is_refused_by_name(days) -> None:
    with pytest.raises(identity.IdTimeOutOfRange):
        identity.day_of_id(a_uuid7(max(0, int(NOW_MS + days * DAY_MS))), now_ms=NOW_MS)


@pytest.mark.parametrize("days", [-29.9, 0.9])
def test_day_of_id__uuid7_in_range__is_accepted(days) -> None:
    assert identity.day_of_id(a_uuid7(int(NOW_MS + days * DAY_MS)), now_ms=NOW_MS)


def test_ids__site_kind_and_origin__never_meet() -> None:
    decision = b"d" * 16
    ids = {
        identity.of_token(site, decision, kind) for site in (1, 2) for kind in ("click", "viewable")
    } | {identity.of_id(site, text) for site in (1, 2) for text in ("a", "b")}
    assert len(ids) == 8


def test_digest__equal_parts__fit_a_bigint_and_differ_when_a_border_moves() -> None:
    assert identity.digest("ab", "c") != identity.digest("a", "bc")
    assert all(-(2**63) <= identity.digest(n) < 2**63 for n in range(1000))
