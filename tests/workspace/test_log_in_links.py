"""A new password without an old one: by a link from an administrator, or by mail."""

import asyncio
import datetime as dt
import email
import re
import threading
from contextlib import contextmanager

import pytest
import time_machine
from allauth.account import views as account
from django.test import Client
from django.urls import path

from banner_lab import urls
from banner_lab.settings import _email
from tests import factories
from workspace.models import AuditEntry, Membership, Role

pytestmark = pytest.mark.django_db
NEW = "correct-horse-battery-staple"
# As with an EMAIL_URL: the first one that fits answers.
urlpatterns = [
    path("account/reset/", account.password_reset, name="account_reset_password"),
    *urls.urlpatterns,
]
handler400, handler403 = urls.handler400, urls.handler403


@pytest.fixture
def site():
    return factories.a_site()


@pytest.fixture
def ada(site, client):
    person = factories.a_user("ada", role=Role.ADMINISTRATOR, site=site)
    client.force_login(person)
    return person


@pytest.fixture
def mei(site):
    return factories.a_user("mei", role=Role.MARKETER, site=site)


def _link(client, person, site):
    member = Membership.objects.get(user=person, site=site)
    page = client.post(f"/s/{site.key}/settings/people/{member.pk}/link/", follow=True)
    found = re.search(r'id="new-link">http://testserver([^<]+)<', page.content.decode())
    return found and found[1]


def _set_password(link, browser=None):
    """What somebody does who has the link; whether there was a form to do it with."""
    browser = browser or Client()
    form = browser.get(link, follow=True)
    if b'name="password1"' not in form.content:
        return False
    address = form.redirect_chain[-1][0]
    browser.post(address, {"password1": NEW, "password2": NEW})
    return True


def _gets_in(name, password=NEW):
    browser = Client()
    browser.post("/login/", {"login": name, "password": password})
    return "_auth_user_id" in browser.session


def test_link__from_an_administrator__sets_a_password_once(client, site, ada, mei):
    link = _link(client, mei, site)
    assert _set_password(link)
    assert _gets_in("mei")
    assert not _set_password(link)
    entry = AuditEntry.objects.get(action="make log-in link")
    assert (entry.actor, entry.after) == (ada, {"person": "mei"})
    assert link.split("-", 1)[1] not in str(entry.after)


def test_link__after_a_day_or_a_changed_letter__does_nothing(client, site, ada, mei):
    link = _link(client, mei, site)
    assert not _set_password(link[:-2] + ("b/" if link[-2] != "b" else "c/"))
    with time_machine.travel(dt.datetime.now(dt.UTC) + dt.timedelta(hours=25)):
        assert not _set_password(link)
    assert _set_password(link)


def test_link__for_oneself__is_refused(client, site, ada):
    assert _link(client, ada, site) is None


def test_link__for_somebody_with_more_rights__is_refused(client, site, ada, mei):
    other = factories.a_site("other")
    factories.a_user("bo", role=Role.ADMINISTRATOR, site=other)
    Membership.objects.create(site=other, user=mei, role=Role.ADMINISTRATOR)
    assert _link(client, mei, site) is None
    Membership.objects.filter(site=other, user=mei).delete()
    mei.is_staff = True
    mei.save()
    assert _link(client, mei, site) is None
    assert not AuditEntry.objects.filter(action="make log-in link").exists()


def test_link__marketer__may_not_make_one(client, site, ada, mei):
    client.force_login(mei)
    member = Membership.objects.get(user=ada)
    assert client.post(f"/s/{site.key}/settings/people/{member.pk}/link/").status_code == 403


@contextmanager
def _post_office():
    """A server that speaks as much SMTP as a sender needs, and keeps what comes."""
    kept, loop, ready = [], asyncio.new_event_loop(), threading.Event()
    port = []

    async def talk(reader, writer):
        async def say(line):
            writer.write(line.encode() + b"\r\n")
            await writer.drain()

        await say("220 here")
        while line := await reader.readline():
            word = line.split()[0].upper() if line.split() else b""
            if word == b"DATA":
                await say("354 go on")
                kept.append((await reader.readuntil(b"\r\n.\r\n"))[:-5])
            await say("221 bye" if word == b"QUIT" else "250 fine")
            if word == b"QUIT":
                break
        writer.close()

    async def serve():
        server = await asyncio.start_server(talk, "127.0.0.1", 0)
        port.append(server.sockets[0].getsockname()[1])
        ready.set()

    def run():
        loop.run_until_complete(serve())
        loop.run_forever()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    assert ready.wait(5)
    try:
        yield port[0], kept
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)


@pytest.mark.urls(__name__)
def test_forgotten_password__with_a_mail_server__the_mail_goes_out_and_its_link_works(
    settings, site, mei
):
    mei.email = "mei@shop.example"
    mei.save()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    with _post_office() as (port, kept):
        for name, value in _email(f"smtp://127.0.0.1:{port}").items():
            setattr(settings, name, value)
        Client().post("/account/reset/", {"email": "mei@shop.example"})
    [letter] = [email.message_from_bytes(one) for one in kept]
    assert letter["To"] == "mei@shop.example"
    text = letter.get_payload(decode=True).decode()
    link = re.search(r"http://testserver(/account/reset/\S+)", text)
    assert link, text
    assert _set_password(link[1])
    assert _gets_in("mei")
