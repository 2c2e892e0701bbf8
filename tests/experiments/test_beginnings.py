"""New drafts from old plans: copies, templates, starting points; and the page that offers them."""

import datetime as dt
from decimal import Decimal

import pytest
from django.urls import reverse

from engine.errors import IllegalMove, InvalidInput
from experiments import duplicating, plan_documents, policies, starting_points, templates_of_plans
from experiments.models import Experiment, PlanTemplate, PolicyRule, Report, Status, Watched
from tests import factories
from tests.factories import NOW
from workspace.models import AuditEntry, Role

pytestmark = pytest.mark.django_db
LATER = NOW + dt.timedelta(days=40)


@pytest.fixture
def site():
    return factories.a_site()


@pytest.fixture
def old(site):
    """A finished test with everything that a plan can have."""
    shoes = factories.a_segment(site, "shoes", "visits", "at_least", 2)
    row = factories.an_experiment(
        site,
        "hero-summer",
        status=Status.DECIDED,
        mde=Decimal("2.5"),
        planned_days=21,
        traffic_share=60,
        audience=shoes,
        targeting={"all": [{"feature": "device", "op": "is", "value": "phone"}]},
        ramp=[
            {"share": 10, "hours": 24, "visitors": 100},
            {"share": 60, "hours": 24, "visitors": 0},
        ],
    )
    Watched.objects.create(experiment=row, metric="cart_rate", role="guardrail", margin=7)
    row.variants.filter(key="b").update(
        discount=Decimal("12.5"), levels={"colour": "red"}, weight=3
    )
    Experiment.objects.filter(pk=row.pk).update(policy="rules")
    PolicyRule.objects.create(experiment=row, position=0, segment=shoes, weights={"a": 1, "b": 4})
    row.refresh_from_db()
    return row


@pytest.fixture
def marketer(client, site):
    client.force_login(factories.a_user("mara", role=Role.MARKETER, site=site))
    return client


def test_duplicate__finished_test__plan_and_banners_without_results(old):
    Report.objects.create(experiment=old, phase=1)
    draft = duplicating.duplicate(old, actor=None, now=LATER)
    assert (draft.status, draft.name, draft.key) == (
        Status.DRAFT,
        "Copy of hero-summer",
        "copy-of-hero-summer",
    )
    assert plan_documents.write(draft) == plan_documents.write(old)
    assert draft.seed != old.seed
    assert (draft.slice, draft.decision, draft.started_at) == ([], "", None)
    assert not draft.reports.exists()
    assert [v.creative for v in draft.variants.all()] == [v.creative for v in old.variants.all()]
    assert draft.variants.get(key="b").levels == {"colour": "red"}
    assert policies.plans_of(draft)[0].weights == {"a": 1, "b": 4}
    assert draft.audience == old.audience


def test_duplicate__twice__keys_of_their_own_and_an_entry_that_says_from_where(old, site):
    actor = factories.a_user("mara", role=Role.MARKETER, site=site)
    first = duplicating.duplicate(old, actor=actor, now=LATER, name="Again")
    second = duplicating.duplicate(old, actor=actor, now=LATER, name="Again")
    assert [first.key, second.key] == ["again", "again-2"]
    entry = AuditEntry.objects.get(action="begin", object_key="again-2")
    assert entry.after["from"] == "experiment hero-summer"
    assert entry.actor_name == "mara"


def test_duplicate__imported_test__asks_for_a_placement(site):
    imported = factories.an_experiment(site, "old", origin="results", unit="impression")
    Experiment.objects.filter(pk=imported.pk).update(placement=None)
    imported.refresh_from_db()
    with pytest.raises(InvalidInput, match="Choose a placement"):
        duplicating.duplicate(imported, actor=None, now=LATER)
    place = factories.a_placement(site)
    draft = duplicating.duplicate(imported, actor=None, now=LATER, placement=place)
    assert (draft.origin, draft.unit, draft.placement) == ("live", "visitor", place)


def test_duplicate__holdout__refused(site):
    holdout = factories.an_experiment(site, "held", origin="holdout")
    with pytest.raises(IllegalMove, match="no plan"):
        duplicating.duplicate(holdout, actor=None, now=LATER)


def test_template__without_banners__new_drafts_choose_their_own(old):
    template = templates_of_plans.save(old, name="Summer", creatives=False, actor=None, now=NOW)
    assert templates_of_plans.missing(template) == ()
    draft = templates_of_plans.begin(template, name="Autumn", actor=None, now=LATER)
    assert [v.creative for v in draft.variants.all()] == [None, None]
    assert (draft.planned_days, draft.mde, draft.traffic_share) == (21, Decimal("2.5"), 60)
    assert AuditEntry.objects.filter(object_type="plantemplate", action="create").exists()


