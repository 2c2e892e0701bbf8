"""Changing who decides while it runs: the page says what follows, and does it once."""

import pytest
from django.urls import reverse

from delivery import learnt, snapshot
from experiments import adaptive, lifecycle, policies
from experiments.models import Experiment, LearntSnapshot, Parameters, Snapshot, Status
from experiments.policies import RulePlan, store_rules
from tests import factories
from workspace.models import AuditEntry, Role

pytestmark = pytest.mark.django_db
THREE = ("policy", "roll_back", "release")


@pytest.fixture
def site():
    return factories.a_site()


@pytest.fixture
def marketer(client, site):
    client.force_login(factories.a_user("mei", role=Role.MARKETER, site=site))
    return client


@pytest.fixture
def shoes(site):
    return factories.a_segment(site, "shoes", "affinity.category.shoes", "at_least", 2)


def _url(action, key="spring"):
    return reverse("experiments:act", args=["shop", key, action])


def _page(answer) -> str:
    return answer.content.decode()


def _learning(site, *widths, status=Status.RUNNING):
    """A learning experiment that has had these probabilities, one after the other."""
    made = factories.an_experiment(site, "spring", policy="thompson", status=status)
    versions = [factories.some_parameters(made, pair).version for pair in widths]
    adaptive.publish(now=factories.NOW)
    return made, versions


def _by_segment(segment, **more):
    rows = {"r-TOTAL_FORMS": "1", "r-INITIAL_FORMS": "0", "r-0-segment": segment.pk}
    data = {"policy": "rules", "exploration_share": "20", "r-0-weight-b": "1"}
    return rows | data | more


def _published_widths():
    row = LearntSnapshot.objects.first()
    return [dict(e.widths) for e in learnt.decode(bytes(row.body), row.sha256).entries]


def test_policy__page__shows_the_present_one_and_says_what_happens(marketer, site):
    factories.an_experiment(site, "spring", status=Status.RUNNING)
    page = _page(marketer.get(_url("policy")))
    assert 'value="fixed" checked' in page
    assert "Phase 2 begins: counting starts again from zero." in page
    assert "The report of phase 1 stays as it is" in page
    assert Experiment.objects.get().phase == 1


def test_policy__to_segments__new_phase_published_and_audited(marketer, site, shoes):
    made = factories.an_experiment(site, "spring", status=Status.RUNNING)
    data = _by_segment(shoes, revision=made.revision)
    assert marketer.post(_url("policy"), data).status_code == 302
    stored = Experiment.objects.get()
    assert (stored.policy, stored.exploration_share, stored.phase) == ("rules", 20, 2)
    assert policies.plans_of(stored) == (RulePlan(shoes, {"a": 0, "b": 1}),)
    row = Snapshot.objects.first()
    entry = snapshot.decode(bytes(row.body), row.sha256).experiments[0]
    assert (entry.phase, entry.policy.kind, entry.policy.rules[0].segment) == (2, "rules", "shoes")
    assert AuditEntry.objects.get(action="change_policy").actor_name == "mei"
    history = _page(marketer.get(reverse("experiments:history", args=["shop", "spring"])))
    assert "changed the policy; a new phase began" in history


def test_policy__from_learning_to_fixed__what_was_learned_is_out_of_force(marketer, site):
    made, _versions = _learning(site, [9000, 1000])
    assert _published_widths()
    data = {"policy": "fixed", "revision": made.revision}
    assert marketer.post(_url("policy"), data).status_code == 302
    assert _published_widths() == []


def test_policy__paused__stays_paused(marketer, site):
    factories.an_experiment(site, "spring", status=Status.PAUSED)
    data = {"policy": "thompson", "exploration_share": "10"}
    assert marketer.post(_url("policy"), data).status_code == 302
    assert (Experiment.objects.get().status, Experiment.objects.get().policy) == (
        "paused",
        "thompson",
    )


