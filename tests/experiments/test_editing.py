"""The form of a plan: nothing typed is lost, mistakes are said beside the field."""

import pytest
from django.urls import reverse

from creatives.models import Creative
from experiments import design
from experiments.models import Experiment, Status
from tests import factories
from workspace.models import Role

pytestmark = pytest.mark.django_db
NEW = "/s/shop/experiments/new/"


@pytest.fixture
def site():
    return factories.a_site()


@pytest.fixture
def marketer(client, site):
    client.force_login(factories.a_user(role=Role.MARKETER, site=site))
    return client


@pytest.fixture
def typed(site):
    """What a browser sends for a complete plan."""
    placement = factories.a_placement(site)
    creatives = [factories.a_creative(site, name) for name in ("Sunrise", "Studio")]
    data = {
        "name": "Autumn light",
        "key": "",
        "change": "show the shoe at sunrise",
        "effect": "more people click",
        "reason": "it looks like morning",
        "placement": placement.pk,
        "traffic_share": "50",
        "primary_metric": "ctr",
        "mde": "2,5 %",
        "mde_kind": "relative",
        "planned_days": "14",
        "planned_visitors": "0",
        "reading": "planned",
        "v-TOTAL_FORMS": "2",
        "v-INITIAL_FORMS": "0",
        "policy": "fixed",
    }
    for row, (key, creative) in enumerate(zip("ab", creatives, strict=True)):
        values = {"key": key, "name": key.upper(), "weight": "1", "creative": creative.pk}
        data |= {f"v-{row}-{name}": value for name, value in values.items()}
    return data


def _page(answer) -> str:
    return answer.content.decode()


def test_save__complete__a_draft_that_can_start(marketer, typed):
    answer = marketer.post(NEW, typed)
    assert answer.status_code == 302
    saved = Experiment.objects.get()
    assert answer.headers["Location"] == f"/s/shop/experiments/{saved.key}/design/"
    assert (saved.key, saved.status, str(saved.mde)) == ("autumn-light", "draft", "2.500")
    assert saved.hypothesis == (
        "If we show the shoe at sunrise, then more people click, because it looks like morning."
    )
    assert saved.owner.memberships.get().role == Role.MARKETER
    assert "Everything" not in _page(marketer.get(answer.headers["Location"]))


def test_save__chinese_name__gets_a_key_anyway(marketer, typed):
    assert marketer.post(NEW, typed | {"name": "秋日晨光"}).status_code == 302
    assert Experiment.objects.get().key == "test"


def test_save__mistakes__beside_the_fields_and_nothing_lost(marketer, typed):
    wrong = {"name": "", "mde": "lots", "v-1-weight": "0", "key": "Not A Slug"}
    answer = marketer.post(NEW, typed | wrong)
    page = _page(answer)
    assert answer.status_code == 422
    assert not Experiment.objects.exists()
    assert page.count("invalid-feedback") >= 4
    for kept in ("show the shoe at sunrise", 'value="lots"', 'value="Not A Slug"'):
        assert kept in page
    chosen = typed["v-1-creative"]
    assert f'name="v-1-creative" value="{chosen}" checked' in page


def test_save__key_taken__said_beside_the_key(marketer, typed, site):
    factories.an_experiment(site, "autumn-light")
    answer = marketer.post(NEW, typed | {"key": "autumn-light"})
    assert answer.status_code == 422
    assert "Another experiment has this key." in _page(answer)


def test_save__key_left_empty_and_taken__numbered(marketer, typed, site):
    factories.an_experiment(site, "autumn-light")
    assert marketer.post(NEW, typed).status_code == 302
    assert Experiment.objects.filter(key="autumn-light-2").exists()


def test_save__banner_of_another_site__refused(marketer, typed):
    stolen = factories.a_creative(factories.a_site("other"))
    assert marketer.post(NEW, typed | {"v-1-creative": stolen.pk}).status_code == 422
    assert not Experiment.objects.exists()


def test_save__only_a_name_and_a_place__an_unfinished_draft(marketer, typed, site):
    data = {k: v for k, v in typed.items() if not k.endswith("creative")}
    assert marketer.post(NEW, data | {"change": "", "mde": ""}).status_code == 302
    page = _page(marketer.get("/s/shop/experiments/autumn-light/design/"))
    assert "3 things are missing before it can start" in page


