"""Webhooks: what is told, signed as the specification says, repeated, and given up."""

import datetime as dt
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.db import transaction
from django.utils import timezone
from standardwebhooks.webhooks import Webhook as Verifier

from creatives import expiring, library, review
from tests.factories import NOW, a_creative, a_site, a_user
from workspace import delivering, fetching, webhooks
from workspace.models import AuditEntry, Delivery, Role, Webhook

pytestmark = pytest.mark.django_db


class _Ear(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.heard.append((dict(self.headers), body))
        self.send_response(self.server.answer)
        self.send_header("Content-Length", "0")
        self.send_header("Location", "http://127.0.0.1:1/")
        self.end_headers()

    def log_message(self, *args):
        pass


@pytest.fixture
def ear(settings) -> Iterator[ThreadingHTTPServer]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Ear)
    server.heard, server.answer = [], 200
    threading.Thread(target=server.serve_forever, daemon=True).start()
    server.url = f"http://127.0.0.1:{server.server_port}/hook"
    settings.FETCH_ORIGINS = [server.url.removesuffix("/hook")]
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def site():
    return a_site()


@pytest.fixture
def hook(site, ear):
    return webhooks.add(site, url=ear.url, events=[], actor=None, now=NOW)


def told():
    return [(d.type, json.loads(d.body)["data"]) for d in Delivery.objects.order_by("pk")]


def test_announce__signed__verifies_with_the_secret(site, hook, ear):
    now = timezone.now()
    webhooks.announce(site, type="creative.approved", payload={"creative": "词"}, now=now)
    assert delivering.deliver_due(now=now) == 1
    headers, body = ear.heard[0]
    data = Verifier(hook.secret).verify(body, headers)
    assert (data["type"], data["data"]) == ("creative.approved", {"creative": "词"})
    with pytest.raises(Exception, match="signature"):
        Verifier(webhooks.new_secret()).verify(body, headers)


def test_announce__transaction_rolled_back__nothing_is_told(site, hook):
    with transaction.atomic():
        webhooks.announce(site, type="creative.approved", payload={}, now=NOW)
        transaction.set_rollback(True)
    assert told() == []


def test_announce__other_events_other_site_or_off__silent(site, ear):
    webhooks.add(site, url=ear.url, events=["creative.rejected"], actor=None, now=NOW)
    webhooks.add(a_site("other"), url=ear.url, events=[], actor=None, now=NOW)
    off = webhooks.add(site, url=ear.url, events=[], actor=None, now=NOW)
    webhooks.switch(off, on=False, actor=None, now=NOW)
    assert webhooks.announce(site, type="creative.approved", payload={}, now=NOW) == 0
    assert webhooks.announce(site, type="creative.rejected", payload={}, now=NOW) == 1


def test_review__each_move__is_announced(site, hook):
    mei = a_user("mei", role=Role.MARKETER, site=site)
    creative = a_creative(site, "Spring", approved=False)
    version = creative.versions.get()
    review.submit(version, actor=mei, now=NOW)
    review.reject(version, reason="Blurred", actor=mei, now=NOW)
    words = {"alt": "Sharp", "landing_url": version.landing_url, "upload": None}
    second = library.add_version(creative, actor=None, now=NOW, **words)
    review.submit(second, actor=None, now=NOW)
    review.approve(second, actor=mei, now=NOW)
    end = NOW + dt.timedelta(hours=1)
    expiring.set_expiry(creative, expires_at=end, actor=None, now=NOW)
    review.expire_due(now=end)
    review.withdraw(second, reason="Old price", actor=mei, now=end)
    assert [(t, d["version"], d["actor"], d["reason"]) for t, d in told()] == [
        ("creative.submitted", 1, "mei", ""),
        ("creative.rejected", 1, "mei", "Blurred"),
        ("creative.submitted", 2, None, ""),
        ("creative.approved", 2, "mei", ""),
        ("creative.expired", 2, None, ""),
        ("creative.withdrawn", 2, "mei", "Old price"),
    ]
    assert told()[0][1]["link"].endswith(f"/s/shop/creatives/{creative.key}/")


