"""Choosing who decides, in the plan of a draft: nothing lost, mistakes beside the field."""

import pytest

from experiments import design, policies
from experiments.models import Experiment, PolicyRule
from experiments.policies import MOST_RULES, RulePlan
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
def shoes(site):
    return factories.a_segment(site, "shoes", "affinity.category.shoes", "at_least", 2)


@pytest.fixture
def phones(site):
    return factories.a_segment(site, "phones", "device", "is", "phone")


@pytest.fixture
def typed(site):
    """A complete plan with a fixed split, as a browser sends it."""
    placement = factories.a_placement(site)
    data = {
        "name": "Autumn", "key": "autumn", "change": "a", "effect": "b", "reason": "c",
        "placement": placement.pk, "traffic_share": "100", "primary_metric": "ctr", "mde": "5",
        "mde_kind": "relative", "planned_days": "14", "planned_visitors": "0", "reading": "planned",
        "v-TOTAL_FORMS": "2", "v-INITIAL_FORMS": "0", "r-TOTAL_FORMS": "0", "r-INITIAL_FORMS": "0",
        "policy": "fixed", "exploration_share": "10",
    }  # fmt: skip
    for row, key in enumerate("ab"):
        creative = factories.a_creative(site, f"Banner {key}")
        values = {"key": key, "name": key.upper(), "weight": "1", "creative": creative.pk}
        data |= {f"v-{row}-{name}": value for name, value in values.items()}
    return data


def _by_segment(*rows, **more):
    """The fields of a policy by segment: per row the segment and its weights for a and b."""
    data = {"policy": "rules", "r-TOTAL_FORMS": str(len(rows)), "r-INITIAL_FORMS": "0"}
    for row, (segment, one, two) in enumerate(rows):
        number = getattr(segment, "pk", segment)
        data |= {f"r-{row}-segment": number, f"r-{row}-weight-a": one, f"r-{row}-weight-b": two}
    return data | more


def _page(answer) -> str:
    return answer.content.decode()


def test_save__by_segment__stored_and_shown_again_the_same(marketer, typed, shoes, phones):
    data = typed | _by_segment((phones, "", "1"), (shoes, "3", "1"), exploration_share="20")
    assert marketer.post(NEW, data).status_code == 302
    saved = Experiment.objects.get()
    assert (saved.policy, saved.exploration_share) == ("rules", 20)
    plans = policies.plans_of(saved)
    assert plans == (RulePlan(phones, {"a": 0, "b": 1}), RulePlan(shoes, {"a": 3, "b": 1}))
    page = _page(marketer.get("/s/shop/experiments/autumn/edit/"))
    assert 'value="rules" checked' in page
    assert 'name="exploration_share" value="20"' in page
    assert f'<option value="{phones.pk}" selected>phones' in page
    assert 'name="r-1-weight-a" value="3"' in page
    again = data | {"revision": saved.revision}
    assert marketer.post("/s/shop/experiments/autumn/edit/", again).status_code == 302
    assert policies.plans_of(Experiment.objects.get()) == plans


@pytest.mark.parametrize("policy", ["fixed", "thompson"])
def test_save__another_policy__rows_out_of_sight_are_left_out(marketer, typed, shoes, policy):
    data = typed | _by_segment((shoes, "x", ""), policy=policy, exploration_share="15")
    assert marketer.post(NEW, data).status_code == 302
    assert Experiment.objects.get().policy == policy
    assert not PolicyRule.objects.exists()


def test_save__fixed_with_a_slice_that_is_none__is_ignored(marketer, typed):
    assert marketer.post(NEW, typed | {"exploration_share": "99"}).status_code == 302
    assert Experiment.objects.get().exploration_share == 10


def test_save__by_segment_without_one__a_draft_that_says_what_is_missing(marketer, typed):
    answer = marketer.post(NEW, typed | _by_segment(exploration_share="10"))
    assert answer.status_code == 302
    assert "has no segment" in _page(marketer.get(answer.headers["Location"]))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"policy": ""}, "Choose who decides."),
        ({"policy": "magic"}, "There is no such policy."),
        ({"policy": "thompson", "exploration_share": ""}, "Say how many percent."),
        ({"policy": "thompson", "exploration_share": "4"}, "greater than or equal to 5"),
        ({"policy": "thompson", "exploration_share": "ten"}, "Enter a whole number."),
        ({"policy": "rules", "r-TOTAL_FORMS": "x"}, "ManagementForm"),
        (_by_segment(("", "1", "1")), "Choose a segment."),
        (_by_segment(("999999", "1", "1")), "There is no such segment any more."),
        (_by_segment(("nonsense", "1", "1")), "There is no such segment any more."),
    ],
)
def test_save__malformed__said_and_nothing_saved(marketer, typed, changes, said):
    answer = marketer.post(NEW, typed | changes)
    assert answer.status_code == 422
    assert said in _page(answer)
    assert not Experiment.objects.exists()