def test_save__nonsense_rows__refused_without_an_accident(marketer, typed):
    for total in ("99", "x", ""):
        answer = marketer.post(NEW, typed | {"v-TOTAL_FORMS": total})
        assert answer.status_code == 422
    assert not Experiment.objects.exists()


def test_add__a_variant__without_script_nothing_saved_nothing_lost(marketer, typed):
    answer = marketer.post(NEW, typed | {"add": "1", "name": ""})
    page = _page(answer)
    assert answer.status_code == 200
    assert 'name="v-TOTAL_FORMS" value="3"' in page
    assert 'name="v-2-key" value="c"' in page
    assert "invalid-feedback" not in page
    assert "show the shoe at sunrise" in page
    assert not Experiment.objects.exists()


def test_remove__the_first_of_three__the_others_move_up(marketer, typed):
    third = {"v-TOTAL_FORMS": "3", "v-2-key": "c", "v-2-name": "C!", "v-2-weight": "7"}
    page = _page(marketer.post(NEW, typed | third | {"remove": "0"}))
    assert 'name="v-TOTAL_FORMS" value="2"' in page
    assert 'name="v-0-key" value="b"' in page
    assert 'name="v-1-name" value="C!"' in page
    assert 'value="C!"' in page
    assert "v-2-name" not in page


def test_find__a_banner_by_name__chosen_ones_stay_on_offer(marketer, typed, site):
    factories.a_creative(site, "Winter coat")
    page = _page(marketer.post(NEW, typed | {"find": "1", "search": "winter"}))
    assert "Winter coat" in page
    assert "Sunrise" in page
    assert "Default of home-hero" not in page


def test_summary__while_typing__who_sees_what_and_what_is_missing(marketer, typed):
    data = typed | {"v-0-weight": "3", "reason": ""}
    page = _page(marketer.post(NEW + "?part=summary", data))
    assert "50 % of the visitors of “home-hero” see one variant: A 75 %, B 25 %" in page
    assert "The hypothesis is not complete." in page
    assert "<html" not in page
    assert not Experiment.objects.exists()


def test_summary__nothing_typed_yet__no_accident(marketer, site):
    answer = marketer.post(NEW + "?part=summary", {"v-TOTAL_FORMS": "2", "v-INITIAL_FORMS": "0"})
    assert answer.status_code == 200


def test_edit__draft__shows_what_was_saved_in_its_gaps(marketer, typed):
    marketer.post(NEW, typed)
    page = _page(marketer.get("/s/shop/experiments/autumn-light/edit/"))
    assert 'value="show the shoe at sunrise"' in page
    assert 'value="2.5"' in page
    assert f'value="{typed["v-0-creative"]}" checked' in page


def test_edit__free_hypothesis__edited_as_one_text(marketer, site):
    factories.an_experiment(site, "spring")
    page = _page(marketer.get("/s/shop/experiments/spring/edit/"))
    assert "A warmer picture brings more clicks.</textarea>" in page


def test_edit__somebody_saved_meanwhile__conflict_and_nothing_lost(marketer, typed, now):
    marketer.post(NEW, typed)
    mine = Experiment.objects.get()
    theirs = Experiment.objects.get()
    plan = design.Plan(key="autumn-light", name="Theirs", placement=mine.placement)
    design.save(mine.site, plan, actor=None, now=now, experiment=theirs)
    url = "/s/shop/experiments/autumn-light/edit/"
    answer = marketer.post(url, typed | {"name": "Mine", "revision": mine.revision})
    assert answer.status_code == 409
    assert 'value="Mine"' in _page(answer)
    assert Experiment.objects.get().name == "Theirs"


def test_edit__started__refused_with_what_to_do(marketer, site):
    factories.an_experiment(site, "spring", status=Status.RUNNING)
    answer = marketer.get("/s/shop/experiments/spring/edit/")
    assert answer.status_code == 409
    assert "its plan is fixed" in _page(answer)


