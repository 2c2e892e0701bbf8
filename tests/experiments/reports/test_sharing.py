"""Links to a report: secret, counted, limited in time, and taken back for good."""

import datetime as dt
import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from engine.errors import IllegalMove, InvalidInput, NotFound
from experiments.models import Report, ReportVersion, ShareLink
from experiments.reports import sharing, versions
from tests.experiments.reports.exports.taken import a_client, a_refreshed_experiment
from tests.factories import NOW, a_user, an_experiment
from workspace.models import AuditEntry, Role

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


@pytest.fixture
def experiment():
    return a_refreshed_experiment(name="Spring <hero>")


def a_link(experiment, *, days=30, language="en", version=None, now=None):
    return sharing.create(
        experiment,
        language=language,
        days=days,
        version=version,
        actor=a_user(),
        now=now or timezone.now(),
    )


def opened(secret: str, query: str = "", method: str = "get"):
    return getattr(Client(), method)(f"/r/{secret}{query}")


def test_create__new_link__only_its_hash_is_kept(experiment):
    made = a_link(experiment)
    assert len(made.secret) == 43
    assert made.secret not in str(ShareLink.objects.values())
    assert made.link.secret_hash == sharing.digest(made.secret)
    assert made.secret not in str(AuditEntry.objects.values())


@pytest.mark.parametrize("days", [0, -1, 366])
def test_create__days_beyond_a_year__refused(experiment, days):
    with pytest.raises(InvalidInput):
        a_link(experiment, days=days)


def test_create__language_that_there_is_not_or_version_of_another__refused(experiment):
    with pytest.raises(InvalidInput):
        a_link(experiment, language="tlh")
    with pytest.raises(InvalidInput):
        a_link(an_experiment(), version=ReportVersion.objects.get())


def test_open__until_it_expires__then_not_found(experiment):
    made = a_link(experiment, days=2, now=NOW)
    assert sharing.open_link(made.secret, now=NOW + 2 * DAY - dt.timedelta(seconds=1))
    with pytest.raises(NotFound):
        sharing.open_link(made.secret, now=NOW + 2 * DAY)


def test_revoke__once__then_refused_and_gone(experiment):
    made = a_link(experiment)
    sharing.revoke(made.link, actor=a_user(), now=NOW)
    with pytest.raises(IllegalMove):
        sharing.revoke(made.link, actor=a_user(), now=NOW)
    entries = AuditEntry.objects.filter(action__contains="share")
    assert {entry.action for entry in entries} == {"unshare", "share"}
    assert opened(made.secret).status_code == 404


def test_shared__good_link__verdict_without_account_menu_or_action(experiment):
    answer = opened(a_link(experiment).secret)
    body = answer.content.decode()
    assert answer.status_code == 200
    assert 'data-verdict="use"' in body
    assert "Spring &lt;hero&gt;" in body
    assert not re.search(r"<form|/s/shop/|csrf|btn-primary|sidebar", body)
    assert answer["X-Robots-Tag"] == "noindex, nofollow"
    assert answer["Referrer-Policy"] == "no-referrer"
    assert answer["Cache-Control"] == "private, no-store"
    assert not answer.cookies


def test_shared__opened__counted_unless_only_asked_about(experiment):
    made = a_link(experiment)
    opened(made.secret)
    opened(made.secret)
    opened(made.secret, method="head")
    made.link.refresh_from_db()
    assert made.link.opened == 2
    assert made.link.last_opened_at is not None


def test_shared__unknown_expired_revoked__the_same_page(experiment):
    expired = a_link(experiment, days=1, now=timezone.now() - 2 * DAY).secret
    revoked = a_link(experiment)
    sharing.revoke(revoked.link, actor=a_user(), now=NOW)
    answers = [opened(one) for one in (expired, revoked.secret, "x" * 43, "…", "a'b\0", "9" * 5000)]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1
    assert {answer["X-Robots-Tag"] for answer in answers} == {"noindex, nofollow"}