def _attempts(site, now):
    """Every attempt of one message, with the time that passed since the one before."""
    webhooks.announce(site, type="creative.approved", payload={}, now=now)
    delivery, passed = Delivery.objects.get(), []
    while delivery.status == Delivery.Status.WAITING:
        delivering.deliver_due(now=delivery.next_at)
        before = delivery.next_at
        delivery.refresh_from_db()
        passed.append(((delivery.next_at or before) - before).total_seconds())
    return delivery, passed


@pytest.mark.parametrize("answer", [500, 404, 302, 199 + 101])
def test_delivery__refused_again_and_again__slower_and_given_up_within_a_day(
    site, hook, ear, answer
):
    ear.answer = answer
    delivery, passed = _attempts(site, NOW)
    assert delivery.status == Delivery.Status.FAILED
    assert (delivery.attempts, len(ear.heard)) == (8, 8)
    assert passed == [*sorted(passed[:-1]), 0]
    assert 20 * 3600 < sum(passed) <= 24 * 3600
    assert len({headers["webhook-id"] for headers, _body in ear.heard}) == 1


def test_delivery__answers_in_the_end__is_delivered_and_forgiven(site, hook, ear):
    ear.answer = 503
    webhooks.announce(site, type="creative.approved", payload={}, now=NOW)
    delivering.deliver_due(now=NOW)
    ear.answer = 204
    delivering.deliver_due(now=NOW + dt.timedelta(seconds=5))
    delivery = Delivery.objects.get()
    assert (delivery.status, delivery.answer) == (Delivery.Status.DELIVERED, 204)
    assert Webhook.objects.get().failures == 0


def test_delivery__gone__webhook_is_turned_off(site, hook, ear):
    ear.answer = 410
    webhooks.announce(site, type="creative.approved", payload={}, now=NOW)
    delivering.deliver_due(now=NOW)
    hook.refresh_from_db()
    assert not hook.active
    assert "410" in hook.off_reason
    assert Delivery.objects.get().status == Delivery.Status.FAILED
    assert AuditEntry.objects.first().action == "turn off"
    assert "secret" not in AuditEntry.objects.first().after


def test_delivery__forty_failures_in_a_row__webhook_is_turned_off(site, hook, ear):
    ear.answer = 500
    Webhook.objects.update(failures=delivering.MOST_FAILURES - 1)
    webhooks.announce(site, type="creative.approved", payload={}, now=NOW)
    delivering.deliver_due(now=NOW)
    hook.refresh_from_db()
    assert not hook.active


def test_delivery__address_moved_into_the_house__never_asked(site, hook, ear, settings):
    """The address was allowed when it was typed; the check is made at every delivery."""
    settings.FETCH_ORIGINS = []
    webhooks.announce(site, type="creative.approved", payload={}, now=NOW)
    delivering.deliver_due(now=NOW)
    assert ear.heard == []
    assert "public internet" in Delivery.objects.get().error


def test_delivery__worker_died_after_the_claim__sent_by_the_next(site, hook, ear):
    webhooks.announce(site, type="creative.approved", payload={}, now=NOW)
    delivering._claim(Delivery.objects.get().pk, NOW)
    assert delivering.deliver_due(now=NOW) == 0
    assert delivering.deliver_due(now=NOW + delivering.CLAIM) == 1
    assert len(ear.heard) == 1


def test_delivery__again__same_id(site, hook, ear):
    webhooks.announce(site, type="creative.approved", payload={}, now=NOW)
    delivering.deliver_due(now=NOW)
    delivering.again(Delivery.objects.get(), now=NOW)
    ids = [headers["webhook-id"] for headers, _body in ear.heard]
    assert len(ids) == 2
    assert len(set(ids)) == 1


def test_add__address_in_the_house__refused(site, settings):
    settings.FETCH_ORIGINS = []
    with pytest.raises(fetching.Refused):
        webhooks.add(site, url="http://169.254.169.254/", events=[], actor=None, now=NOW)
    assert not Webhook.objects.exists()
