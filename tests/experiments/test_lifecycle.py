"""The life cycle: every pair of status and move, two people at once, and what each move leaves."""

import datetime as dt
import threading

import pytest
from django.db import connection

from creatives.models import Placement
from engine.errors import Conflict, IllegalMove, InvalidInput
from experiments import launch, layers, lifecycle
from experiments.lifecycle import MOVES, Move
from experiments.models import Experiment, ReportVersion, Status
from experiments.reports import refresh
from tests import factories
from workspace.models import AuditEntry, Role

pytestmark = pytest.mark.django_db

PAIRS = [(status, move) for status in Status for move in Move]
LEGAL = {
    (Status.DRAFT, Move.SUBMIT): Status.IN_REVIEW,
    (Status.IN_REVIEW, Move.WITHDRAW): Status.DRAFT,
    (Status.IN_REVIEW, Move.APPROVE): Status.RUNNING,
    (Status.IN_REVIEW, Move.SEND_BACK): Status.DRAFT,
    (Status.DRAFT, Move.SCHEDULE): Status.SCHEDULED,
    (Status.SCHEDULED, Move.UNSCHEDULE): Status.DRAFT,
    (Status.DRAFT, Move.START): Status.RUNNING,
    (Status.SCHEDULED, Move.START): Status.RUNNING,
    (Status.RUNNING, Move.PAUSE): Status.PAUSED,
    (Status.PAUSED, Move.RESUME): Status.RUNNING,
    (Status.RUNNING, Move.STOP): Status.STOPPED,
    (Status.PAUSED, Move.STOP): Status.STOPPED,
    (Status.STOPPED, Move.DECIDE): Status.DECIDED,
    (Status.DRAFT, Move.ARCHIVE): Status.ARCHIVED,
    (Status.STOPPED, Move.ARCHIVE): Status.ARCHIVED,
    (Status.DECIDED, Move.ARCHIVE): Status.ARCHIVED,
    (Status.ARCHIVED, Move.RESTORE): Status.DRAFT,
}


def _make(move: Move, experiment: Experiment, now: dt.datetime) -> None:
    extra = {
        Move.DECIDE: {"variant_key": "b", "reason": "B is better."},
        Move.SEND_BACK: {"reason": "Say why the picture is warmer."},
        Move.SCHEDULE: {"starts_at": now + dt.timedelta(days=1)},
    }
    actor = factories.a_user() if move is Move.APPROVE else None
    getattr(lifecycle, move)(experiment, actor=actor, now=now, **extra.get(move, {}))


def _entries(experiment):
    return AuditEntry.objects.filter(object_type="experiment", object_key=experiment.key)


@pytest.mark.parametrize(("status", "move"), [p for p in PAIRS if p in LEGAL])
def test_move__in_the_table__leads_there_with_one_audit_row(status, move, now):
    experiment = factories.an_experiment(status=status)
    revision, entries = experiment.revision, _entries(experiment).count()
    _make(move, experiment, now)
    stored = Experiment.objects.get(pk=experiment.pk)
    assert stored.status == experiment.status == LEGAL[status, move]
    assert stored.revision == revision + 1
    assert _entries(experiment).count() == entries + 1
    entry = _entries(experiment).first()
    assert (entry.action, entry.before["status"], entry.after["status"]) == (
        move,
        status,
        stored.status,
    )


@pytest.mark.parametrize(("status", "move"), [p for p in PAIRS if p not in LEGAL])
def test_move__not_in_the_table__refused_and_says_what_is_possible(status, move, now):
    experiment = factories.an_experiment(status=status)
    before = (experiment.revision, _entries(experiment).count())
    with pytest.raises(IllegalMove) as refused:
        _make(move, experiment, now)
    for possible in lifecycle.possible(status):
        assert str(lifecycle.WORDS[possible]) in str(refused.value)
    stored = Experiment.objects.get(pk=experiment.pk)
    assert stored.status == status
    assert (stored.revision, _entries(experiment).count()) == before


def test_table__all_moves__known_statuses_only():
    table = {(s, m): to for m, row in MOVES.items() for s, to in row.items()}
    assert table.keys() == LEGAL.keys()
    assert all(LEGAL[pair] in to for pair, to in table.items())
    assert {pair for pair, to in table.items() if len(to) > 1} == {
        (Status.IN_REVIEW, Move.APPROVE),
        (Status.ARCHIVED, Move.RESTORE),
    }