@pytest.mark.parametrize(
    ("policy", "data"),
    [
        ("fixed", {"policy": "fixed", "exploration_share": "40"}),
        ("thompson", {"policy": "thompson", "exploration_share": "10"}),
    ],
)
def test_policy__as_it_is__refused_because_counts_would_be_lost(marketer, site, policy, data):
    factories.an_experiment(site, "spring", policy=policy, status=Status.RUNNING)
    answer = marketer.post(_url("policy"), data)
    assert answer.status_code == 422
    assert "Nothing is changed" in _page(answer)
    assert Experiment.objects.get().phase == 1


def test_policy__same_segments__refused_other_weights__changed(marketer, site, shoes):
    made = factories.an_experiment(site, "spring", policy="rules", exploration_share=20)
    store_rules(made, [RulePlan(shoes, {"b": 1})])
    lifecycle.start(made, actor=None, now=factories.NOW)
    assert marketer.post(_url("policy"), _by_segment(shoes)).status_code == 422
    other = _by_segment(shoes, **{"r-0-weight-a": "1"})
    assert marketer.post(_url("policy"), other).status_code == 302


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({}, "Choose who decides."),
        ({"policy": "magic"}, "There is no such policy."),
        ({"policy": "thompson"}, "Say how many percent."),
        ({"policy": "thompson", "exploration_share": "51"}, "less than or equal to 50"),
        (
            {
                "policy": "rules",
                "exploration_share": "10",
                "r-TOTAL_FORMS": "0",
                "r-INITIAL_FORMS": "0",
            },
            "Choose at least one segment.",
        ),
        ({"policy": "rules", "exploration_share": "10"}, "ManagementForm"),
    ],
)
def test_policy__malformed__asked_again_and_nothing_changed(marketer, site, data, said):
    factories.an_experiment(site, "spring", status=Status.RUNNING)
    answer = marketer.post(_url("policy"), data)
    assert answer.status_code == 422
    assert said in _page(answer)
    assert Experiment.objects.get().phase == 1


def test_policy__a_row_more_and_less__nothing_changed_or_lost(marketer, site, shoes):
    factories.an_experiment(site, "spring", status=Status.RUNNING)
    page = _page(marketer.post(_url("policy"), _by_segment(shoes, **{"add-rule": "1"})))
    assert 'name="r-TOTAL_FORMS" value="2"' in page
    assert 'name="r-0-weight-b" value="1"' in page
    page = _page(marketer.post(_url("policy"), _by_segment(shoes, **{"remove-rule": "0"})))
    assert 'name="r-TOTAL_FORMS" value="0"' in page
    assert Experiment.objects.get().phase == 1


@pytest.mark.parametrize("action", THREE)
def test_move__somebody_was_first__conflict_and_who(marketer, site, action, shoes):
    made, _versions = _learning(site, [6000, 4000], [9000, 1000])
    if action == "release":
        adaptive.roll_back(made, actor=None, now=factories.NOW)
    seen, anna = made.revision, factories.a_user("anna", role=Role.MARKETER, site=site)
    lifecycle.pause(made, actor=anna, now=factories.NOW)
    lifecycle.resume(made, actor=anna, now=factories.NOW)
    answer = marketer.post(_url(action), _by_segment(shoes, revision=seen))
    assert answer.status_code == 409
    assert "anna" in _page(answer)
    assert (Experiment.objects.get().policy, Experiment.objects.get().phase) == ("thompson", 1)


@pytest.mark.parametrize("status", [Status.DRAFT, Status.STOPPED, Status.DECIDED])
@pytest.mark.parametrize("action", THREE)
def test_move__not_live__refused(marketer, site, shoes, status, action):
    factories.an_experiment(site, "spring", policy="thompson", status=status)
    answer = marketer.post(_url(action), _by_segment(shoes))
    assert answer.status_code == 409
    page = _page(marketer.get(reverse("experiments:design", args=["shop", "spring"])))
    assert _url(action) not in page


