"""Live shoppers: a modest stream that keeps the running experiments of a demo alive.

Every burst asks the data plane for the banners of the placements where something runs, and reports
what `demo.tastes` says that such shoppers do. It knows nothing of what is being learned.
"""

import datetime as dt
import http.client
import logging
import random
import uuid
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from demo import credentials, data, loop_stories, tastes
from demo.models import DemoSite, Pace
from demo.parcels import Comer, Counter, Wish, happened
from demo.rounds import RoundCrowd
from demo.shoppers import Door, Json
from demo.simulation import PLACEMENT as SIMULATOR
from demo.turn import free_turn
from engine.errors import LabError
from experiments.models import Experiment, Status
from workspace import audit

EVERY = 10  # seconds between two bursts
PER_MINUTE: Mapping[str, int] = MappingProxyType(
    {Pace.OFF: 0, Pace.CALM: 30, Pace.BUSY: 150, Pace.RUSH: 600}
)
PATIENCE = 1.0  # seconds for the data plane to say that it is there
_log = logging.getLogger(__name__)


def send_bursts(*, now: dt.datetime) -> int:
    """One burst on every demo site that is not off; how many shoppers came."""
    sites = DemoSite.objects.exclude(pace=Pace.OFF).values_list("site", flat=True)
    return sum(send_burst(site_id, now=now) for site_id in sites)


def send_burst(site_id: int, *, now: dt.datetime) -> int:
    """Ten seconds' worth of shoppers; none while another burst, a reset or the past is at work."""
    with free_turn(site_id) as demo:
        if demo is None or data.unfinished(demo.site) is not None:
            return 0
        places, known = _places(site_id), credentials.read()
        if not places or known is None or not is_there():
            return 0
        chance = random.Random(uuid.uuid4().hex)  # noqa: S311 - a simulation
        door = Door(settings.DELIVERY_URL, known.keys.secret)
        try:
            at = chance.choices(places, k=PER_MINUTE[demo.pace] * EVERY // 60)
            return _burst(at, loop_stories.worlds(demo.site), door, chance, now)
        except LabError as problem:
            _log.info("a burst of simulated shoppers gave up: %s", problem)
            return 0


def set_pace(
    demo: DemoSite, pace: Pace, *, actor: AbstractBaseUser | None, now: dt.datetime
) -> None:
    """How many shoppers come from the next burst on."""
    before = audit.state_of(demo)
    with transaction.atomic():
        demo.pace = pace
        demo.save(update_fields=["pace"])
        audit.record(
            site=demo.site,
            actor=actor,
            action="change",
            subject=demo,
            before=before,
            after=audit.state_of(demo),
            now=now,
        )


def is_there() -> bool:
    """Whether the data plane answers; asked once, because a burst must not wait for it."""
    parts = urlsplit(settings.DELIVERY_URL)
    secure = parts.scheme == "https"
    kind = http.client.HTTPSConnection if secure else http.client.HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=PATIENCE)
    try:
        connection.request("GET", f"{parts.path}/readyz")
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _places(site_id: int) -> list[str]:
    """Where something runs. The simulator's slot belongs to its own crowds."""
    running = Experiment.objects.filter(
        site=site_id, status=Status.RUNNING, origin=Experiment.Origin.LIVE
    )
    keys = running.exclude(placement__key=SIMULATOR).values_list("placement__key", flat=True)
    return sorted({key for key in keys if key})


def _burst(
    at: list[str], worlds: loop_stories.Worlds, door: Door, chance: random.Random, now: dt.datetime
) -> int:
    """Each shopper in front of one placement; those with a world of their own live in that."""
    for place, (key, world) in worlds.items():
        visits = at.count(place)
        with RoundCrowd(door, place, key, replace(world, seed=chance.getrandbits(32))) as crowd:
            crowd.send(next(crowd.world.rounds(visits, 1)) if visits else [])
    wishes = [_wish(place, chance) for place in at if place not in worlds]
    with Counter(door) as counter:
        comers = [
            Comer(wish, tastes.life(tastes.of(decision["creative"]["key"]), chance), [decision])
            for wish, decision in zip(wishes, counter.ask(wishes), strict=True)
            if decision.get("creative")
        ]
        again = [comer for comer in comers if len(comer.life.looks) > 1]
        for comer, decision in zip(again, counter.ask([c.wish for c in again]), strict=True):
            comer.decisions.append(decision)
        counter.send([event for comer in comers for event in _events(comer, chance, now)])
    return len(at)


def _wish(place: str, chance: random.Random) -> Wish:
    return Wish(f"live-{uuid.uuid4().hex}", place, tastes.device(place, chance))


def _events(comer: Comer, chance: random.Random, now: dt.datetime) -> list[Json]:
    if comer.life.lost and comer.wish.device == "phone":
        return []
    span = dt.timedelta(seconds=EVERY)
    moments = sorted(now - span * chance.random() for _look in comer.life.looks)
    return list(happened(comer, moments))
