"""The moves from draft to what visitors see, who may make them, and what they leave behind."""

import datetime as dt
import threading

import pytest
from django.db import IntegrityError, connection, transaction

from creatives import expiring, four_eyes, library, review, settling
from creatives.models import Creative, Landing, Version
from engine.errors import Conflict, IllegalMove, InvalidInput, NotAllowed
from experiments import publishing
from tests.factories import (
    NOW,
    a_creative,
    a_placement,
    a_site,
    a_user,
    an_experiment,
    approve,
)
from workspace import access
from workspace.access import Permission
from workspace.models import AuditEntry, Role

pytestmark = pytest.mark.django_db
LATER = NOW + dt.timedelta(hours=1)
Status = Version.Status


@pytest.fixture
def site():
    return a_site()


@pytest.fixture
def mei(site):
    return a_user("mei", role=Role.MARKETER, site=site)


@pytest.fixture
def li(site):
    return a_user("li", role=Role.MANAGER, site=site)


def a_draft(site, actor=None):
    creative = a_creative(site, approved=False)
    version = creative.versions.get()
    Version.objects.filter(pk=version.pk).update(created_by=actor)
    version.refresh_from_db()
    return version


def more(creative, actor=None):
    last = creative.versions.first()
    return library.add_version(
        creative,
        alt=f"{last.alt} again",
        landing_url=last.landing_url,
        upload=None,
        actor=actor,
        now=NOW,
    )


def status(version):
    return Version.objects.values_list("status", flat=True).get(pk=version.pk)


@pytest.mark.parametrize("role", Role.values)
def test_permission__every_role_but_the_analyst__may_review(role):
    assert access.allows(role, Permission.REVIEW) == (role != Role.ANALYST)


# What each move says to a version in each state: the table of the module, as people meet it.
POSSIBLE = {
    ("submit", Status.DRAFT), ("recall", Status.IN_REVIEW), ("approve", Status.IN_REVIEW),
    ("reject", Status.IN_REVIEW), ("withdraw", Status.APPROVED),
}  # fmt: skip


def in_state(site, state):
    version = a_draft(site)
    if state != Status.DRAFT:
        review.submit(version, actor=None, now=NOW)
    if state in {Status.APPROVED, Status.WITHDRAWN}:
        review.approve(version, actor=None, now=NOW)
    if state == Status.WITHDRAWN:
        review.withdraw(version, reason="Old price", actor=None, now=NOW)
    if state == Status.REJECTED:
        review.reject(version, reason="Blurred", actor=None, now=NOW)
    return version


@pytest.mark.parametrize("state", Status.values)
@pytest.mark.parametrize("move", list(review.MOVES))
def test_move__every_state__possible_or_refused_without_a_trace(site, move, state):
    version = in_state(site, state)
    more_fields = {"reason": "Because"} if move in {"reject", "withdraw"} else {}
    entries = AuditEntry.objects.count()
    if (move, state) in POSSIBLE:
        getattr(review, move)(version, actor=None, now=LATER, **more_fields)
        assert status(version) == review.MOVES[move][1]
        assert AuditEntry.objects.first().action == move
    else:
        with pytest.raises(IllegalMove):
            getattr(review, move)(version, actor=None, now=LATER, **more_fields)
        assert status(version) == state
        assert AuditEntry.objects.count() == entries


def test_submit__older_version__refused(site):
    version = a_draft(site)
    more(version.creative)
    with pytest.raises(IllegalMove, match="newer version"):
        review.submit(version, actor=None, now=NOW)


def test_submit__newer_version__takes_the_older_one_back(site):
    first = review.submit(a_draft(site), actor=None, now=NOW)
    second = review.submit(more(first.creative), actor=None, now=LATER)
    assert (status(first), status(second)) == (Status.DRAFT, Status.IN_REVIEW)