def test_template__segment_and_placement_gone__says_both_and_needs_consent(old):
    template = templates_of_plans.save(old, name="Summer", creatives=True, actor=None, now=NOW)
    template.plan |= {"audience": "gone", "placement": "nowhere"}
    template.plan["variants"][0]["creative"] = "vanished"
    template.save()
    texts = [gap.text for gap in templates_of_plans.missing(template)]
    assert any("segment “gone”" in text for text in texts)
    assert any("placement “nowhere”" in text for text in texts)
    assert any("banner “vanished”" in text for text in texts)
    place = old.placement
    with pytest.raises(InvalidInput, match="segment “gone” is not there"):
        templates_of_plans.begin(template, name="X", placement=place, actor=None, now=LATER)
    draft = templates_of_plans.begin(
        template, name="X", placement=place, without_missing=True, actor=None, now=LATER
    )
    assert draft.audience is None
    assert draft.variants.first().creative is None


@pytest.mark.parametrize(("name", "text"), [("Summer", "has this name"), (" ", "a name")])
def test_template__name_taken_or_empty__says_so(old, name, text):
    templates_of_plans.save(old, name="Summer", creatives=True, actor=None, now=NOW)
    with pytest.raises(InvalidInput, match=text):
        templates_of_plans.save(old, name=name, creatives=True, actor=None, now=NOW)


def test_template__deleted__experiments_stay(old):
    template = templates_of_plans.save(old, name="Summer", creatives=True, actor=None, now=NOW)
    draft = templates_of_plans.begin(template, name="Autumn", actor=None, now=LATER)
    templates_of_plans.delete(template, actor=None, now=LATER)
    assert Experiment.objects.filter(pk=draft.pk).exists()
    assert AuditEntry.objects.filter(object_type="plantemplate", action="delete").exists()


@pytest.mark.parametrize("key", starting_points.POINTS)
def test_starting_point__every_one__becomes_a_draft(marketer, site, key):
    place = factories.a_placement(site)
    address = f"/s/shop/experiments/start/?from=point:{key}"
    assert marketer.get(address).status_code == 200
    answer = marketer.post(address, {"name": f"My {key}", "placement": place.pk})
    assert answer.url == f"/s/shop/experiments/my-{key}/edit/"
    draft = Experiment.objects.get(key=f"my-{key}")
    assert draft.variants.count() >= 2
    assert marketer.get(answer.url).status_code == 200


def test_page__nothing_chosen__offers_points_templates_and_older_ones(marketer, old):
    templates_of_plans.save(old, name="Summer plan", creatives=True, actor=None, now=NOW)
    page = marketer.get(reverse("experiments:begin", args=["shop"])).content.decode()
    for text in ("Two banners, clicks", "Learning (bandit)", "Summer plan", "hero-summer"):
        assert text in page
    found = marketer.get("/s/shop/experiments/start/?search=nothing-like-it").content.decode()
    assert "No experiment has that in its name." in found


def test_page__segment_gone__the_tick_is_offered_and_nothing_typed_is_lost(marketer, old):
    template = templates_of_plans.save(old, name="Summer", creatives=True, actor=None, now=NOW)
    template.plan |= {"audience": "gone"}
    template.save()
    address = f"/s/shop/experiments/start/?from=template:{template.pk}"
    typed = {"name": "Autumn", "placement": old.placement.pk}
    refused = marketer.post(address, typed)
    assert refused.status_code == 422
    page = refused.content.decode()
    assert 'value="Autumn"' in page
    assert "Begin without it" in page
    assert marketer.post(address, typed | {"without_missing": "on"}).status_code == 302


@pytest.mark.parametrize(
    "wanted", ["point:none", "template:999999", "template:" + "9" * 40, "experiment:none", "x"]
)
def test_page__source_that_is_not_there__404(marketer, wanted):
    assert marketer.get(f"/s/shop/experiments/start/?from={wanted}").status_code == 404


def test_page__other_sites_template__404(marketer, old):
    other = factories.a_site("other")
    template = PlanTemplate.objects.create(site=other, name="Theirs", plan={})
    assert (
        marketer.get(f"/s/shop/experiments/start/?from=template:{template.pk}").status_code == 404
    )
    assert marketer.post(f"/s/shop/templates/{template.pk}/delete/").status_code == 404


def test_pages__analyst__may_not(client, old, site):
    client.force_login(factories.a_user(role=Role.ANALYST, site=site))
    for path in ("experiments/start/", "experiments/hero-summer/template/"):
        assert client.get(f"/s/shop/{path}").status_code == 403
    assert "Duplicate" not in client.get("/s/shop/experiments/hero-summer/").content.decode()


def test_menu__of_an_experiment__duplicate_and_template(marketer, old):
    page = marketer.get("/s/shop/experiments/hero-summer/design/").content.decode()
    assert "from=experiment:hero-summer" in page
    answer = marketer.post("/s/shop/experiments/hero-summer/template/", {"name": "Mine"})
    assert answer.status_code == 302
    assert PlanTemplate.objects.get().name == "Mine"
    page = marketer.post("/s/shop/experiments/hero-summer/template/", {"name": "Mine"})
    assert (page.status_code, "has this name" in page.content.decode()) == (422, True)


def test_list__empty__offers_starting_points(marketer):
    assert "from=point:two-banners" in marketer.get("/s/shop/experiments/").content.decode()