def test_move__somebody_was_first__conflict_and_nothing_written(now):
    mine = factories.an_experiment(status=Status.RUNNING)
    theirs = Experiment.objects.get(pk=mine.pk)
    lifecycle.pause(theirs, actor=None, now=now)
    entries = _entries(mine).count()
    with pytest.raises(Conflict, match="paused now"):
        lifecycle.stop(mine, actor=None, now=now)
    assert Experiment.objects.get(pk=mine.pk).status == Status.PAUSED
    assert _entries(mine).count() == entries


def test_move__same_status_but_older_revision__conflict(now):
    mine = factories.an_experiment(status=Status.RUNNING)
    theirs = Experiment.objects.get(pk=mine.pk)
    lifecycle.pause(theirs, actor=None, now=now)
    lifecycle.resume(theirs, actor=None, now=now)
    with pytest.raises(Conflict):
        lifecycle.stop(mine, actor=None, now=now)


@pytest.mark.django_db(transaction=True)
def test_start__two_people_at_the_same_moment__exactly_one_succeeds(now):
    experiment = factories.an_experiment()
    barrier, outcomes = threading.Barrier(2), []

    def start() -> None:
        own = Experiment.objects.get(pk=experiment.pk)
        barrier.wait()
        try:
            lifecycle.start(own, actor=None, now=now)
            outcomes.append("started")
        except Conflict:
            outcomes.append("conflict")
        finally:
            connection.close()

    threads = [threading.Thread(target=start) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["conflict", "started"]
    assert _entries(experiment).filter(action="start").count() == 1


@pytest.mark.django_db(transaction=True)
def test_start__two_experiments_of_a_layer_at_the_same_moment__slices_do_not_overlap(now):
    site = factories.a_site()
    pair = [factories.an_experiment(site, traffic_share=50) for _ in range(2)]
    barrier = threading.Barrier(2)

    def start(pk: int) -> None:
        own = Experiment.objects.get(pk=pk)
        barrier.wait()
        lifecycle.start(own, actor=None, now=now)
        connection.close()

    threads = [threading.Thread(target=start, args=[row.pk]) for row in pair]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    slices = sorted(Experiment.objects.get(pk=row.pk).slice for row in pair)
    assert slices == [[[0, 5000]], [[5000, 10000]]]


def test_start__three_to_one__ranges_slice_and_time_are_set(now):
    experiment = factories.an_experiment(traffic_share=20)
    experiment.variants.filter(key="a").update(weight=3)
    lifecycle.start(experiment, actor=None, now=now)
    ranges = list(experiment.variants.values_list("bucket_start", "bucket_end"))
    assert ranges == [(0, 7500), (7500, 10000)]
    assert layers.slice_of(experiment) == ((0, 2000),)
    assert experiment.started_at == now


def _codes(experiment: Experiment) -> set[str]:
    with pytest.raises(launch.NotReady) as refused:
        lifecycle.start(experiment, actor=None, now=factories.NOW)
    assert Experiment.objects.get(pk=experiment.pk).status == Status.DRAFT
    assert all(problem.remedy for problem in refused.value.problems)
    return {problem.code for problem in refused.value.problems}


def test_start__several_things_missing__all_of_them_are_named_at_once():
    experiment = factories.an_experiment(variants=1, hypothesis=" ")
    Placement.objects.filter(pk=experiment.placement_id).update(fallback=None)
    assert _codes(Experiment.objects.get(pk=experiment.pk)) == {
        "hypothesis",
        "variants",
        "fallback",
    }


def test_start__hypothesis_with_a_gap__refused():
    text = "If we show red, then …, because people like it."
    assert _codes(factories.an_experiment(hypothesis=text)) == {"hypothesis"}


def test_start__variant_without_banner__refused():
    experiment = factories.an_experiment()
    experiment.variants.filter(key="b").update(creative=None)
    assert _codes(experiment) == {"creative"}


def test_start__same_banner_twice__refused():
    experiment = factories.an_experiment()
    experiment.variants.update(creative=experiment.variants.get(key="a").creative)
    assert _codes(experiment) == {"same_creative"}


@pytest.mark.parametrize(
    ("size", "fits"),
    [((1200, 400), True), ((2400, 800), True), ((1200, 410), True), ((1200, 600), False),
     ((600, 200), False)],
)  # fmt: skip
def test_start__banner_of_a_size__fits_by_proportion_and_width(size, fits, now):
    experiment = factories.an_experiment()
    creative = factories.a_creative(experiment.site, size=size, color="navy")
    experiment.variants.filter(key="b").update(creative=creative)
    if fits:
        lifecycle.start(experiment, actor=None, now=now)
    else:
        assert _codes(experiment) == {"fit"}


def test_start__layer_is_full__refused_and_names_who_has_it():
    first = factories.an_experiment(status=Status.RUNNING, traffic_share=80)
    second = factories.an_experiment(traffic_share=30)
    with pytest.raises(launch.NotReady, match=first.name):
        lifecycle.start(second, actor=None, now=factories.NOW)


def test_stop__full_layer__frees_it_for_the_next(now):
    first = factories.an_experiment(status=Status.RUNNING)
    second = factories.an_experiment()
    lifecycle.stop(first, actor=None, now=now)
    lifecycle.start(second, actor=None, now=now)
    assert layers.slice_of(second) == ((0, 10000),)


def test_decide__variant_b__its_banner_becomes_the_default_and_the_slice_is_free(now):
    site = factories.a_site()
    actor = factories.a_user(role=Role.MANAGER, site=site)
    experiment = factories.an_experiment(site, status=Status.STOPPED)
    lifecycle.decide(experiment, variant_key="b", reason=" More clicks. ", actor=actor, now=now)
    placement = Placement.objects.get(pk=experiment.placement_id)
    assert placement.fallback == experiment.variants.get(key="b").creative
    assert (experiment.decision, experiment.decision_reason) == ("b", "More clicks.")
    assert experiment.slice == []
    entry = AuditEntry.objects.get(object_type="placement", action="change_default")
    assert (entry.actor, entry.before["fallback"]) != (None, entry.after["fallback"])


def test_decide__no_variant__default_stays(now):
    experiment = factories.an_experiment(status=Status.STOPPED)
    before = experiment.placement.fallback
    lifecycle.decide(experiment, variant_key="", reason="No difference.", actor=None, now=now)
    assert Placement.objects.get(pk=experiment.placement_id).fallback == before


@pytest.mark.parametrize(("key", "reason"), [("b", "  "), ("z", "Because.")])
def test_decide__no_reason_or_unknown_variant__refused(key, reason, now):
    experiment = factories.an_experiment(status=Status.STOPPED)
    with pytest.raises(InvalidInput):
        lifecycle.decide(experiment, variant_key=key, reason=reason, actor=None, now=now)
    assert Experiment.objects.get(pk=experiment.pk).status == Status.STOPPED


def test_conclude__running__stops_and_decides_with_two_audit_rows(now):
    experiment = factories.an_experiment(status=Status.RUNNING)
    lifecycle.conclude(experiment, variant_key="b", reason="Better.", actor=None, now=now)
    assert experiment.status == Status.DECIDED
    assert set(_entries(experiment).values_list("action", flat=True)) >= {"stop", "decide"}


def test_conclude__bad_reason__not_stopped_either(now):
    experiment = factories.an_experiment(status=Status.RUNNING)
    with pytest.raises(InvalidInput):
        lifecycle.conclude(experiment, variant_key="b", reason="", actor=None, now=now)
    assert Experiment.objects.get(pk=experiment.pk).status == Status.RUNNING


def test_decide__report_known__is_kept_as_it_was_then():
    now = dt.datetime(2026, 11, 22, 12, 0, tzinfo=dt.UTC)
    experiment = factories.an_experiment(status=Status.STOPPED)
    refresh.refresh(experiment, now=now, rolled=True)
    lifecycle.decide(experiment, variant_key="", reason="Enough seen.", actor=None, now=now)
    (version,) = ReportVersion.objects.filter(experiment=experiment, cause="decided")
    assert version.verdict == "no_data"
