"""The profiles of a site from its log: the fold of the data plane, from the beginning."""

import datetime as dt
from collections.abc import Iterator
from itertools import groupby, islice

import msgspec
from django.conf import settings

from delivery.folding import acts_of, folded
from delivery.sink import Record
from delivery.snapshot import SiteEntry
from delivery.state import PatientStore
from delivery.visitor import state_key
from engine.profiles.state import Profile
from events.models import Event
from workspace.models import Site

TOGETHER = 1_000
"""Profiles written in one round trip."""


def rebuild(site: Site, profiles: PatientStore, *, now: dt.datetime) -> int:
    """Put what the log says in the place of what the hot state holds; how many are alive.

    What happens while this runs may be missing or count twice until the next rebuild.
    """
    profiles.clear(site.pk)
    now_ms, alive, found = int(now.timestamp() * 1000), 0, _profiles(site)
    while some := dict(islice(found, TOGETHER)):
        alive += profiles.replace(some, now_ms=now_ms)
    return alive


def forget(site: Site, *, seconds: float) -> None:
    """Forget what is known of the visitors of a site; without a state store there is nothing."""
    if url := settings.CONFIG.state_url:
        PatientStore(url, seconds=seconds).clear(site.pk)


def _profiles(site: Site) -> Iterator[tuple[bytes, Profile]]:
    entry = SiteEntry(site.pk, site.key, (), site.currency, timezone=site.timezone, profiles=True)
    rows = Event.objects.filter(site_id=site.pk, mark="").order_by("unit", "seq")
    for unit, events in groupby(map(_record, rows.iterator()), key=lambda record: record.unit):
        acts = acts_of(events, {site.pk: entry})
        profile = folded(None, acts.get(state_key(site.pk, unit), ()))
        if profile is not None:
            yield state_key(site.pk, unit), profile


def _record(event: Event) -> Record:
    """A row of the log as the data plane wrote it, as far as a profile is concerned."""
    return Record(
        day=event.day,
        id=event.id.bytes,
        digest=event.digest,
        site_id=event.site_id,
        kind=event.kind,
        unit=event.unit.bytes,
        occurred_at=event.occurred_at,
        received_at=event.received_at,
        creative_version_id=event.creative_version_id,
        flags=event.flags,
        amount=event.amount,
        mark=event.mark,
        properties=msgspec.json.encode(event.properties).decode() if event.properties else None,
    )
