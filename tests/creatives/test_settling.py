"""What keeps a version from review and approval, and warnings that pass in writing."""

import re

import pytest

from creatives import review, settling
from creatives.models import Version, Waiver
from creatives.preflight import pages
from engine.errors import InvalidInput
from tests.creatives.preflight.states import a_stage
from tests.factories import NOW, a_user
from workspace.models import AuditEntry, Role

pytestmark = pytest.mark.django_db
HEAVY = 400_000  # kB over the limit, but less than twice: a warning


def _submitted(stage) -> Version:
    return review.submit(stage.version, actor=None, now=NOW)


def test_submit__blocking_finding__refused_with_every_sentence():
    stage = a_stage()
    stage.change(alt="", landing_url="https://else.example/")
    with pytest.raises(settling.NotSettled) as refused:
        _submitted(stage)
    assert {one.rule for one in refused.value.findings} == {"alt", "landing_allowed"}
    assert refused.value.hint
    assert Version.objects.get(pk=stage.version.pk).status == "draft"


def test_submit__warning_only__goes_to_the_reviewer():
    stage = a_stage()
    stage.heavy(HEAVY)
    assert _submitted(stage).status == "in_review"


def test_approve__open_warning__refused_until_it_is_waived():
    stage = a_stage()
    stage.heavy(HEAVY)
    version = _submitted(stage)
    with pytest.raises(settling.NotSettled):
        review.approve(version, actor=None, now=NOW)
    reviewer = a_user("li", role=Role.MANAGER, site=stage.experiment.site)
    waivers = {"weight@home-hero": "Agreed with the shop."}
    version = review.approve(version, waivers=waivers, actor=reviewer, now=NOW)
    assert version.status == "approved"
    kept = Waiver.objects.get()
    assert (kept.rule, kept.placement, kept.by, kept.reason) == (
        "weight", "home-hero", reviewer, "Agreed with the shop.",
    )  # fmt: skip
    entry = AuditEntry.objects.get(action="waive")
    assert (entry.actor, entry.after["waivers"]) == (reviewer, waivers)


@pytest.mark.parametrize(
    ("waivers", "words"),
    [
        ({"weight": "  "}, "Say why"),
        ({"weight": "x" * 501}, "At most 500"),
        ({"fit": "It passed."}, "no warning"),
        ({"nonsense@nowhere": "Because."}, "no warning"),
        ({"weight@nowhere": "Because."}, "no warning"),
    ],
)
def test_approve__waiver_without_reason_or_warning__refused_and_nothing_is_kept(waivers, words):
    stage = a_stage()
    stage.heavy(HEAVY)
    version = _submitted(stage)
    with pytest.raises(InvalidInput, match=words):
        review.approve(version, waivers=waivers, actor=None, now=NOW)
    assert not Waiver.objects.exists()


def test_approve__became_blocking_in_review__cannot_be_waived():
    stage = a_stage()
    version = _submitted(stage)
    stage.place(animated=False, phone_width=750, phone_height=900)
    with pytest.raises(InvalidInput, match="must be mended"):
        review.approve(version, waivers={"fit": "Nobody minds."}, actor=None, now=NOW)


def test_waive__one_placement__another_one_stays_open():
    from tests.factories import a_placement

    stage = a_stage()
    stage.heavy(HEAVY)
    a_placement(stage.experiment.site, "footer", fallback=stage.creative)
    settling.waive(stage.version, {"weight@footer": "Small."}, actor=None, now=NOW)
    version = _submitted(stage)
    with pytest.raises(settling.NotSettled) as refused:
        review.approve(version, actor=None, now=NOW)
    assert [one.placement for one in refused.value.findings] == ["home-hero"]


def test_waivers__of_a_form__by_code_without_the_empty_ones():
    sent = {"waive-weight@footer": "Small.", "waive-alt": " ", "csrfmiddlewaretoken": "x"}
    assert pages.waivers(sent) == {"weight@footer": "Small."}


@pytest.mark.parametrize(
    ("role", "may"),
    [(Role.MARKETER, True), (Role.MANAGER, True), (None, False)],
)
def test_may_waive__member_who_reviews__unless_it_is_their_own(role, may):
    stage = a_stage()
    person = a_user(role=role, site=stage.experiment.site) if role else a_user()
    assert pages.may_waive(stage.version, person) is may
    stage.version.created_by = person
    assert pages.may_waive(stage.version, person) is False


def _page(client, stage, person):
    client.force_login(person)
    return client.get(f"/s/shop/creatives/{stage.creative.key}/").content.decode()


def test_page__open_warning_of_a_shown_version__is_waived_there(client):
    stage = a_stage()
    stage.heavy(HEAVY)
    stage.show()
    reviewer = a_user(role=Role.MANAGER, site=stage.experiment.site)
    page = _page(client, stage, reviewer)
    assert 'name="waive-weight@home-hero"' in page
    sent = {"waive-weight@home-hero": "Agreed."}
    address = f"/s/shop/creatives/{stage.creative.key}/versions/1/waive/"
    assert client.post(address, sent).status_code == 302
    page = _page(client, stage, reviewer)
    assert "Agreed." in page
    assert 'name="waive-' not in page
    assert "Nothing stands against it." in page


def test_review_page__approval_with_reasons__settles_the_warnings(client):
    stage = a_stage()
    stage.heavy(HEAVY)
    _submitted(stage)
    client.force_login(a_user(role=Role.MANAGER, site=stage.experiment.site))
    address = f"/s/shop/review/{stage.creative.key}/1/"
    page = client.get(address).content.decode()
    assert re.search(r'name="waive-weight@home-hero"[^>]* form="approve"', page)
    sent = {"approve": "1", "waive-weight@home-hero": "Agreed."}
    client.post(re.search(r'id="approve" method="post" action="([^"]+)"', page)[1], sent)
    assert Version.objects.get(pk=stage.version.pk).status == "approved"
    assert Waiver.objects.get().reason == "Agreed."


def test_waive_door__own_version_draft_or_stranger__refused(client):
    stage = a_stage()
    stage.heavy(HEAVY)
    address = f"/s/shop/creatives/{stage.creative.key}/versions/1/waive/"
    sent = {"waive-weight@home-hero": "Agreed."}
    client.force_login(a_user())
    assert client.post(address, sent).status_code == 404
    reviewer = a_user(role=Role.MANAGER, site=stage.experiment.site)
    client.force_login(reviewer)
    client.post(address, sent)  # still a draft
    assert client.get(address).status_code == 405
    stage.change(created_by=reviewer)
    stage.show()
    client.post(address, sent)
    assert not Waiver.objects.exists()
