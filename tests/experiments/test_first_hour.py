"""The first hour: on a demo site about the person, on another one about the site."""

import pytest

from creatives import library
from demo import seed
from events.models import UnitTotal
from experiments import design, first_hour, lifecycle
from experiments.models import Status
from tests.factories import a_picture, a_placement, a_site, a_user, an_experiment, approve
from workspace import seen
from workspace.models import Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def demo():
    return a_site("demo", is_demo=True)


@pytest.fixture
def person(demo):
    return a_user(site=demo)


def done(site, person, role=Role.MARKETER):
    return [task.done for task in first_hour.tasks(site, person, role)]


def upload(site, actor, now, name="Mine", *, approved=True):
    creative = library.create(
        site,
        name=name,
        alt=name,
        landing_url="https://shop.example/",
        upload=a_picture(),
        filename="mine.png",
        actor=actor,
        now=now,
    )
    if approved:
        approve(creative, at=now)
    return creative


def plan(site, creative, actor, now, key="mine"):
    other = upload(site, None, now, f"Other of {key}")
    variants = (
        design.VariantPlan("a", "Other", other),
        design.VariantPlan("b", "Mine", creative),
    )
    wish = design.Plan(
        key=key,
        name=key,
        placement=a_placement(site),
        variants=variants,
        hypothesis="Mine is better.",
    )
    return design.save(site, wish, actor=actor, now=now)


def came(experiment):
    UnitTotal.objects.create(
        site_id=experiment.site_id, experiment_id=experiment.pk, phase=1,
        unit="00000000-0000-0000-0000-000000000001",
    )  # fmt: skip


def test_demo__what_a_seed_made__ticks_nothing(demo, person, now):
    banner = upload(demo, None, now)
    experiment = plan(demo, banner, None, now)
    lifecycle.start(experiment, actor=None, now=now)
    came(experiment)
    assert done(demo, person) == [False] * 5


def test_demo__the_hour__ticks_step_by_step(client, demo, person, now):
    finished = an_experiment(demo, "old", status=Status.DECIDED)
    client.force_login(person)
    client.get(f"/s/demo/experiments/{finished.key}/")
    assert done(demo, person) == [True, False, False, False, False]
    client.get("/demo/")
    assert done(demo, person) == [True, True, False, False, False]
    banner = upload(demo, person, now, approved=False)
    assert done(demo, person) == [True, True, False, False, False]
    step = first_hour.tasks(demo, person, Role.MARKETER)[2]
    assert step.href == f"/s/demo/creatives/{banner.key}/"
    approve(banner, at=now)
    assert done(demo, person) == [True, True, True, False, False]
    experiment = plan(demo, banner, person, now)
    assert done(demo, person) == [True, True, True, True, False]
    lifecycle.start(experiment, actor=person, now=now)
    assert done(demo, person) == [True, True, True, True, False]
    came(experiment)
    assert done(demo, person) == [True] * 5
    assert "first-hour" not in client.get("/s/demo/").content.decode()


def test_demo__somebody_else__has_an_hour_of_their_own(demo, person, now):
    upload(demo, a_user(site=demo), now)
    assert not any(done(demo, person))


def test_demo__draft_with_anothers_banner__is_not_the_step(demo, person, now):
    upload(demo, person, now)
    plan(demo, upload(demo, None, now, "Theirs"), person, now)
    assert done(demo, person) == [False, False, True, False, False]


def test_demo__running_test_without_an_answer__is_no_finished_one(client, demo, person):
    an_experiment(demo, "young", status=Status.RUNNING)
    client.force_login(person)
    client.get("/s/demo/experiments/young/")
    assert not any(done(demo, person))


def test_demo__simulation_page__is_no_visit(client, now):
    seed.seed(now=now)
    site = a_site("demo")
    person = a_user(site=site)
    client.force_login(person)
    client.get("/demo/simulate/")
    assert not any(done(site, person))


def test_demo__manager__has_the_two_steps_of_a_reader(demo, person):
    assert done(demo, person, Role.MANAGER) == [False, False]


@pytest.mark.parametrize("key", ["demo", "shop"])
def test_hour__put_away__gone_for_this_person_alone(client, key):
    site = a_site(key, is_demo=key == "demo")
    person, other = a_user(site=site), a_user(site=site)
    client.force_login(person)
    assert "first-hour" in client.get(f"/s/{key}/").content.decode()
    client.post(f"/s/{key}/first-hour/put-away/")
    assert "first-hour" not in client.get(f"/s/{key}/").content.decode()
    assert done(site, person) == []
    assert len(done(site, other)) == 5


def test_site__ordinary__about_what_is_there(now):
    site = a_site()
    person = a_user(site=site)
    assert done(site, person) == [False] * 5
    an_experiment(site, status=Status.RUNNING)
    assert done(site, person) == [True, True, False, True, False]


def test_seen__twice__once(demo, person, now):
    seen.note(demo, person, "shop", now=now)
    seen.note(demo, person, "shop", now=now)
    assert seen.by(person, demo) == {"shop"}
