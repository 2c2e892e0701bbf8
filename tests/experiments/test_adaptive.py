"""Learning: from counts to parameters in force, and back."""

import pytest

from delivery import learnt
from engine.errors import Conflict, IllegalMove
from events.models import Tally
from experiments import adaptive, policies
from experiments.models import Experiment, LearntSnapshot, Parameters, Status
from tests import factories
from workspace.models import AuditEntry

pytestmark = pytest.mark.django_db


@pytest.fixture
def bandit() -> Experiment:
    return factories.an_experiment(status=Status.RUNNING, variants=3, policy="thompson")


def count(experiment: Experiment, now, *pairs: tuple[int, int], mark: str = "") -> None:
    """Impressions and clicks per variant, as the roll-up would have counted them."""
    for variant, numbers in zip(experiment.variants.all(), pairs, strict=True):
        for kind, events in zip(("impression", "click"), numbers, strict=True):
            Tally.objects.update_or_create(
                site_id=experiment.site_id, experiment_id=experiment.pk, phase=experiment.phase,
                variant_id=variant.pk, day=now.date(), kind=kind, mark=mark,
                defaults={"events": events, "first_at": now, "last_at": now,
                          "last_received_at": now},
            )  # fmt: skip


def in_force() -> learnt.Entry:
    row = LearntSnapshot.objects.first()
    return learnt.decode(bytes(row.body), row.sha256).entries[0]


def test_learn__clear_winner__gets_the_traffic_and_is_published(bandit, now):
    count(bandit, now, (1000, 10), (1000, 60), (1000, 12))
    assert adaptive.learn(now=now) == 1
    entry, best = in_force(), bandit.variants.get(key="b").pk
    assert dict(entry.widths)[best] > 9_000
    assert sum(dict(entry.widths).values()) == 10_000
    assert (entry.experiment_id, entry.phase) == (bandit.pk, bandit.phase)
    assert entry.version == Parameters.objects.get().version


def test_learn__the_same_again__makes_no_new_version(bandit, now):
    count(bandit, now, (1000, 10), (1000, 60), (1000, 12))
    adaptive.learn(now=now)
    assert adaptive.learn(now=now) == 0
    assert Parameters.objects.count() == LearntSnapshot.objects.count() == 1


def test_learn__what_was_set_aside__counts_nothing(bandit, now):
    count(bandit, now, (100, 5), (100, 5), (100, 5))
    count(bandit, now, (9000, 0), (9000, 8000), (9000, 0), mark="bot")
    adaptive.learn(now=now)
    told = Parameters.objects.get().evidence.values()
    assert {one["trials"] for one in told} == {100}


def test_learn__fewer_than_before__is_refused_and_the_last_stays(bandit, now, caplog):
    count(bandit, now, (1000, 10), (1000, 60), (1000, 12))
    adaptive.learn(now=now)
    before = in_force()
    count(bandit, now, (1000, 10), (400, 1), (1000, 12))
    assert adaptive.learn(now=now) == 0
    assert in_force() == before
    assert "has not learned" in caplog.text


@pytest.mark.parametrize("status", [Status.DRAFT, Status.PAUSED, Status.STOPPED])
def test_learn__not_running__learns_nothing(now, status):
    experiment = factories.an_experiment(status=status, policy="thompson")
    count(experiment, now, (1000, 10), (1000, 60))
    assert adaptive.learn(now=now) == 0
    assert not adaptive.is_wanted()


def test_roll_back__and_release__pins_and_frees(bandit, now):
    count(bandit, now, (1000, 10), (1000, 60), (1000, 12))
    adaptive.learn(now=now)
    first = in_force()
    count(bandit, now, (2000, 200), (2000, 70), (2000, 20))
    adaptive.learn(now=now)
    assert in_force().version > first.version
    actor = factories.a_user()
    adaptive.roll_back(bandit, actor=actor, now=now)
    assert in_force() == first
    count(bandit, now, (3000, 400), (3000, 80), (3000, 30))
    adaptive.learn(now=now)
    assert in_force() == first, "held: what is learned meanwhile waits"
    adaptive.release(bandit, actor=actor, now=now)
    assert in_force().version == adaptive.newest(bandit).version
    actions = AuditEntry.objects.values_list("action", flat=True)
    assert {"roll_back", "release"} <= set(actions)


def test_roll_back__nothing_earlier__is_refused(bandit, now):
    with pytest.raises(IllegalMove):
        adaptive.roll_back(bandit, actor=None, now=now)
    count(bandit, now, (1000, 10), (1000, 60), (1000, 12))
    adaptive.learn(now=now)
    with pytest.raises(IllegalMove):
        adaptive.roll_back(bandit, actor=None, now=now)
    with pytest.raises(IllegalMove):
        adaptive.release(bandit, actor=None, now=now)


def test_change_policy__new_phase__forgets_what_was_learned(bandit, now):
    count(bandit, now, (1000, 10), (1000, 60), (1000, 12))
    adaptive.learn(now=now)
    seen = Experiment.objects.get(pk=bandit.pk)
    policies.change(bandit, policy="thompson", exploration_share=20, actor=None, now=now)
    bandit.refresh_from_db()
    assert (bandit.phase, bandit.exploration_share) == (2, 20)
    assert adaptive.in_force(bandit) is None
    adaptive.publish(now=now)
    row = LearntSnapshot.objects.first()
    assert learnt.decode(bytes(row.body), row.sha256).entries == ()
    with pytest.raises(Conflict):
        policies.change(seen, policy="fixed", exploration_share=10, actor=None, now=now)
