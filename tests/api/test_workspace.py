"""The site, its people, keys, webhooks, log and jobs: administered by people, read by keys."""

import pytest

from tests import factories
from tests.api.conftest import by_key, logged_in
from workspace import jobs
from workspace.models import ApiKey, Job, Membership, Role, Webhook

pytestmark = pytest.mark.django_db


def test_settings__read_by_a_key__changed_by_an_administrator(site, key, admin):
    seen = key.get("settings/")
    assert (seen.json()["currency"], seen.json()["origins"]) == ("CNY", ["https://shop.example"])
    assert key.patch("settings/", {"currency": "EUR"}).status_code == 403
    changed = admin.patch("settings/", {"currency": "EUR"}, if_match=seen["ETag"])
    assert changed.status_code == 200, changed.content
    before, after = seen.json(), changed.json()
    assert {n for n in after if after[n] != before[n]} == {"currency"}
    assert admin.patch("settings/", {"name": "x"}, if_match=seen["ETag"]).status_code == 412


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"currency": "GOLD"}, "currency"),
        ({"origins": ["https://shop.example/path"]}, "origins"),
        ({"timezone": "Mars/North"}, "timezone"),
        ({"key": "other"}, "key"),
        ({"view_window_days": 0}, "view_window_days"),
        ({"four_eyes": "perhaps"}, "four_eyes"),
    ],
)
def test_settings__what_does_not_fit__refused_by_field(admin, body, field):
    answer = admin.patch("settings/", body)
    assert (answer.status_code, answer.json()["field"]) == (422, field)


def test_settings__switches__off_and_on(site, admin):
    assert admin.patch("settings/", {"four_eyes": False}).json()["four_eyes"] is False
    assert admin.patch("settings/", {"name": "Shoes"}).json()["four_eyes"] is False
    assert admin.patch("settings/", {"four_eyes": True}).json()["four_eyes"] is True


@pytest.mark.parametrize("path", ["members/", "api-keys/", "webhooks/"])
def test_administration__keys_and_other_roles__403(site, key, path):
    assert key.get(path).status_code == 403
    for role in (Role.MARKETER, Role.MANAGER, Role.ANALYST):
        person = logged_in(factories.a_user(role=role, site=site))
        assert person.get(path).status_code == 403
        assert person.post(path, {}).status_code == 403


def test_members__added_changed_removed__never_the_last_administrator(site, admin):
    factories.a_user("bo")
    made = admin.post("members/", {"username": "bo", "role": "analyst"})
    assert made.status_code == 201, made.content
    one = f"members/{made.json()['id']}/"
    assert admin.patch(one, {"role": "manager"}).json()["role"] == "manager"
    assert admin.delete(one).status_code == 204
    assert admin.post("members/", {"username": "nobody", "role": "analyst"}).status_code == 422
    last = Membership.objects.get(site=site)
    assert admin.delete(f"members/{last.pk}/").status_code == 409
    assert admin.patch(f"members/{last.pk}/", {"role": "analyst"}).status_code == 409


def test_keys__made_used_revoked__text_said_once(site, admin):
    made = admin.post("api-keys/", {"name": "Import", "kind": "secret"}).json()
    caller = by_key(made["text"])
    assert caller.get("settings/").status_code == 200
    listed = admin.get("api-keys/").json()["results"]
    assert made["text"] not in str(listed)
    assert admin.post(f"api-keys/{made['id']}/revoke/").json()["revoked_at"]
    assert admin.post(f"api-keys/{made['id']}/revoke/").status_code == 409
    assert caller.get("settings/").status_code == 401
    assert ApiKey.objects.get(pk=made["id"]).sha256 not in str(listed)


def test_key__past_its_end__401(site):
    row, text = factories.a_key(site)
    ApiKey.objects.filter(pk=row.pk).update(expires_at=factories.NOW)
    assert by_key(text).get("settings/").status_code == 401


