"""Rejected events taken in later: each once, as of when it came, and the sums stay whole."""

import datetime as dt
import json

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.utils import timezone

from delivery import intake, refusing, sink
from delivery.draft import Refused, Sender
from delivery.moment import Tools
from delivery.record import Record, Refusal
from delivery.settling import MARKER
from delivery.snapshot import SiteEntry
from events import replaying
from events.models import Event, Rejected, Settled
from events.replaying import Wanted
from tests import factories
from tests.delivery.test_sink import a_record
from workspace import jobs
from workspace.models import AuditEntry, Job

NOW = dt.datetime(2026, 11, 22, 6, 0, tzinfo=dt.UTC)
PURCHASE = {"type": "purchase", "user_id": "u-42", "amount": 100, "currency": "EUR"}


@pytest.fixture
def site(db):
    connection.ensure_connection()
    return factories.a_site(currency="CNY")


def sent(site, *events, now: dt.datetime = NOW, currency: str | None = None) -> None:
    """What the data plane writes of these events."""
    entry = SiteEntry(site.pk, site.key, (), currency or site.currency)
    tools = Tools.of(settings.CONFIG)
    sender = Sender(entry, True, now, int(now.timestamp() * 1000), locale="de")
    records: list[Record] = []
    refusals: list[Refusal] = []
    for event in events:
        raw = json.dumps(event).encode()
        try:
            records.append(intake.record(raw, sender, tools))
        except Refused as why:
            refusals.append(refusing.refusal(raw, why, sender, tools))
    with transaction.atomic():
        sink.write(connection.connection, records, refusals)


def settled() -> dict[str, int]:
    found: dict[str, int] = {}
    for row in Settled.objects.exclude(outcome=MARKER):
        found[row.outcome] = found.get(row.outcome, 0) + row.events
    return found


def replayed(site, wanted: Wanted | None = None) -> dict[str, int]:
    return dict(replaying.replay(site, wanted or Wanted(), actor=None, now=timezone.now()).counts)


def test_replay__after_the_cause_is_mended__takes_each_in_once(site) -> None:
    sent(site, *(PURCHASE | {"id": f"o-{n}"} for n in range(3)), {"type": "vue"})
    assert replayed(site) == {"rejected": 4}
    assert settled() == {"rejected": 4}
    site.currency = "EUR"
    site.save()
    assert replayed(site) == {"stored": 3, "rejected": 1}
    assert replayed(site) == {"rejected": 1}
    assert (Event.objects.count(), settled()) == (3, {"rejected": 1})
    event = Event.objects.first()
    assert (event.received_at, event.locale) == (NOW, "de")
    same = Tools.of(settings.CONFIG).pseudonyms.of(site.pk, "u-42")
    assert event.unit.bytes == same


def test_replay__of_what_came_in_meanwhile__is_a_duplicate_or_a_conflict(site) -> None:
    sent(site, PURCHASE | {"id": "o-1"}, PURCHASE | {"id": "o-2"})
    site.currency = "EUR"
    site.save()
    sent(site, PURCHASE | {"id": "o-1"}, PURCHASE | {"id": "o-2", "amount": 7})
    assert replayed(site) == {"duplicate": 1, "conflict": 1}
    assert (Event.objects.count(), settled()) == (
        2,
        {"rejected": 0, "duplicate": 1, "conflict": 1},
    )


def test_replay__of_one_reason_since_a_time__leaves_the_rest(site) -> None:
    sent(site, PURCHASE | {"id": "o-1"}, {"type": "vue"})
    sent(site, PURCHASE | {"id": "o-2"}, now=NOW + dt.timedelta(days=1))
    site.currency = "EUR"
    site.save()
    wanted = Wanted("other_currency", NOW + dt.timedelta(hours=1))
    assert replayed(site, wanted) == {"stored": 1}
    assert Rejected.objects.filter(replayed_as="").count() == 2


def test_replay__ids_that_are_no_ids__are_refused_for_the_same_reason(site) -> None:
    bad = [{"user_id": 42}, {"user_id": ""}, {"user_id": "u" * 300}, {"user_id": {"a": 1}}]
    sent(site, *({"type": "page_view", "id": "1"} | one for one in bad))
    assert replayed(site) == {"rejected": 4}
    for row in Rejected.objects.all():
        sender = refusing.sender_of(row.sender, replaying._entry(site))
        with pytest.raises(Refused) as caught:
            intake.record(row.payload.encode(), sender, replaying._tools())
        assert (caught.value.reason, caught.value.field) == (row.reason, row.field)


def test_replay__what_was_cut__is_left_alone(site) -> None:
    sent(site, {"type": "vue", "text": "x" * 20_000})
    assert replayed(site) == {}


def test_replay__rows_that_the_database_refuses__do_not_hold_up_the_others(site) -> None:
    bad = refusing._of_record(a_record(5, properties="{"))
    good = refusing._of_record(a_record(6))
    with transaction.atomic():
        sink.write(connection.connection, [], [bad, good])
    Rejected.objects.update(site_id=site.pk)
    assert replayed(site) == {"rejected": 1, "stored": 1}
    assert Event.objects.count() == 1


def test_command__is_audited_and_tells_what_came_of_it(site, capsys) -> None:
    sent(site, PURCHASE | {"id": "o-1"})
    site.currency = "EUR"
    site.save()
    call_command("replay_rejected", site=site.key, reason="other_currency", since="2026-11-22")
    assert capsys.readouterr().out.strip() == f"{site.key}: stored 1"
    entry = AuditEntry.objects.get(action="replay")
    assert (entry.after, entry.reason) == ({"stored": 1}, "other_currency")
    call_command("replay_rejected")
    assert AuditEntry.objects.filter(action="replay").count() == 1


@pytest.mark.parametrize("options", [{"site": "nowhere"}, {"since": "yesterday"}])
def test_command__what_is_not_there__is_said(site, options) -> None:
    with pytest.raises(CommandError):
        call_command("replay_rejected", **options)


def test_job__asked_for_on_a_page__does_the_same(site) -> None:
    sent(site, PURCHASE | {"id": "o-1"})
    site.currency = "EUR"
    site.save()
    job = replaying.ask(site, Wanted("other_currency", NOW), actor=None, now=timezone.now())
    jobs.run(job.pk, now=timezone.now())
    job.refresh_from_db()
    assert (job.status, job.result) == (Job.Status.DONE, {"stored": 1})
