import pytest

from demo import simulation
from demo.tasks import SIMULATE
from tests.factories import a_user
from workspace.models import Job, Site

pytestmark = pytest.mark.django_db
PAGE = "/demo/simulate/"
WISH = {"lift": "20", "visitors": "20000", "seed": "1"}


@pytest.fixture
def log_in(client, made):
    def log_in(role):
        user = next(u for u in made.users if u.role == role)
        assert client.login(username=user.username, password=user.password)
        return client

    return log_in


def test_simulate__nobody__to_the_log_in(client, made):
    assert client.get(PAGE).url.startswith("/login/")


def test_simulate__stranger_to_the_site__404(client, made):
    client.force_login(a_user())
    assert client.get(PAGE).status_code == 404


def test_simulate__manager__may_not(log_in):
    assert log_in("manager").post(PAGE, WISH).status_code == 403
    assert not Job.objects.filter(kind=SIMULATE).exists()


def test_simulate__marketer__one_job_however_often_the_button_is_pressed(log_in):
    client = log_in("marketer")
    first = client.post(PAGE, WISH)
    second = client.post(PAGE, WISH | {"seed": "2"})
    job = Job.objects.get(kind=SIMULATE)
    assert first.url == second.url == f"{PAGE}{job.pk}/"
    assert job.parameters == {"lift": 0.2, "visitors": 20_000, "seed": 1}
    assert client.get(first.url).headers["Refresh"] == "1"


@pytest.mark.parametrize("wish", [{"lift": "500"}, {"lift": ""}, {"visitors": "5"}])
def test_simulate__impossible_wish__said_beside_the_field(log_in, wish):
    answer = log_in("marketer").post(PAGE, WISH | wish)
    assert answer.status_code == 200
    assert b'class="problem"' in answer.content


def test_simulation__done__page_shows_truth_beside_report(log_in):
    client = log_in("marketer")
    result = simulation.Outcome(
        experiment="autumn-hero", truth=0.2, lift=0.18, low=0.1, high=0.27, verdict="use",
        visitors=20_000, impressions=35_000, clicks=4_000, seconds=31.0,
    ).as_json()  # fmt: skip
    job = Job.objects.create(
        site=Site.objects.get(key="demo"), kind=SIMULATE, status="done", result=result
    )
    page = client.get(f"{PAGE}{job.pk}/").content.decode()
    assert "+20.0 %" in page
    assert "+10.0 % … +27.0 %" in page
    assert "/s/demo/experiments/autumn-hero/" in page
    assert "autumn-hero" in client.get(PAGE).content.decode()
