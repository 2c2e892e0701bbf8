"""Too much is refused: Home says so, and the shop's server is told once a day."""

import datetime as dt
import json

import pytest
from django.utils import timezone

from events import outcomes
from events.models import Settled, Tally
from experiments import alarms
from tests import factories
from workspace.models import Delivery, Role, Webhook, new_secret

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 11, 26, 9, 0, tzinfo=dt.UTC)


@pytest.fixture
def site():
    return factories.a_site()


@pytest.fixture
def hook(site) -> Webhook:
    return Webhook.objects.create(site=site, url="http://127.0.0.1:9/", secret=new_secret())


def arrived(site, stored: int, rejected: int, *, at: dt.datetime = NOW) -> None:
    """So many events of today."""
    for mark, events in (("", stored), ("bot", 2)):
        Tally.objects.create(
            site_id=site.pk,
            day=at.astimezone(outcomes.zone_of(site)).date(),
            kind="click",
            mark=mark,
            events=events,
            first_at=at,
            last_at=at,
            last_received_at=at,
        )
    for reason, events in (("token_expired", rejected - 1), ("bad_time", 1)):
        Settled.objects.create(
            site_id=site.pk, at=at, kind="click", outcome="rejected", reason=reason, events=events
        )


def test_recent__in_one_question__is_what_the_days_add_up_to(
    site, django_assert_num_queries
) -> None:
    arrived(site, 100, 7)
    Settled.objects.create(site_id=site.pk, at=NOW, kind="click", outcome="conflict", events=3)
    arrived(site, 50, 9, at=NOW - dt.timedelta(days=4))
    with django_assert_num_queries(1):
        found = outcomes.recent(site, now=NOW)
    assert found == outcomes.Numbers(stored=100, filtered=2, conflict=3, rejected=7)


@pytest.mark.parametrize(("rejected", "said"), [(5, False), (9, True)])
def test_home__share_of_rejected_events__is_said_when_it_is_over_the_threshold(
    client, site, rejected, said
) -> None:
    arrived(site, 100, rejected, at=timezone.now())
    client.force_login(factories.a_user("ann", role=Role.ANALYST, site=site))
    home = client.get("/s/shop/").content.decode()
    assert ("8.1 % of the events since yesterday were rejected: 9 of 111." in home) is said
    assert ('<a class="btn btn-sm" href="/s/shop/health/">' in home) is said


def test_tell__too_much_is_refused__log_and_webhook_once_a_day(site, hook) -> None:
    arrived(site, 100, 9)
    factories.a_site("other")
    assert [alarms.tell(now=NOW + n * dt.timedelta(minutes=5)) for n in range(3)] == [1, 0, 0]
    [message] = Delivery.objects.all()
    told = json.loads(message.body)
    assert told["type"] == "events.rejected"
    assert told["data"]["reasons"] == {"token_expired": 8, "bad_time": 1}
    assert told["data"]["text"] == ("8.1 % of the events since yesterday were rejected: 9 of 111.")
    assert told["data"]["link"].endswith("/s/shop/health/")
    [entry] = site.audit_entries.filter(action=alarms.MANY_REJECTED)
    assert entry.actor_name == "system"
    assert alarms.tell(now=NOW + dt.timedelta(hours=25)) == 1


def test_tell__few_or_none__nothing(site, hook) -> None:
    assert alarms.tell(now=NOW) == 0
    arrived(site, 60, 30)  # of less than a hundred the share says nothing
    assert alarms.tell(now=NOW) == 0
    assert not Delivery.objects.exists()