def test_new__many_banners__at_most_30_queries(marketer, site, django_assert_max_num_queries):
    factories.a_placement(site)
    Creative.objects.bulk_create(
        Creative(site=site, key=f"c{n}", name=f"Banner {n}") for n in range(500)
    )
    with django_assert_max_num_queries(30):
        answer = marketer.get(reverse("experiments:new", args=["shop"]))
    assert answer.status_code == 200


def test_new__fitting_banners__come_first(marketer, site):
    factories.a_placement(site)
    factories.a_creative(site, "Square", size=(800, 800))
    page = _page(marketer.get(NEW))
    assert page.index("Default of home-hero") < page.index("Square")
    assert 'class="strip-why"' in page


def _costs(once, media, discount="", row=1):
    names = ("creative_cost", "media_cost", "discount")
    values = (once, media, discount)
    return {f"v-{row}-{name}": value for name, value in zip(names, values, strict=True)}


@pytest.mark.parametrize("typed_as", ["1,5", "1.5", "1.50"])
def test_save__costs_in_money__kept_in_minor_units_and_shown_in_money(marketer, typed, typed_as):
    assert marketer.post(NEW, typed | _costs("800", typed_as, "7,5 %")).status_code == 302
    variant = Experiment.objects.get().variants.get(key="b")
    assert (variant.creative_cost, variant.media_cost) == (80_000, 150)
    assert str(variant.discount) == "7.50"
    page = _page(marketer.get("/s/shop/experiments/autumn-light/edit/"))
    for value in ("800", "1.5", "7.5"):
        assert f'value="{value}"' in page
    design_page = _page(marketer.get("/s/shop/experiments/autumn-light/design/"))
    assert "Costs: creative ¥800.00 once, media ¥1.50 per 1,000 impressions" in design_page


@pytest.mark.parametrize("wrong", ["1,234", "-1", "much", "1.2.3", "1e99", "nan"])
def test_save__cost_does_not_fit__refused_beside_the_field(marketer, typed, wrong):
    answer = marketer.post(NEW, typed | _costs(wrong, "0"))
    assert answer.status_code == 422
    page = _page(answer)
    assert f'value="{wrong}"' in page
    assert '<details class="variant-costs" open>' in page
    assert not Experiment.objects.exists()


def test_save__yen__whole_ones_only(marketer, typed, site):
    site.currency = "JPY"
    site.save()
    assert marketer.post(NEW, typed | _costs("1.5", "0")).status_code == 422
    assert marketer.post(NEW, typed | _costs("150", "0")).status_code == 302
    assert Experiment.objects.get().variants.get(key="b").creative_cost == 150


def test_save__watched__roles_and_margins_and_not_the_primary(marketer, typed):
    chosen = {
        "watch-ctr-role": "guardrail",
        "watch-ctr-margin": "5",
        "watch-conversion_rate-role": "guardrail",
        "watch-conversion_rate-margin": "2,5 %",
        "watch-viewability-role": "secondary",
        "watch-viewability-margin": "5",
    }
    assert marketer.post(NEW, typed | chosen | {"reading": "open"}).status_code == 302
    saved = Experiment.objects.get()
    assert list(saved.watched.values_list("metric", "role", "margin")) == [
        ("viewability", "secondary", None),
        ("conversion_rate", "guardrail", 2.5),
    ]
    page = _page(marketer.get("/s/shop/experiments/autumn-light/design/"))
    assert "guardrail, may lose at most 2.5 %" in page
    assert "No end date" in page


@pytest.mark.parametrize("margin", ["", "0", "100", "lots", "-5"])
def test_save__guardrail_without_a_margin__refused_beside_the_field(marketer, typed, margin):
    chosen = {"watch-viewability-role": "guardrail", "watch-viewability-margin": margin}
    answer = marketer.post(NEW, typed | chosen)
    assert answer.status_code == 422
    assert "watch-viewability-margin_error" in _page(answer)


def test_new__untouched__offers_the_usual_guardrails(marketer):
    page = _page(marketer.get(NEW))
    assert (
        page.count('<details class="variant-costs">') == 5
    )  # costs and factors, and further places
    assert page.count('<option value="guardrail" selected>') == 2
