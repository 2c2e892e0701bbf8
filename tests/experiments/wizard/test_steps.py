"""The four steps: each saves the draft, none loses anything, mistakes stand beside their field."""

import datetime as dt

import pytest

from experiments.models import Experiment, Status
from tests import factories
from workspace.models import Role, Site

pytestmark = pytest.mark.django_db
BEGIN = "/s/shop/experiments/new/plan/"


@pytest.fixture
def site():
    return factories.a_site()


@pytest.fixture
def placement(site):
    return factories.a_placement(site)


@pytest.fixture
def marketer(client, site):
    client.force_login(factories.a_user(role=Role.MARKETER, site=site))
    return client


@pytest.fixture
def goal(placement):
    return {
        "name": "Autumn light",
        "change": "show the shoe at sunrise",
        "effect": "more people click",
        "reason": "it looks like morning",
        "placement": placement.pk,
        "primary_metric": "ctr",
        "size": "medium",
        "mde_kind": "relative",
        "reading": "planned",
    }


def _creatives(*creatives, **more):
    data = {"v-TOTAL_FORMS": len(creatives), "v-INITIAL_FORMS": "0"}
    for row, (key, creative) in enumerate(zip("abcdefgh", creatives, strict=False)):
        values = {"key": key, "name": key.upper(), "weight": "1", "creative": creative.pk}
        data |= {f"v-{row}-{name}": value for name, value in values.items()}
    return data | more


def _step(slug, key="autumn-light"):
    return f"/s/shop/experiments/{key}/plan/{slug}/"


def _page(answer):
    return answer.content.decode()


def test_goal__new__a_draft_and_the_next_step(marketer, goal):
    answer = marketer.post(BEGIN, goal)
    assert answer.headers["Location"] == _step("creatives")
    saved = Experiment.objects.get()
    assert (saved.key, saved.status, saved.planned_days) == ("autumn-light", Status.DRAFT, 14)
    assert (str(saved.mde), saved.mde_kind) == ("5.000", "relative")
    assert [one.role for one in saved.watched.all()] == ["guardrail", "guardrail"]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"name": ""}, "This field is required"),
        ({"placement": ""}, "This field is required"),
        ({"size": ""}, "Choose an effect"),
        ({"size": "own", "mde": ""}, "Say how small an effect may be"),
        ({"size": "own", "mde": "lots"}, "Enter a number"),
        ({"planned_days": "400"}, "less than or equal to 365"),
        ({"links": "javascript:alert(1)"}, "begin with https"),
        ({"key": "new"}, "reserved"),
    ],
)
def test_goal__mistake__beside_the_field_and_nothing_lost(marketer, goal, wrong, said):
    answer = marketer.post(BEGIN, goal | wrong)
    page = _page(answer)
    assert answer.status_code == 422
    assert said in page
    assert "show the shoe at sunrise" in page
    assert not Experiment.objects.exists()


def test_goal__placement_of_another_layer__refused_beside_the_field(marketer, goal, site):
    other = factories.a_placement(site, "cart")
    answer = marketer.post(BEGIN, goal | {"also_on": [other.pk]})
    assert answer.status_code == 422
    assert "is of another layer" in _page(answer)


def test_goal__another_placement_asked_for__its_slot_and_nothing_saved(marketer, goal, site):
    factories.a_placement(site, "below", layer="home-hero")
    page = _page(marketer.post(BEGIN, goal | {"find": "1", "name": ""}))
    assert "invalid-feedback" not in page
    assert "below" in page
    assert 'name="also_on"' in page
    assert not Experiment.objects.exists()


def test_creatives__new__begin_with_the_default_as_control(marketer, goal, placement):
    marketer.post(BEGIN, goal)
    page = _page(marketer.get(_step("creatives")))
    assert f'name="v-0-creative" value="{placement.fallback_id}" checked' in page


def test_walk__all_steps__an_experiment_that_runs(marketer, goal, site):
    marketer.post(BEGIN, goal)
    banners = [factories.a_creative(site, name) for name in ("Sunrise", "Studio")]
    assert marketer.post(_step("creatives"), _creatives(*banners)).headers["Location"] == _step(
        "audience"
    )
    split = {"traffic_share": "60", "policy": "fixed", "t-TOTAL_FORMS": "0", "t-INITIAL_FORMS": "0"}
    answer = marketer.post(_step("audience"), split)
    assert answer.headers["Location"] == _step("launch")
    page = _page(marketer.get(_step("launch")))
    assert "Nothing stands against the start." in page
    answer = marketer.post(_step("launch"), {"end_action": "notify", "move": "start"})
    assert answer.headers["Location"] == "/s/shop/experiments/autumn-light/"
    saved = Experiment.objects.get()
    assert (saved.status, saved.traffic_share) == (Status.RUNNING, 60)


