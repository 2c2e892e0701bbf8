"""Sizes, counted in a real hot state."""

import dataclasses
import socket
import time

import pytest

from audiences import preview
from audiences.preview import Sample, Size, Unknown
from engine.assignment import targeting
from tests.audiences.profiles import a_profile, keep, store
from tests.factories import a_site

pytestmark = pytest.mark.django_db
NOW_MS = 1_795_348_800_000


def _rule(*items):
    return targeting.read({"all": list(items)})


SHOES = {"feature": "affinity.category.shoes", "op": "at_least", "value": 1.5}
PHONE = {"feature": "device", "op": "is", "value": "phone"}


def _size(site, *items):
    return preview.size(_rule(*items), preview.sample(site.pk), now_ms=NOW_MS)


def test_size__some_match__counted_among_the_known_of_this_site(site):
    keep(site, *[a_profile(NOW_MS, looks=looks) for looks in (1, 2, 3, 4)])
    keep(a_site("other"), a_profile(NOW_MS, looks=9))
    assert _size(site, SHOES) == Size(3, 4, complete=True, at_most=False)


def test_size__site_with_a_longer_number__not_mixed_up(site):
    with store() as valkey:
        valkey.set(b"profile:%d1:%b" % (site.pk, b"0" * 16), a_profile(NOW_MS))
    assert _size(site, SHOES) is Unknown.NOBODY


def test_size__nothing_known__no_zero(site):
    assert _size(site, SHOES) is Unknown.NOBODY


def test_size__known_but_none_matches__zero(site):
    keep(site, a_profile(NOW_MS, category="tea"))
    assert _size(site, SHOES) == Size(0, 1, complete=True, at_most=False)


def test_size__only_a_request_tells__no_number(site):
    keep(site, a_profile(NOW_MS))
    assert _size(site, PHONE) is Unknown.REQUEST
    assert _size(site, {"any": [SHOES, PHONE]}) is Unknown.REQUEST


def test_size__a_request_tells_part__at_most(site):
    keep(site, a_profile(NOW_MS, looks=3))
    assert _size(site, SHOES, PHONE) == Size(1, 1, complete=True, at_most=True)


def test_sample__more_than_wanted__a_sample(site):
    keep(site, *[a_profile(NOW_MS)] * 30)
    found = preview.sample(site.pk, most=10)
    assert isinstance(found, Sample)
    assert (len(found.profiles), found.complete) == (10, False)


def test_sample__broken_documents__left_out(site):
    keep(site, a_profile(NOW_MS), b"\xc1broken", b"")
    found = preview.sample(site.pk)
    assert len(found.profiles) == 1


@pytest.fixture
def state_at(settings):
    def point(url):
        settings.CONFIG = dataclasses.replace(settings.CONFIG, state_url=url)

    return point


@pytest.mark.parametrize("url", ["", "nonsense", "redis://127.0.0.1:1/0"])
def test_sample__store_away__said_at_once(site, state_at, url):
    state_at(url)
    started = time.monotonic()
    assert preview.sample(site.pk) is Unknown.AWAY
    assert time.monotonic() - started < 3


def test_sample__store_hangs__said_after_a_moment(site, state_at):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        state_at(f"redis://127.0.0.1:{silent.getsockname()[1]}/0")
        started = time.monotonic()
        assert preview.sample(site.pk) is Unknown.AWAY
        assert time.monotonic() - started < 6


def test_seen_values__of_the_sample__commonest_first(site):
    keep(site, *[a_profile(NOW_MS, category=name) for name in ("tea", "shoes", "tea")])
    assert preview.seen_values(preview.sample(site.pk)) == {"category": ["tea", "shoes"]}
    assert preview.seen_values(Unknown.AWAY) == {}