def test_webhooks__made_changed_switched_removed(site, admin, settings):
    settings.FETCH_PRIVATE = True
    made = admin.post("webhooks/", {"url": "http://127.0.0.1:8009/hooks"})
    assert made.status_code == 201, made.content
    assert made.json()["secret"].startswith("whsec_")
    one = f"webhooks/{made.json()['id']}/"
    assert "secret" not in admin.get(one).json()
    off = admin.patch(one, {"active": False})
    assert off.json()["active"] is False
    assert admin.patch(one, {"events": ["no.such"]}).json()["field"].startswith("events")
    renewed = admin.post(f"{one}renew-secret/").json()
    assert renewed["secret"] != made.json()["secret"]
    tried = admin.post(f"{one}test/").json()
    assert (tried["type"], bool(tried["error"])) == ("webhook.test", True)
    (sent,) = admin.get(f"{one}deliveries/").json()["results"]
    assert admin.post(f"{one}deliveries/{sent['id']}/again/").status_code == 200
    assert admin.delete(one).status_code == 204
    assert not Webhook.objects.exists()


def test_webhooks__address_that_leads_nowhere__422_not_an_outage_of_ours(admin):
    answer = admin.post("webhooks/", {"url": "https://nowhere.invalid/hooks"})
    assert (answer.status_code, answer.json()["field"]) == (422, "url")


def test_webhooks__address_inside__refused(admin, settings):
    settings.FETCH_PRIVATE = False
    answer = admin.post("webhooks/", {"url": "http://169.254.169.254/latest"})
    assert answer.status_code == 422


def test_audit__filters__exact_and_refused_by_name(site, admin, key):
    admin.patch("settings/", {"name": "Shoes"})
    rows = key.get("audit/", {"action": "change", "who": "ada"}).json()["results"]
    assert [(r["object_type"], r["after"]["name"]) for r in rows] == [("site", "Shoes")]
    assert key.get(f"audit/{rows[0]['id']}/").json() == rows[0]
    assert key.get("audit/", {"who": "nobody"}).json()["results"] == []
    for since in ("yesterday", "2026-11-22T08:00:00", "0001-01-01T00:00:00Z", "2026-13-01T00:00Z"):
        assert key.get("audit/", {"since": since}).json()["field"] == "since"
    assert key.post("audit/", {}).status_code == 405


def test_jobs__failed__tried_again(site, key):
    job = jobs.enqueue("unknown", site=site, actor=None, now=factories.NOW)
    assert key.post(f"jobs/{job.pk}/retry/").status_code == 409
    Job.objects.filter(pk=job.pk).update(status=Job.Status.FAILED)
    assert [j["id"] for j in key.get("jobs/?status=failed").json()["results"]] == [job.pk]
    assert key.post(f"jobs/{job.pk}/retry/").json()["status"] == "queued"
    assert key.get("jobs/?status=tired").status_code == 422


def test_segments__made_changed_counted_deleted(site, key):
    rule = {"all": [{"feature": "device", "op": "is", "value": "phone"}]}
    made = key.post("segments/", {"name": "Phones", "rule": rule})
    assert (made.status_code, made.json()["key"]) == (201, "phones"), made.content
    assert "phone" in made.json()["sentence"].lower()
    changed = key.patch("segments/phones/", {"name": "All phones"}, if_match=made["ETag"])
    assert (changed.json()["name"], changed.json()["rule"]) == ("All phones", rule)
    assert key.patch("segments/phones/", {"name": "x"}, if_match=made["ETag"]).status_code == 412
    broken = key.patch("segments/phones/", {"rule": {"all": [{"feature": "x", "op": "like"}]}})
    assert (broken.status_code, bool(broken.json()["field"])) == (422, True)
    assert key.get("segments/phones/size/").json()["sentence"]
    assert key.delete("segments/phones/").status_code == 204
    assert key.get("segments/phones/").status_code == 404