def test_offer__roll_back_and_release__only_where_they_lead_somewhere(marketer, site):
    design = reverse("experiments:design", args=["shop", "spring"])
    made, _versions = _learning(site, [6000, 4000])
    page = _page(marketer.get(design))
    assert _url("policy") in page
    assert _url("roll_back") not in page
    factories.some_parameters(made, [9000, 1000])
    page = _page(marketer.get(design))
    assert _url("roll_back") in page
    assert _url("release") not in page
    marketer.post(_url("roll_back"), {})
    page = _page(marketer.get(design))
    assert _url("roll_back") not in page
    assert _url("release") in page
    assert "held" in page


def test_roll_back__says_which_come_back_and_publishes_them(marketer, site):
    made, versions = _learning(site, [6000, 4000], [9000, 1000])
    page = _page(marketer.get(_url("roll_back")))
    assert f"Variant A 60 %, Variant B 40 % (version {versions[0]})" in page
    assert f"They replace Variant A 90 %, Variant B 10 % (version {versions[1]})" in page
    assert marketer.post(_url("roll_back"), {"revision": made.revision}).status_code == 302
    assert list(_published_widths()[0].values()) == [6000, 4000]
    page = _page(marketer.get(_url("release")))
    assert f"Variant A 90 %, Variant B 10 % (version {versions[1]})" in page
    assert marketer.post(_url("release"), {}).status_code == 302
    assert list(_published_widths()[0].values()) == [9000, 1000]


def test_roll_back__of_an_earlier_phase__nothing_to_go_back_to(marketer, site):
    made, _versions = _learning(site, [6000, 4000])
    Parameters.objects.create(
        experiment=made, phase=0, widths={}, evidence={}, created_at=factories.NOW
    )
    answer = marketer.post(_url("roll_back"), {})
    assert answer.status_code == 409
    assert "nothing earlier" in _page(answer)


def test_roll_back__fixed_split__refused(marketer, site):
    factories.an_experiment(site, "spring", status=Status.RUNNING)
    assert marketer.post(_url("roll_back"), {}).status_code == 409


@pytest.mark.parametrize("action", THREE)
def test_move__manager_and_stranger__may_not(client, site, action):
    _learning(site, [6000, 4000], [9000, 1000])
    client.force_login(factories.a_user(role=Role.MANAGER, site=site))
    assert client.post(_url(action), {"policy": "fixed"}).status_code == 403
    client.force_login(factories.a_user(role=Role.ADMINISTRATOR, site=factories.a_site("other")))
    assert client.post(_url(action), {"policy": "fixed"}).status_code == 404
    assert Experiment.objects.get().policy == "thompson"


def test_design__by_segment__sentence_and_shares(marketer, site, shoes):
    made = factories.an_experiment(site, "spring", policy="rules", exploration_share=15)
    store_rules(made, [RulePlan(shoes, {"a": 1, "b": 3})])
    page = _page(marketer.get(reverse("experiments:design", args=["shop", "spring"])))
    assert reverse("audiences:segment", args=["shop", "shoes"]) in page
    assert "75 %" in page
    assert "Everybody else" in page
    assert "Exploration slice: 15 %" in page


def test_design__rule_spoilt_in_the_back_office__page_opens(marketer, site, shoes):
    made = factories.an_experiment(site, "spring", policy="rules")
    store_rules(made, [RulePlan(shoes, {"a": 1})])
    shoes.rule = {"some": "thing"}
    shoes.save()
    page = _page(marketer.get(reverse("experiments:design", args=["shop", "spring"])))
    assert "This rule cannot be read" in page


def test_pages__learning__at_most_30_queries(marketer, site, django_assert_max_num_queries):
    _learning(site, [6000, 4000], [9000, 1000])
    pages = [reverse("experiments:design", args=["shop", "spring"]), *map(_url, THREE)]
    for page in pages:
        with django_assert_max_num_queries(30):
            assert marketer.get(page).status_code == 200
