"""Somebody inflates a banner: all of it is stored, nothing of it counts, and both are shown."""

import datetime as dt
import json
import uuid
from dataclasses import dataclass, field, replace
from hashlib import sha256
from itertools import count

import pytest
from django.db import connection

from delivery import limits, sink
from delivery.doors import Current, DataPlane
from delivery.sink import Outcome
from delivery.snapshot import KeyEntry, SiteEntry
from delivery.token import Stamp
from delivery.wire import Request, Write
from events import filtering, rollup, store
from events.models import Alias, Event, UnitTotal
from experiments.models import Experiment
from experiments.reports import refresh, sections, verdict
from experiments.reports.payload import ReportData, decode
from tests.delivery.snapshots import a_live
from tests.delivery.test_intake import TOOLS
from tests.doors import BROWSER
from tests.experiments.reports.states import an_arm
from tests.experiments.reports.test_refresh import put
from tests.factories import NOW, an_experiment

pytestmark = pytest.mark.django_db
MANY, A_FEW, AT_ONCE = 10_000, 300, 250
HEADLESS = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 HeadlessChrome/140.0.0.0 Safari/537.36"
)
KEY = "pk_inflated"
MS = int(NOW.timestamp() * 1000)
_decisions = count()


@dataclass(slots=True)
class Attacked:
    """A running test that `b` has won, and a door at which somebody reports clicks on `a`."""

    experiment: Experiment
    current: Current
    stamp: bytes
    plane: DataPlane = field(
        default_factory=lambda: DataPlane(replace(TOOLS, watch=limits.Watch()))
    )

    def report(self, units, *, address="198.41.0.4", agent=BROWSER, ago_ms=5_000) -> int:
        """An impression and a click for each; how many were stored."""
        tokens = [self._token(unit, MS - ago_ms) for unit in units]
        events = [{"type": kind, "token": t} for t in tokens for kind in ("impression", "click")]
        batches = [events[i : i + AT_ONCE] for i in range(0, len(events), AT_ONCE)]
        return sum(self._send(batch, address, agent) for batch in batches)

    def _token(self, unit: int, ms: int) -> str:
        decision = ms.to_bytes(6, "big") + next(_decisions).to_bytes(10, "big")
        return TOOLS.signer.sign(decision, unit.to_bytes(16, "big"), self.stamp).decode()

    def _send(self, batch, address, agent) -> int:
        headers = {b"authorization": f"Bearer {KEY}".encode(), b"user-agent": agent.encode()}
        body = json.dumps({"events": batch}).encode()
        request = Request("POST", "/api/v1/events", "", headers, body, address)
        result = self.plane.handle(request, self.current, now=NOW.timestamp())
        assert isinstance(result, Write)
        outcomes = sink.write(connection.connection, result.records)
        assert result.answer(outcomes).status == 202
        return outcomes.count(Outcome.STORED)


@pytest.fixture
def attacked() -> Attacked:
    at = NOW - dt.timedelta(days=14)
    experiment = an_experiment(status="running", at=at, mde=5)
    put(experiment, an_arm(18_400), an_arm(18_424, ctr=0.107))
    site, control = experiment.site_id, experiment.variants.order_by("position")[0]
    key = KeyEntry(sha256(KEY.encode()).hexdigest(), 1, site, "publishable")
    live = a_live(sites=(SiteEntry(site, "shop", (), "CNY"),), keys=(key,), placements=())
    stamp = Stamp(site, 1, experiment.pk, experiment.phase, control.pk, 1, 0, 0.5, 0)
    return Attacked(experiment, Current(live, NOW.timestamp()), stamp.pack())


def read(experiment: Experiment) -> ReportData:
    """The report after everything that runs by itself has run."""
    rollup.run(now=NOW)
    filtering.set_aside_the_rest(now=NOW)
    return decode(refresh.refresh(experiment, now=NOW).payload)


def marks() -> dict[str, int]:
    found: dict[str, int] = {}
    for mark in Event.objects.exclude(kind="assigned").values_list("mark", flat=True):
        found[mark] = found.get(mark, 0) + 1
    return found


def counted(experiment: Experiment) -> dict:
    return store.aggregates(experiment.pk, experiment.phase)


def test_inflation__every_way_at_once__stored_marked_beside_and_the_winner_unchanged(attacked):
    experiment = attacked.experiment
    before, sums = read(experiment), counted(experiment)
    attacked.report([1] * MANY)
    attacked.report(range(100, 100 + MANY), address="198.41.7.7")
    attacked.report(range(50_000, 50_000 + A_FEW), address="198.41.9.9", agent=HEADLESS)
    after = read(experiment)
    assert marks() == {"rate": 4 * MANY, "bot": 2 * A_FEW}
    assert counted(experiment) == sums
    assert verdict.decide(after).kind == verdict.decide(before).kind == "use"
    assert (after.units, after.primary()) == (before.units, before.primary())
    found = sections.of(after, verdict.decide(after)).suspicious
    visitors, *_rest = found.rows
    assert visitors[1:] == ("36,824", f"{36_824 + 1 + MANY + A_FEW:,}")
    assert f"in crowds from one network: {4 * MANY:,}" in " ".join(found.sentences)
    assert f"declared robots: {2 * A_FEW}" in " ".join(found.sentences)


def test_inflation__clicks_quicker_than_people__visitors_count_and_their_clicks_do_not(attacked):
    experiment = attacked.experiment
    for number in range(A_FEW):
        attacked.report([number], address=f"198.41.{number % 250}.1", ago_ms=150)
    data = read(experiment)
    assert marks() == {"": A_FEW, "too_soon": A_FEW}
    [arm] = [days[NOW.date()] for days in counted(experiment).values() if NOW.date() in days]
    assert (arm.n, arm.sum("clicks")) == (A_FEW, 0)
    assert verdict.decide(data).kind == "use"
    assert store.health(experiment.pk, 1).suspicious == {"too_soon": A_FEW}


def test_filtering__visitor_beyond_what_people_do__the_rest_of_theirs_goes_too(attacked):
    attacked.report([1] * 400)
    rollup.run(now=NOW)
    assert Event.objects.filter(mark="", kind="click").count() == 28
    assert filtering.set_aside_the_rest(now=NOW) == 29 + 28
    assert not UnitTotal.objects.filter(suspicious=False, clicks__gt=0).exists()
    assert filtering.set_aside_the_rest(now=NOW) == 0


def test_filtering__visitor_of_two_names__whatever_they_are_counted_under(attacked):
    low, high = (uuid.UUID(int=n) for n in (1, 2))
    Alias.objects.create(site_id=attacked.experiment.site_id, unit=high, canonical=low)
    attacked.report([2] * 400)
    rollup.run(now=NOW)
    assert UnitTotal.objects.filter(suspicious=False, clicks__gt=0).get().unit == low
    assert filtering.set_aside_the_rest(now=NOW) == 29 + 28


def test_filtering__somebody_else_and_an_old_note__left_alone(attacked):
    attacked.report([1] * 400)
    attacked.report([2] * 3)
    rollup.run(now=NOW)
    assert filtering.set_aside_the_rest(now=NOW + dt.timedelta(hours=2)) == 0
    filtering.set_aside_the_rest(now=NOW)
    assert Event.objects.filter(mark="").count() == 6