def test_launch__not_ready__says_why_with_the_step_and_stays_a_draft(marketer, goal):
    marketer.post(BEGIN, goal | {"change": ""})
    page = _page(marketer.get(_step("launch")))
    assert f'href="{_step("goal")}#hypothesis"' in page
    assert f'href="{_step("creatives")}#variants"' in page
    answer = marketer.post(_step("launch"), {"end_action": "notify", "move": "start"})
    assert answer.status_code == 409
    assert Experiment.objects.get().status == Status.DRAFT


def test_launch__times__kept_in_the_shops_zone_with_utc_beside(marketer, goal):
    marketer.post(BEGIN, goal)
    times = {"starts_at": "2027-01-04T10:00", "ends_at": "2027-01-18T10:00"}
    marketer.post(_step("launch"), times | {"end_action": "stop"})
    saved = Experiment.objects.get()
    assert saved.starts_at.isoformat() == "2027-01-04T02:00:00+00:00"
    assert saved.end_action == "stop"
    page = _page(marketer.get(_step("launch")))
    assert 'value="2027-01-04T10:00"' in page
    assert "2027-01-04 02:00 UTC" in page


def test_launch__end_before_start__refused_beside_the_end(marketer, goal):
    marketer.post(BEGIN, goal)
    times = {"starts_at": "2027-01-18T10:00", "ends_at": "2027-01-04T10:00"}
    answer = marketer.post(_step("launch"), times | {"end_action": "stop"})
    assert answer.status_code == 422
    assert "The end lies after the start." in _page(answer)


def test_audience__a_rule__kept_shown_again_and_in_words(marketer, goal):
    marketer.post(BEGIN, goal)
    rule = {
        "traffic_share": "100",
        "policy": "fixed",
        "t-TOTAL_FORMS": "1",
        "t-INITIAL_FORMS": "0",
        "t-0-join": "and",
        "t-0-feature": "time.hour",
        "t-0-op": "at_least",
        "t-0-value": "18",
    }
    assert marketer.post(_step("audience"), rule).status_code == 302
    assert Experiment.objects.get().targeting == {
        "all": [{"feature": "time.hour", "op": "at_least", "value": 18}]
    }
    page = _page(marketer.get(_step("audience")))
    assert 'name="t-0-value" value="18"' in page
    assert "Everybody who comes when the hour is at least 18." in page
    gone = marketer.post(_step("audience"), rule | {"t-remove": "0"})
    assert 'name="t-TOTAL_FORMS" value="0"' in _page(gone)
    empty = {"t-TOTAL_FORMS": "0", "t-INITIAL_FORMS": "0", "traffic_share": "5", "policy": "fixed"}
    marketer.post(_step("audience"), empty)
    assert Experiment.objects.get().targeting == {}


def test_audience__unfinished_condition__refused_and_nothing_lost(marketer, goal):
    marketer.post(BEGIN, goal)
    data = {"traffic_share": "44", "policy": "fixed", "t-TOTAL_FORMS": "1", "t-INITIAL_FORMS": "0"}
    answer = marketer.post(_step("audience"), data | {"t-0-feature": "visits", "t-0-op": "is"})
    assert answer.status_code == 422
    assert "Write what it is compared with." in _page(answer)
    assert 'value="44"' in _page(answer)


def test_creatives__equal__all_weights_one_and_nothing_saved(marketer, goal, site):
    marketer.post(BEGIN, goal)
    banners = [factories.a_creative(site) for _n in range(2)]
    data = _creatives(*banners) | {"v-1-weight": "7", "equal": "1"}
    page = _page(marketer.post(_step("creatives"), data))
    assert 'name="v-1-weight" value="1"' in page
    assert not Experiment.objects.get().variants.exists()


