"""The only name of a visitor that is stored."""

import hmac

from delivery.pseudonym import Pseudonyms

ONE, TWO = b"first key", b"second key"


def test_of__same_id_and_site__is_the_same_name() -> None:
    names = Pseudonyms((ONE,))
    assert names.of(1, "u-42") == names.of(1, "u-42")
    assert len(names.of(1, "u-42")) == 16


def test_of__other_site_id_or_key__is_another_name() -> None:
    names = {
        Pseudonyms((key,)).of(site, raw) for key in (ONE, TWO) for site in (1, 2) for raw in "ab"
    }
    assert len(names) == 8


def test_of__rotated__meets_the_stored_names_rewritten_with_the_new_key() -> None:
    stored = Pseudonyms((ONE,)).of(1, "u-42")
    rewritten = hmac.digest(TWO, stored, "sha256")[:16]
    assert Pseudonyms((ONE, TWO)).of(1, "u-42") == rewritten


def test_of__any_unicode__has_a_name() -> None:
    assert len(Pseudonyms((ONE,)).of(1, "漢字 \x00 \ud800")) == 16
