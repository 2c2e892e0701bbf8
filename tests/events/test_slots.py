"""Whether a placement is on any page."""

import datetime as dt

import pytest

from events import slots
from tests.events import log
from tests.events.log import START, Row

pytestmark = pytest.mark.django_db
PLACE, ELSEWHERE = 3, 4
DAY = dt.timedelta(hours=24)


def _heard(place=PLACE, *, since=START - DAY, experiments=()):
    return slots.heard_of(place, experiments, since=since)


def test_heard_of__empty_log__no():
    log.forget()
    assert _heard() is False


def test_heard_of__default_shown_there__yes_and_only_there():
    log.forget()
    log.write([Row("impression", 1, experiment=None, variant=None, phase=None, placement=PLACE)])
    assert _heard() is True
    assert _heard(ELSEWHERE) is False
    assert _heard(since=START + DAY) is False


def test_heard_of__more_events_than_are_looked_at__nobody_can_say(monkeypatch):
    log.forget()
    log.write([Row("impression", 1, number=n, placement=ELSEWHERE) for n in range(9)])
    monkeypatch.setattr(slots, "LOOKED_AT", 3)
    assert _heard() is None
    assert _heard(since=START + DAY) is False