def test_creatives__levels_of_generated_banners__taken_over(marketer, goal, site):
    marketer.post(BEGIN, goal)
    one, two = factories.a_creative(site, approved=False), factories.a_creative(site)
    one.versions.update(levels={"headline": "short"})
    factories.approve(one)
    page = _page(marketer.post(_step("creatives"), _creatives(one, two) | {"take-levels": "1"}))
    assert 'name="v-0-levels" value="headline = short"' in page
    marketer.post(_step("creatives"), _creatives(one, two) | {"v-0-levels": "headline=short"})
    assert Experiment.objects.get().variants.first().levels == {"headline": "short"}


def test_creatives__unsuitable_banner__says_why(marketer, goal, site):
    marketer.post(BEGIN, goal)
    factories.a_creative(site, "Square", size=(400, 400))
    factories.a_creative(site, "Raw", approved=False)
    page = _page(marketer.get(_step("creatives")))
    assert "This banner is not approved yet." in page


def test_save__somebody_else_was_first__409_and_nothing_lost(marketer, goal):
    marketer.post(BEGIN, goal)
    page = marketer.get(_step("goal"))
    revision = page.context["form"]["revision"].value()
    marketer.post(_step("goal"), goal | {"revision": revision, "name": "Theirs"})
    answer = marketer.post(_step("goal"), goal | {"revision": revision, "name": "Mine"})
    assert answer.status_code == 409
    assert 'value="Mine"' in _page(answer)
    assert Experiment.objects.get().name == "Theirs"


def test_step__back_with_what_was_typed__saved_first(marketer, goal, site):
    marketer.post(BEGIN, goal)
    data = _creatives(factories.a_creative(site)) | {"go": "goal"}
    assert marketer.post(_step("creatives"), data).headers["Location"] == _step("goal")
    assert Experiment.objects.get().variants.count() == 1


@pytest.mark.parametrize("slug", ["goal", "creatives", "audience", "launch"])
def test_step__full_site__at_most_30_queries(
    marketer, goal, site, slug, django_assert_max_num_queries
):
    marketer.post(BEGIN, goal)
    for _n in range(6):
        factories.a_creative(site)
    marketer.post(_step("creatives"), _creatives(*[factories.a_creative(site) for _n in "abcd"]))
    factories.an_experiment(site, status=Status.RUNNING, traffic_share=20)
    with django_assert_max_num_queries(30):
        assert marketer.get(_step(slug)).status_code == 200


def test_summary__while_typed__the_plan_read_back(marketer, goal):
    page = _page(marketer.post(f"{BEGIN}?part=summary", goal | {"name": "Now"}))
    assert "<html" not in page
    assert "Now" in page
    assert "If we show the shoe at sunrise" in page


def test_step__started_or_unknown__refused(marketer, site):
    factories.an_experiment(site, "running", status=Status.RUNNING)
    factories.an_experiment(site, "draft")
    assert marketer.get(_step("goal", "running")).status_code == 409
    assert marketer.post(f"{_step('goal', 'running')}?part=summary", {}).status_code == 204
    assert marketer.get(_step("nowhere", "draft")).status_code == 404
    assert marketer.get(_step("goal", "nobody")).status_code == 404


@pytest.mark.parametrize("role", [Role.MANAGER, Role.ANALYST])
def test_step__who_may_not_edit__refused(client, site, role):
    factories.an_experiment(site, "draft")
    client.force_login(factories.a_user(role=role, site=site))
    assert client.get(BEGIN).status_code == 403
    assert client.get(_step("goal", "draft")).status_code == 403


def test_launch__times_that_were_not_touched__unchanged_to_the_second(marketer, goal):
    marketer.post(BEGIN, goal)
    exact = dt.datetime(2027, 1, 4, 2, 0, 30, tzinfo=dt.UTC)
    Experiment.objects.update(starts_at=exact)
    same = {"starts_at": "2027-01-04T10:00", "ends_at": "", "end_action": "notify"}
    assert marketer.post(_step("launch"), same).status_code == 302
    assert Experiment.objects.get().starts_at == exact


def test_launch__hour_that_the_clocks_skip__refused_beside_the_start(marketer, goal):
    Site.objects.update(timezone="Europe/Berlin")
    marketer.post(BEGIN, goal)
    times = {"starts_at": "2027-03-28T02:30", "end_action": "notify"}
    answer = marketer.post(_step("launch"), times)
    assert answer.status_code == 422
    assert 'id="id_starts_at_error"' in _page(answer)
    assert Experiment.objects.get().starts_at is None