def test_add_version__live_creative__approved_one_stays_until_the_next_is_approved(site):
    creative = a_creative(site)
    first = creative.live
    second = more(creative)
    creative.refresh_from_db()
    assert creative.live == first
    review.submit(second, actor=None, now=NOW)
    review.approve(second, actor=None, now=NOW)
    creative.refresh_from_db()
    assert creative.live == second


@pytest.mark.parametrize("part", ["created_by", "submitted_by"])
def test_approve__who_made_or_submitted_it__refused(site, mei, li, part):
    a_user("hua", role=Role.ADMINISTRATOR, site=site)
    version = a_draft(site, mei if part == "created_by" else li)
    review.submit(version, actor=mei if part == "submitted_by" else li, now=NOW)
    with pytest.raises(NotAllowed, match="somebody else") as problem:
        review.approve(version, actor=mei, now=NOW)
    assert problem.value.hint
    assert status(version) == Status.IN_REVIEW


def test_approve__another_person__is_shown(site, mei, li):
    version = review.submit(a_draft(site, mei), actor=mei, now=NOW)
    approved = review.approve(version, actor=li, now=LATER)
    assert (approved.reviewed_by, approved.reviewed_at) == (li, LATER)
    assert Creative.objects.get(pk=version.creative_id).live_id == version.pk


def test_approve__four_eyes_off__own_one(site, mei):
    site.four_eyes = False
    site.save()
    version = review.submit(a_draft(site, mei), actor=mei, now=NOW)
    assert review.approve(version, actor=mei, now=NOW).status == Status.APPROVED


def test_approve__sole_member__is_told_what_to_do(site, mei):
    version = review.submit(a_draft(site, mei), actor=mei, now=NOW)
    assert four_eyes.is_alone(version)
    with pytest.raises(NotAllowed, match="nobody else") as problem:
        review.approve(version, actor=mei, now=NOW)
    assert "Add a person" in str(problem.value.hint)
    assert "four eyes off" in str(problem.value.hint)


@pytest.mark.parametrize("move", ["approve", "reject"])
def test_decision__submitted_anew_meanwhile__conflict(site, move):
    version = review.submit(a_draft(site), actor=None, now=NOW)
    seen = version.submitted_at
    review.recall(version, actor=None, now=NOW)
    review.submit(version, actor=None, now=LATER)
    reason = {"reason": "Blurred"} if move == "reject" else {}
    with pytest.raises(Conflict):
        getattr(review, move)(version, actor=None, now=LATER, seen=seen, **reason)
    getattr(review, move)(version, actor=None, now=LATER, seen=LATER, **reason)


@pytest.mark.parametrize("reason", ["", "  \n ", "x" * 2001])
@pytest.mark.parametrize("move", ["reject", "withdraw"])
def test_reason__none_or_too_long__refused(site, move, reason):
    version = in_state(site, Status.IN_REVIEW if move == "reject" else Status.APPROVED)
    with pytest.raises(InvalidInput) as problem:
        getattr(review, move)(version, reason=reason, actor=None, now=NOW)
    assert problem.value.field == "reason"
    assert Creative.objects.get(pk=version.creative_id).live_id == (
        version.pk if move == "withdraw" else None
    )


def test_show_again__earlier_approved_one__is_shown(site):
    creative = a_creative(site)
    first = creative.live
    more(creative)
    approve(creative)
    review.show_again(first, actor=None, now=NOW)
    creative.refresh_from_db()
    assert creative.live == first
    with pytest.raises(IllegalMove):
        review.show_again(first, actor=None, now=NOW)


def test_show_again__its_landing_page_is_gone_meanwhile__refused_and_says_why(site):
    creative = a_creative(site)
    first = creative.live
    more(creative)
    second = approve(creative)
    Landing.objects.filter(site=site).update(status=404)
    with pytest.raises(settling.NotSettled, match="404"):
        review.show_again(first, actor=None, now=NOW)
    creative.refresh_from_db()
    assert creative.live == second


