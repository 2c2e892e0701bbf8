import datetime as dt
import json
import stat
import time
from collections import Counter

import pytest
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command

from creatives.models import Comment, Creative, Placement, Version
from demo import art, compositions, credentials, data, seed
from demo.models import DemoSite, Pace
from demo.places import PLACES
from experiments.models import Experiment
from tests.factories import a_user
from workspace import keys
from workspace.models import ApiKey, AuditEntry, Job, Membership, Role, Site

pytestmark = pytest.mark.django_db


def test_seed__empty_database__demo_site_with_people_keys_banners_and_placements(now):
    began = time.monotonic()
    made = seed.seed(now=now)
    assert time.monotonic() - began < 30
    site = Site.objects.get(key="demo")
    assert site.is_demo
    assert {m.role for m in Membership.objects.filter(site=site)} == set(Role.values)
    assert all(authenticate(username=u.username, password=u.password) for u in made.users)
    assert keys.find(made.keys.secret).kind == "secret"
    assert keys.find(made.keys.publishable).kind == "publishable"
    made_of = len(compositions.SCENES) + len(compositions.COMPOSITIONS)
    assert Creative.objects.filter(site=site).count() == len(art.BANNERS) + made_of
    places = {p.key for p in PLACES} | {compositions.PLACE}
    assert {p.key for p in Placement.objects.filter(site=site)} == places
    assert ApiKey.objects.filter(site=site, revoked_at=None).count() == 2
    assert [e.key for e in Experiment.objects.all()] == [compositions.EXPERIMENT]
    assert site.products.count() == 8
    assert DemoSite.objects.get(site=site).pace == Pace.CALM


def test_seed__audit_log__nobodys_merit(now):
    seed.seed(now=now)
    assert not AuditEntry.objects.exclude(actor=None).exists()
    assert not Creative.objects.exclude(created_by=None).exists()


def test_seed__studio__two_in_review_one_rejected_one_draft_one_end(now):
    seed.seed(now=now)
    site = Site.objects.get(key="demo")
    versions = Version.objects.filter(creative__site=site, number=2)
    status = Counter(versions.values_list("status", flat=True))
    assert status == {"in_review": 2, "rejected": 1, "draft": 1}
    assert Comment.objects.get().width
    assert Creative.objects.get(expires_at__isnull=False).expires_at == now + dt.timedelta(days=5)
    unseen = Creative.objects.filter(site=site, live=None)
    # Pictures for the studio: what is made of them is reviewed.
    assert {creative.key for creative in unseen} == {scene.sku for scene in compositions.SCENES}
    assert not site.four_eyes


def test_seed__again__changes_nothing(now):
    first = seed.seed(now=now)
    made = (Site, ApiKey, Creative, Version, Comment, Placement, DemoSite)
    counts = [m.objects.count() for m in made]
    assert seed.seed(now=now) == first
    assert [m.objects.count() for m in made] == counts


def test_seed__credentials_lost__old_keys_end_and_new_ones_open(now):
    first = seed.seed(now=now)
    credentials.path().unlink()
    second = seed.seed(now=now)
    assert keys.find(first.keys.secret) is None
    assert keys.find(second.keys.secret) is not None


def test_seed__somebody_elses_admin__is_left_alone(now):
    owner = a_user("admin")
    made = seed.seed(now=now)
    owner.refresh_from_db()
    assert owner.check_password("pass-12345")
    assert not owner.memberships.exists()
    assert "demo-admin" in {u.username for u in made.users}


def test_credentials__written__readable_by_the_owner_alone_and_as_documented(now):
    seed.seed(now=now)
    path = credentials.path()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    written = json.loads(path.read_text())
    assert set(written) == {"users", "keys"}
    assert set(written["keys"]) == {"publishable", "secret"}
    assert {tuple(sorted(u)) for u in written["users"]} == {("password", "role", "username")}


def test_command__no_demo__says_what_to_set(settings):
    settings.DEMO = False
    with pytest.raises(CommandError, match="DEMO=1"):
        call_command("seed_demo")


def test_command__twice__site_at_once_and_one_job_for_its_past(capsys):
    call_command("seed_demo")
    call_command("seed_demo")
    assert "Its past is coming in" in capsys.readouterr().out
    assert Job.objects.filter(kind=data.SEED_HISTORY).count() == 1


def test_command__waiting_without_a_data_plane__says_what_is_away(settings):
    settings.DELIVERY_URL = "http://127.0.0.1:9"
    with pytest.raises(CommandError, match="does not answer"):
        call_command("seed_demo", "--wait")
