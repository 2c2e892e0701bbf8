"""Reports to take away."""

import datetime as dt

from django.test import Client
from django.urls import reverse

from experiments.models import Experiment, Report
from experiments.reports import refresh
from experiments.reports.exports.taken import Taken
from experiments.reports.payload import decode
from tests.experiments.reports.states import an_arm
from tests.experiments.reports.test_page import START, an_experiment_with
from tests.factories import NOW, a_site, a_user
from workspace.models import Role

ARMS = (an_arm(18_400), an_arm(18_424, ctr=0.107))


def a_refreshed_experiment(*arms, at=START, now: dt.datetime = NOW, **fields) -> Experiment:
    """An experiment whose report is there."""
    experiment = an_experiment_with(*(arms or ARMS), at=at, **({"key": "hero"} | fields))
    refresh.refresh(experiment, now=now, rolled=True)
    return experiment


def taken_from(experiment: Experiment) -> Taken:
    row = Report.objects.get(experiment=experiment)
    return Taken(experiment, row, decode(row.payload), None, NOW)


def a_client(role: str = Role.MANAGER) -> Client:
    client = Client()
    client.force_login(a_user(f"the-{role}", role=role, site=a_site()))
    return client


def download(client: Client, form: str, query: str = ""):
    return client.get(reverse("experiments:take", args=["shop", "hero", form]) + query)
