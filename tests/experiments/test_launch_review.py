"""A second person lets experiments go out: who may, when, and what is kept of it."""

import datetime as dt

import pytest

from engine.errors import IllegalMove, InvalidInput
from experiments import launch, layers, lifecycle
from experiments.models import Experiment, SealedPlan, Status
from tests import factories
from workspace.models import AuditEntry, Role

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def site():
    return factories.a_site(launch_review=True)


@pytest.fixture
def owner(site):
    return factories.a_user("olga", role=Role.MARKETER, site=site)


@pytest.fixture
def other(site):
    return factories.a_user("mo", role=Role.MANAGER, site=site)


@pytest.fixture
def submitted(site, owner, now):
    made = factories.an_experiment(site, owner=owner)
    lifecycle.submit(made, actor=owner, now=now)
    return made


@pytest.mark.parametrize("move", ["start", "schedule"])
def test_draft__site_wants_a_second_person__refused_and_told_to_submit(site, move, now):
    experiment = factories.an_experiment(site)
    extra = {"starts_at": now + HOUR} if move == "schedule" else {}
    with pytest.raises(IllegalMove, match="another person") as refused:
        getattr(lifecycle, move)(experiment, actor=None, now=now, **extra)
    assert "Submit it" in str(refused.value.hint)
    assert Experiment.objects.get(pk=experiment.pk).status == Status.DRAFT


def test_approve__by_another_person__runs_and_says_who(submitted, owner, other, now):
    lifecycle.approve(submitted, actor=other, now=now + HOUR)
    stored = Experiment.objects.get(pk=submitted.pk)
    assert (stored.status, stored.submitted_by, stored.approved_by) == ("running", owner, other)
    assert (stored.submitted_at, stored.approved_at, stored.started_at) == (
        now,
        now + HOUR,
        now + HOUR,
    )
    assert layers.slice_of(stored) == ((0, 10_000),)
    assert list(stored.variants.values_list("bucket_start", "bucket_end")) == [
        (0, 5000),
        (5000, 10_000),
    ]
    assert SealedPlan.objects.get(experiment=stored).sealed_by == other


def test_approve__start_lies_ahead__scheduled_and_nothing_is_cut(submitted, other, now):
    Experiment.objects.filter(pk=submitted.pk).update(starts_at=now + HOUR)
    submitted.refresh_from_db()
    lifecycle.approve(submitted, actor=other, now=now)
    stored = Experiment.objects.get(pk=submitted.pk)
    assert (stored.status, stored.slice, stored.started_at) == ("scheduled", [], None)
    lifecycle.start(stored, actor=None, now=now + HOUR)
    assert stored.status == Status.RUNNING


@pytest.mark.parametrize("who", ["submitter", "owner", "nobody"])
def test_approve__ones_own__refused(site, owner, now, who):
    submitter = factories.a_user("sue", role=Role.ADMINISTRATOR, site=site)
    experiment = factories.an_experiment(site, owner=owner)
    lifecycle.submit(experiment, actor=submitter, now=now)
    actor = {"submitter": submitter, "owner": owner, "nobody": None}[who]
    with pytest.raises(IllegalMove, match="Another person"):
        lifecycle.approve(experiment, actor=actor, now=now)
    assert Experiment.objects.get(pk=experiment.pk).status == Status.IN_REVIEW


def test_approve__something_spoilt_meanwhile__refused_and_stays_in_review(submitted, other, now):
    submitted.variants.filter(key="b").update(creative=None)
    with pytest.raises(launch.NotReady):
        lifecycle.approve(submitted, actor=other, now=now)
    assert Experiment.objects.get(pk=submitted.pk).status == Status.IN_REVIEW


def test_send_back__with_a_reason__a_draft_that_says_why(submitted, other, now):
    reason = "The margin of revenue is missing."
    lifecycle.send_back(submitted, reason=f" {reason} ", actor=other, now=now)
    stored = Experiment.objects.get(pk=submitted.pk)
    assert (stored.status, stored.returned_reason, stored.submitted_at) == ("draft", reason, None)
    assert AuditEntry.objects.get(action="send_back").reason == reason
    lifecycle.submit(stored, actor=stored.owner, now=now)
    assert stored.returned_reason == ""


@pytest.mark.parametrize("reason", ["", "  ", "x" * 2001])
def test_send_back__without_a_readable_reason__refused(submitted, other, now, reason):
    with pytest.raises(InvalidInput) as refused:
        lifecycle.send_back(submitted, reason=reason, actor=other, now=now)
    assert refused.value.field == "reason"


def test_submit__incomplete__refused_with_everything_missing(site, now):
    with pytest.raises(launch.NotReady):
        lifecycle.submit(factories.an_experiment(site, variants=1), actor=None, now=now)


def test_submit__layer_is_full__may_wait_for_its_turn(site, other, now):
    factories.an_experiment(factories.a_site("open"), status=Status.RUNNING)
    first = factories.an_experiment(site)
    lifecycle.submit(first, actor=None, now=now)
    lifecycle.approve(first, actor=other, now=now)
    second = factories.an_experiment(site, placement=first.placement)
    lifecycle.submit(second, actor=None, now=now)
    with pytest.raises(launch.NotReady, match="free"):
        lifecycle.approve(second, actor=other, now=now)


def test_unschedule__approved_one__needs_another_approval(site, other, now):
    experiment = factories.an_experiment(site, starts_at=now + HOUR)
    lifecycle.submit(experiment, actor=None, now=now)
    lifecycle.approve(experiment, actor=other, now=now)
    lifecycle.unschedule(experiment, actor=None, now=now)
    assert (experiment.status, experiment.approved_by) == (Status.DRAFT, None)
    with pytest.raises(IllegalMove):
        lifecycle.start(experiment, actor=None, now=now)


@pytest.mark.parametrize(
    ("ahead", "ends", "field"), [(None, None, "starts_at"), (-HOUR, None, "starts_at"),
                                 (2 * HOUR, HOUR, "ends_at")],
)  # fmt: skip
def test_schedule__start_that_cannot_be_kept__refused(now, ahead, ends, field):
    experiment = factories.an_experiment(ends_at=ends and now + ends)
    with pytest.raises(InvalidInput) as refused:
        lifecycle.schedule(experiment, starts_at=ahead and now + ahead, actor=None, now=now)
    assert refused.value.field == field
    assert Experiment.objects.get(pk=experiment.pk).status == Status.DRAFT


@pytest.mark.parametrize("status", [Status.DRAFT, Status.STOPPED, Status.DECIDED])
def test_archive__and_back__is_what_it_was(status, now):
    experiment = factories.an_experiment(status=status)
    lifecycle.archive(experiment, actor=None, now=now)
    stored = Experiment.objects.get(pk=experiment.pk)
    assert (stored.status, stored.stage) == (Status.ARCHIVED, status)
    assert stored.has_begun is (status is not Status.DRAFT)
    lifecycle.restore(stored, actor=None, now=now)
    assert (stored.status, stored.archived_from) == (status, "")


@pytest.mark.parametrize("move", ["pause", "stop"])
def test_move__with_a_reason__stands_in_the_audit_log(move, now):
    experiment = factories.an_experiment(status=Status.RUNNING)
    getattr(lifecycle, move)(experiment, reason=" Wrong price. ", actor=None, now=now)
    assert AuditEntry.objects.get(action=move).reason == "Wrong price."