@pytest.mark.parametrize(
    ("weights", "said"),
    [
        (("", ""), "Give at least one variant a weight above zero."),
        (("0", "0"), "Give at least one variant a weight above zero."),
        (("-1", "1"), "A: Ensure this value is greater than or equal to 0."),
        (("many", "1"), "A: Enter a whole number."),
        (("10001", "1"), "A: Ensure this value is less than or equal to 10000."),
    ],
)
def test_save__weights_that_are_none__said_beside_the_row(marketer, typed, shoes, weights, said):
    answer = marketer.post(NEW, typed | _by_segment((shoes, *weights), exploration_share="10"))
    assert answer.status_code == 422
    assert said in _page(answer)


def test_save__same_segment_twice__said_beside_the_second(marketer, typed, shoes):
    rows = ((shoes, "1", ""), (shoes, "", "1"))
    answer = marketer.post(NEW, typed | _by_segment(*rows, exploration_share="10"))
    assert answer.status_code == 422
    assert _page(answer).count("This segment stands in the list already.") == 1


def test_save__segment_of_another_site__does_not_exist(marketer, typed):
    theirs = factories.a_segment(factories.a_site("other"), "theirs", "device", "is", "phone")
    answer = marketer.post(NEW, typed | _by_segment((theirs, "1", "1")))
    assert answer.status_code == 422
    assert "theirs" not in _page(answer)


def test_add_rule__what_was_typed__stays(marketer, typed, shoes):
    data = typed | _by_segment((shoes, "7", ""), exploration_share="33")
    page = _page(marketer.post(NEW, data | {"add-rule": "1", "name": ""}))
    assert 'name="r-TOTAL_FORMS" value="2"' in page
    assert 'name="r-0-weight-a" value="7"' in page
    assert 'name="r-1-segment"' in page
    assert 'name="exploration_share" value="33"' in page
    assert "is-invalid" not in page
    assert not Experiment.objects.exists()


def test_remove_rule__the_first__the_second_moves_up(marketer, typed, shoes, phones):
    data = typed | _by_segment((shoes, "7", ""), (phones, "", "8"))
    page = _page(marketer.post(NEW, data | {"remove-rule": "0"}))
    assert 'name="r-TOTAL_FORMS" value="1"' in page
    assert f'<option value="{phones.pk}" selected>phones' in page
    assert 'name="r-0-weight-b" value="8"' in page
    assert "r-1-" not in page


@pytest.mark.parametrize("number", ["7", "-1", "x", ""])
def test_remove_rule__none_such__nothing_lost(marketer, typed, shoes, number):
    data = typed | _by_segment((shoes, "7", ""))
    page = _page(marketer.post(NEW, data | {"remove-rule": number}))
    assert 'name="r-0-weight-a" value="7"' in page


def test_add_rule__most_of_them__no_more(marketer, typed, shoes):
    data = typed | _by_segment(*[(shoes, "1", "")] * MOST_RULES)
    page = _page(marketer.post(NEW, data | {"add-rule": "1"}))
    assert f'name="r-TOTAL_FORMS" value="{MOST_RULES}"' in page
    assert 'name="add-rule"' not in page


def test_add_variant__rows_of_segments__get_its_weight(marketer, typed, shoes):
    data = typed | _by_segment((shoes, "7", ""))
    page = _page(marketer.post(NEW, data | {"add": "1"}))
    assert 'name="r-0-weight-c"' in page
    page = _page(marketer.post(NEW, data | {"remove": "1"}))
    assert 'name="r-0-weight-b"' not in page


def test_new__no_segments__says_so(marketer, typed):
    page = _page(marketer.get(NEW))
    assert "This site has no segments yet." in page
    assert 'value="fixed" checked' in page


def test_new__segment_named_in_html__shown_as_text(marketer, typed, site):
    segment = factories.a_segment(site, "evil", "device", "is", "phone")
    segment.name = "<script>alert(1)</script>"
    segment.save()
    page = _page(marketer.post(NEW, typed | _by_segment((segment, "1", ""), **{"add-rule": "1"})))
    assert "<script>alert" not in page


def test_summary__learning__says_where_the_traffic_goes(marketer, typed):
    data = typed | {"policy": "thompson", "exploration_share": "25"}
    page = _page(marketer.post(NEW + "?part=summary", data))
    assert "A 50 %, B 50 %" in page
    assert "goes to what is clicked" in page
    assert "25 % get any variant by chance" in page


def test_summary__by_segment_without_one__is_missing(marketer, typed):
    page = _page(marketer.post(NEW + "?part=summary", typed | _by_segment()))
    assert "has no segment" in page


def test_edit__many_segments__at_most_30_queries(
    marketer, site, typed, now, django_assert_max_num_queries
):
    rows = [factories.a_segment(site, f"s-{n}", "device", "is", "phone") for n in range(MOST_RULES)]
    rules = tuple(RulePlan(segment, {"a": 1}) for segment in rows)
    variants = (design.VariantPlan("a", "A"), design.VariantPlan("b", "B"))
    placement = site.placements.first()
    plan = design.Plan("autumn", "Autumn", placement, variants, policy="rules", rules=rules)
    design.save(site, plan, actor=None, now=now)
    for page in ("edit", "design"):
        with django_assert_max_num_queries(30):
            assert marketer.get(f"/s/shop/experiments/autumn/{page}/").status_code == 200
