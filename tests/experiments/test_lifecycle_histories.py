"""Whatever people and the clock do, in whatever order: the table holds, and the log tells it all.

Random histories of one experiment. After every step a plain memory of the status, which shares no
code with the moves, says what must have happened.
"""

import datetime as dt
from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.errors import Conflict, IllegalMove, LabError
from experiments import due, layers, lifecycle, schedules
from experiments.models import Experiment, SealedPlan, Status
from tests import factories
from tests.factories import NOW
from workspace.models import AuditEntry, Role

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)
TABLE = {
    "submit": {"draft": "in_review"},
    "withdraw": {"in_review": "draft"},
    "approve": {"in_review": "running"},
    "send_back": {"in_review": "draft"},
    "schedule": {"draft": "scheduled"},
    "unschedule": {"scheduled": "draft"},
    "start": {"draft": "running", "scheduled": "running"},
    "pause": {"running": "paused"},
    "resume": {"paused": "running"},
    "stop": {"running": "stopped", "paused": "stopped"},
    "decide": {"stopped": "decided"},
    "archive": {"draft": "archived", "stopped": "archived", "decided": "archived"},
    "restore": {"archived": ""},
}
STEPS = st.tuples(
    st.sampled_from([*TABLE, "start", "pause", "resume", "tick"]),
    st.sampled_from(["owner", "other"]),
    st.booleans(),  # whether somebody else acts on the same state first
)
HISTORIES = st.lists(STEPS, min_size=6, max_size=16)
FIXED = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
EXTRA = {
    "decide": {"variant_key": "", "reason": "Enough seen."},
    "send_back": {"reason": "Another picture."},
}


@dataclass(slots=True)
class Memory:
    """What it must be."""

    review: bool
    status: str = "draft"
    before: str = ""
    submitter: str = ""

    def after(self, move: str, who: str, starts_at: dt.datetime | None, now: dt.datetime) -> str:
        """The status a move leads to; "" where it must be refused."""
        if move == "restore" and self.status == "archived":
            return self.before
        found = TABLE[move].get(self.status, "")
        if self.review and self.status == "draft" and move in {"start", "schedule"}:
            return ""
        if move == "approve" and found:
            later = starts_at is not None and starts_at > now
            own = who in {"owner", self.submitter}
            return "" if own else "scheduled" if later else found
        return found

    def moved(self, status: str) -> None:
        self.before = self.status if status == "archived" else ""
        self.status = status


def rows(experiment):
    return AuditEntry.objects.filter(object_type="experiment", object_key=experiment.key).count()


def check(experiment: Experiment, memory: Memory) -> None:
    """Status and moments fit together."""
    assert experiment.status == memory.status
    assert experiment.stage == (memory.before or memory.status)
    begun = experiment.stage in {"running", "paused", "stopped", "decided"}
    ended = experiment.stage in {"stopped", "decided"}
    assert (experiment.started_at is not None) is begun is experiment.has_begun
    assert (experiment.stopped_at is not None) is ended
    assert (experiment.decided_at is not None) is (experiment.stage == "decided")
    assert (experiment.archived_from != "") is (experiment.status == "archived")
    if experiment.status == Status.IN_REVIEW:
        assert experiment.submitted_at is not None
        assert experiment.approved_at is None
    if experiment.status == Status.DRAFT:
        assert (experiment.submitted_at, experiment.approved_at) == (None, None)
    assert SealedPlan.objects.filter(experiment=experiment).count() == int(begun)
    assert bool(experiment.slice) is (begun and experiment.stage != "decided")
    taken = [row.pk for row in layers.neighbours(experiment.placement)]
    assert (experiment.pk in taken) is (experiment.status in {"running", "paused"})


def make(move: str, experiment: Experiment, actor, now: dt.datetime) -> None:
    extra = {"starts_at": now + HOUR} if move == "schedule" else EXTRA.get(move, {})
    getattr(lifecycle, move)(experiment, actor=actor, now=now, **extra)


def tick(experiment: Experiment, memory: Memory, now: dt.datetime) -> None:
    """The clock comes by; it starts what is scheduled, and nothing else."""
    count, begins = rows(experiment), experiment.starts_at
    done = due.act(now=now)
    starts = memory.status == "scheduled" and begins is not None and begins <= now
    assert (done, rows(experiment)) == (int(starts), count + starts)
    if starts:
        memory.moved("running")


def step(experiment: Experiment, memory: Memory, action, actors, now: dt.datetime) -> None:
    """One move, alone or with somebody who had read the same and comes second."""
    move, who, contested = action
    count, expected = rows(experiment), memory.after(move, who, experiment.starts_at, now)
    late = Experiment.objects.get(pk=experiment.pk)
    try:
        make(move, experiment, actors[who], now)
    except IllegalMove:
        assert not expected
        assert rows(experiment) == count
        return
    assert expected
    memory.moved(expected)
    memory.submitter = who if move == "submit" else memory.submitter
    assert rows(experiment) == count + 1
    if contested:
        with pytest.raises(Conflict):
            make(move, late, actors[who], now)
        assert rows(experiment) == count + 1


@pytest.mark.parametrize("review", [False, True])
@settings(max_examples=8, deadline=None, suppress_health_check=FIXED)
@given(history=HISTORIES, ahead=st.booleans())
def test_history__any__only_moves_of_the_table_each_with_one_audit_row(review, history, ahead):
    site = factories.a_site(f"shop-{review}", launch_review=review)
    actors = {
        "owner": factories.a_user(role=Role.MARKETER, site=site),
        "other": factories.a_user(role=Role.ADMINISTRATOR, site=site),
    }
    starts_at = NOW + 5 * HOUR if ahead else None
    experiment = factories.an_experiment(site, owner=actors["owner"], starts_at=starts_at)
    experiment.placement.layer = experiment.key
    experiment.placement.save()
    memory = Memory(review)
    for number, action in enumerate(history):
        now = NOW + number * HOUR
        if action[0] == "tick":
            tick(experiment, memory, now)
        else:
            step(experiment, memory, action, actors, now)
        experiment = Experiment.objects.get(pk=experiment.pk)
        check(experiment, memory)
    Experiment.objects.filter(pk=experiment.pk).delete()


@settings(max_examples=20, deadline=None, suppress_health_check=FIXED)
@given(seconds=st.integers(0, 3 * 366 * 86_400))
def test_moment__any_minute_of_a_shops_clock__comes_back_as_it_was_written(seconds):
    site = factories.a_site("berlin", timezone="Europe/Berlin")
    local = dt.datetime.fromisoformat("2026-01-01T00:00") + dt.timedelta(seconds=seconds)
    local = local.replace(second=0)
    try:
        found = schedules.moment(site, local, field="starts_at")
    except LabError:
        assert (local.month, local.hour) == (3, 2)  # the hour that is skipped in spring
        return
    assert schedules.said(site, found).startswith(f"{local:%Y-%m-%d %H:%M} (")
