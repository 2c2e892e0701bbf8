"""Wishes in the shop's zone: what can be set when, and how a moment is said."""

import datetime as dt

import pytest

from engine.errors import Conflict, IllegalMove, InvalidInput
from experiments import schedules
from experiments.models import Experiment, Status
from experiments.schedules import Wishes
from tests import factories

pytestmark = pytest.mark.django_db
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)


@pytest.fixture
def berlin():
    return factories.a_site("berlin", timezone="Europe/Berlin")


def test_moment__ordinary_time__by_the_shops_clock(berlin):
    found = schedules.moment(
        berlin, dt.datetime.fromisoformat("2026-07-01T09:00"), field="starts_at"
    )
    assert found == dt.datetime(2026, 7, 1, 7, 0, tzinfo=dt.UTC)


def test_moment__hour_that_the_clocks_skip__refused(berlin):
    with pytest.raises(InvalidInput, match="does not exist") as refused:
        schedules.moment(berlin, dt.datetime.fromisoformat("2026-03-29T02:30"), field="starts_at")
    assert refused.value.field == "starts_at"


def test_moment__hour_that_comes_twice__the_first_and_utc_says_which(berlin):
    found = schedules.moment(
        berlin, dt.datetime.fromisoformat("2026-10-25T02:30"), field="starts_at"
    )
    assert found == dt.datetime(2026, 10, 25, 0, 30, tzinfo=dt.UTC)
    assert schedules.said(berlin, found) == "2026-10-25 02:30 (00:30 UTC)"


@pytest.mark.parametrize(
    ("zone", "text"),
    [
        ("UTC", "2026-11-22 20:00 UTC"),
        ("Asia/Shanghai", "2026-11-23 04:00 (2026-11-22 20:00 UTC)"),
        ("Europe/Berlin", "2026-11-22 21:00 (20:00 UTC)"),
    ],
)
def test_said__any_zone__utc_stands_beside_it(zone, text):
    site = factories.a_site(f"in-{zone[:4].lower()}", timezone=zone)
    assert schedules.said(site, dt.datetime(2026, 11, 22, 20, 0, tzinfo=dt.UTC)) == text


@pytest.mark.parametrize(
    ("status", "wishes", "field"),
    [
        ("draft", {"starts_at": -HOUR}, "starts_at"),
        ("draft", {"ends_at": -HOUR}, "ends_at"),
        ("draft", {"starts_at": 2 * HOUR, "ends_at": HOUR}, "ends_at"),
        ("draft", {"ends_at": 400 * DAY}, "ends_at"),
        ("draft", {"end_action": "stop"}, "ends_at"),
        ("draft", {"ends_at": HOUR, "end_action": "explode"}, "end_action"),
        ("draft", {"ends_at": HOUR, "end_action": "ship_variant"}, "end_variant"),
        (
            "draft",
            {"ends_at": HOUR, "end_action": "ship_variant", "end_variant": "z"},
            "end_variant",
        ),
        ("draft", {"ends_at": HOUR, "end_variant": "b"}, "end_variant"),
        ("scheduled", {}, "starts_at"),
        ("running", {"starts_at": HOUR}, "starts_at"),
    ],
)
def test_change__wish_that_cannot_be_kept__refused(now, status, wishes, field):
    experiment = factories.an_experiment(status=status)
    moments = {n: now + v for n, v in wishes.items() if isinstance(v, dt.timedelta)}
    with pytest.raises(InvalidInput) as refused:
        schedules.change(experiment, Wishes(**wishes | moments), actor=None, now=now)
    assert refused.value.field == field


@pytest.mark.parametrize("status", ["in_review", "stopped", "decided", "archived"])
def test_change__under_review_or_over__refused(now, status):
    experiment = factories.an_experiment(status=status)
    with pytest.raises(IllegalMove):
        schedules.change(experiment, Wishes(ends_at=now + DAY), actor=None, now=now)


def test_change__running__end_and_what_happens_then(now):
    experiment = factories.an_experiment(status=Status.RUNNING)
    wishes = Wishes(ends_at=now + DAY, end_action="ship_variant", end_variant="b")
    schedules.change(experiment, wishes, actor=None, now=now)
    stored = Experiment.objects.get(pk=experiment.pk)
    assert (stored.ends_at, stored.end_action, stored.end_variant) == (
        now + DAY,
        "ship_variant",
        "b",
    )


def test_change__a_later_end_after_one_that_has_been__comes_into_force(now):
    experiment = factories.an_experiment(status=Status.RUNNING, ends_at=now + HOUR)
    Experiment.objects.filter(pk=experiment.pk).update(
        end_handled_at=now + HOUR, told={"code": "ended"}
    )
    experiment.refresh_from_db()
    schedules.change(experiment, Wishes(ends_at=now + DAY), actor=None, now=now + 2 * HOUR)
    assert (experiment.end_handled_at, experiment.told) == (None, {})


def test_change__somebody_was_first__says_what_differs_and_who(now):
    anna = factories.a_user("anna")
    mine = factories.an_experiment()
    theirs = Experiment.objects.get(pk=mine.pk)
    schedules.change(theirs, Wishes(ends_at=now + DAY, end_action="stop"), actor=anna, now=now)
    with pytest.raises(
        Conflict, match=r"At the end: Say so, and go on → Stop it \(anna\)"
    ) as raised:
        schedules.change(mine, Wishes(ends_at=now + 2 * DAY), actor=None, now=now)
    differing = {one.field for one in raised.value.differences}
    assert differing == {"ends_at", "end_action"}