def test_shared__language_of_the_link__and_a_switch(experiment):
    secret = a_link(experiment, language="zh-hans").secret
    assert '<html lang="zh-hans"' in opened(secret).content.decode()
    assert '<html lang="en"' in opened(secret, "?lang=en").content.decode()
    answer = opened(secret, "?lang=tlh")
    assert '<html lang="zh-hans"' in answer.content.decode()
    assert answer["Content-Language"] == "zh-hans"


def test_shared__fixed_version__stays_as_it_was(experiment):
    version = versions.of(experiment).first()
    secret = a_link(experiment, version=version).secret
    live = a_link(experiment).secret
    Report.objects.update(payload=None)
    assert 'data-verdict="use"' in opened(secret).content.decode()
    assert "version 1" in opened(secret).content.decode()
    assert 'data-verdict="use"' not in opened(live).content.decode()


def test_links__marketer_and_manager__make_one_and_see_it_once(experiment):
    for role in (Role.MARKETER, Role.MANAGER):
        client = a_client(role)
        address = reverse("experiments:links", args=["shop", "hero"])
        body = client.post(address, {"language": "en", "days": 30, "version": ""}).content.decode()
        (secret,) = re.findall(r"/r/([\w-]{43})", body)
        assert opened(secret).status_code == 200
        assert secret not in client.get(address).content.decode()


@pytest.mark.parametrize("days", ["", "0", "366", "x"])
def test_links__unreadable_days__said_beside_the_field(experiment, days):
    address = reverse("experiments:links", args=["shop", "hero"])
    answer = a_client().post(address, {"language": "en", "days": days})
    assert answer.status_code == 422
    assert not ShareLink.objects.exists()


def test_links__of_a_version__chosen_by_number(experiment):
    address = reverse("experiments:links", args=["shop", "hero"])
    a_client().post(address, {"language": "en", "days": 3, "version": "1"})
    assert ShareLink.objects.get().version.number == 1


def test_revoke__by_its_button__gone(experiment):
    made, client = a_link(experiment), a_client()
    address = reverse("experiments:revoke-link", args=["shop", "hero", made.link.pk])
    assert client.get(address).status_code == 405
    assert client.post(address).status_code == 302
    assert opened(made.secret).status_code == 404


def test_links__somebody_else__nothing_there(experiment):
    made, client = a_link(experiment), Client()
    client.force_login(a_user("stranger"))
    for name, more in (("links", []), ("revoke-link", [made.link.pk])):
        address = reverse(f"experiments:{name}", args=["shop", "hero", *more])
        assert client.post(address, {"language": "en", "days": 3}).status_code == 404
    assert ShareLink.objects.get().revoked_at is None


def test_history__versions__listed_kept_and_read(experiment):
    client = a_client()
    answer = client.post(reverse("experiments:keep", args=["shop", "hero"]), {"note": "board"})
    assert answer.status_code == 302
    body = client.get(reverse("experiments:history", args=["shop", "hero"])).content.decode()
    assert "?version=2" in body
    assert "board" in body
    page = reverse("experiments:detail", args=["shop", "hero"])
    frozen = client.get(page + "?version=2").content.decode()
    assert "as it was on 2026-" in frozen
    assert "Refresh now" not in frozen
    assert client.get(page + "?version=9").status_code == 404


def test_page__with_its_menu__offers_files_and_sharing(experiment, settings):
    client, page = a_client(), reverse("experiments:detail", args=["shop", "hero"])
    assert "/download/xlsx/" in client.get(page).content.decode()
    settings.CHROMIUM = "/nowhere/chromium"
    assert "/download/pdf/" not in client.get(page).content.decode()
    answer = client.get(reverse("experiments:take", args=["shop", "hero", "pdf"]))
    assert answer.status_code == 501
    assert "Chromium" in answer.content.decode()
