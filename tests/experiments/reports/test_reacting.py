"""Likes and moved pictures on the results page: visitors per variant, where there are any."""

import datetime as dt
import re

import pytest
from django.test import Client
from django.urls import reverse

from events.models import Reacted
from events.reactions import LIKE, SLIDE
from experiments.reports import refresh
from tests.experiments.reports.states import an_arm
from tests.experiments.reports.test_page import an_experiment_with
from tests.factories import NOW, a_site, a_user
from workspace.models import Role

pytestmark = pytest.mark.django_db
CELL = re.compile(r"<t[dh][^>]*>([^<]*)</t[dh]>")


@pytest.fixture
def experiment():
    found = an_experiment_with(an_arm(3_000), an_arm(3_000), at=NOW - dt.timedelta(days=6))
    refresh.refresh(found, now=NOW)
    return found


def table(experiment):
    client = Client()
    client.force_login(a_user("analyst", role=Role.ANALYST, site=a_site()))
    page = client.get(reverse("experiments:detail", args=["shop", experiment.key]))
    html = page.content.decode().partition("did something in the banner</caption>")[2]
    return CELL.findall(html.partition("</table>")[0])


def react(experiment, kind, place, units, phase=1):
    variant = experiment.variants.all()[place]
    where = {"experiment_id": experiment.pk, "phase": phase, "variant_id": variant.pk}
    Reacted.objects.create(kind=kind, units=units, **where)


def test_results__likes_and_slides__visitors_of_each_variant_and_their_share(experiment):
    react(experiment, LIKE, 1, 90)
    react(experiment, SLIDE, 1, 300)
    react(experiment, SLIDE, 0, 3)
    react(experiment, LIKE, 0, 7, phase=2)
    found = table(experiment)
    assert found[:3] == ["Variant", "Liked it", "Moved its pictures"]
    assert (found[4], found[7][:2], found[8][:3]) == ("0", "90", "300")
    assert re.fullmatch(r"90 \(1\.\d+ ?%\)", found[7]), found


def test_results__nobody_did_any__says_nothing(experiment):
    assert table(experiment) == []