@pytest.mark.parametrize("state", [Status.DRAFT, Status.IN_REVIEW, Status.REJECTED, "withdrawn"])
def test_show_again__not_approved__refused(site, state):
    with pytest.raises(IllegalMove):
        review.show_again(in_state(site, state), actor=None, now=NOW)


def test_archive__version_in_review__is_taken_back(site):
    version = review.submit(a_draft(site), actor=None, now=NOW)
    library.archive(version.creative, actor=None, now=NOW)
    assert status(version) == Status.DRAFT
    with pytest.raises(IllegalMove, match="archive"):
        review.submit(version, actor=None, now=NOW)


def test_archive__still_shown__leaves_the_review_alone(site):
    creative = a_placement(site).fallback
    version = review.submit(more(creative), actor=None, now=NOW)
    with pytest.raises(IllegalMove):
        library.archive(creative, actor=None, now=NOW)
    assert status(version) == Status.IN_REVIEW


def test_expiry__past__refused(site):
    with pytest.raises(InvalidInput) as problem:
        expiring.set_expiry(a_creative(site), expires_at=NOW, actor=None, now=NOW)
    assert problem.value.field == "expires_at"


def test_expiry__reached_and_then_later__is_shown_again(site):
    creative = a_placement(site).fallback
    expiring.set_expiry(creative, expires_at=LATER, actor=None, now=NOW)
    after = LATER + dt.timedelta(seconds=1)
    assert review.expire_due(now=after) == 1
    assert review.expire_due(now=after) == 0
    assert publishing.compile_snapshot(now=after).placements[0].fallback is None
    expiring.set_expiry(creative, expires_at=LATER + dt.timedelta(days=1), actor=None, now=after)
    creative.refresh_from_db()
    assert creative.expired_at is None
    assert publishing.compile_snapshot(now=after).placements[0].fallback is not None


@pytest.mark.parametrize("move", ["submit", "approve"])
def test_move__expired_creative__refused(site, move):
    version = a_draft(site) if move == "submit" else in_state(site, Status.IN_REVIEW)
    expiring.set_expiry(version.creative, expires_at=LATER, actor=None, now=NOW)
    with pytest.raises(IllegalMove, match="expired"):
        getattr(review, move)(version, actor=None, now=LATER)


def test_withdraw__variant_of_a_running_test__the_test_stands_still(site):
    experiment = an_experiment(site, status="running")
    variant = experiment.variants.first()
    review.withdraw(variant.creative.live, reason="Old price", actor=None, now=NOW)
    entry = publishing.compile_snapshot(now=NOW).experiments[0]
    assert entry.status == "paused"
    assert {v.creative.version_id for v in entry.variants} == {0}


def test_guard__live_that_is_not_approved__refused_by_the_database(site):
    version = in_state(site, Status.IN_REVIEW)
    with pytest.raises(IntegrityError), transaction.atomic():
        Creative.objects.filter(pk=version.creative_id).update(live=version)


def test_guard__words_of_what_is_in_review__stay(site):
    version = in_state(site, Status.IN_REVIEW)
    with pytest.raises(IntegrityError), transaction.atomic():
        Version.objects.filter(pk=version.pk).update(alt="Something else")


@pytest.mark.django_db(transaction=True)
def test_moves__two_people_at_once__exactly_one_succeeds(site):
    version = review.submit(a_draft(site), actor=None, now=NOW)
    told, start = [], threading.Barrier(2)

    def move(name, **fields):
        start.wait()
        try:
            getattr(review, name)(version, actor=None, now=NOW, **fields)
            told.append(name)
        except IllegalMove as problem:
            told.append(type(problem).__name__)
        finally:
            connection.close()

    both = [
        threading.Thread(target=move, args=("approve",)),
        threading.Thread(target=move, args=("reject",), kwargs={"reason": "Blurred"}),
    ]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert sorted(told) in (["IllegalMove", "approve"], ["IllegalMove", "reject"])
