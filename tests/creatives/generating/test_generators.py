"""Generators from outside: what they give is a draft, and nothing of it goes live unreviewed."""

import pytest
from django.db import IntegrityError, transaction

from creatives.generating import asking, generators, making
from creatives.generating.making import Wish
from creatives.models import Creative, Version
from engine.errors import InvalidInput, LabError, Unavailable
from tests.creatives.composed import WORDS, a_picture_of, a_product
from tests.factories import NOW, a_picture, a_placement, a_site, a_user
from workspace import jobs
from workspace.models import Job, Role

pytestmark = pytest.mark.django_db


class Parrot:
    key = "parrot"
    title = "Parrot"

    def texts(self, brief):
        return [f"{brief.facts['title']} <b>!</b>", "x" * 200, "Two\nlines", ""]

    def images(self, brief):
        return [a_picture(1200, 900, "olive")]


class Broken(Parrot):
    key = "broken"

    def texts(self, brief):
        raise RuntimeError("no network")

    def images(self, brief):
        return [b"<html>"]


@pytest.fixture(autouse=True)
def registered(monkeypatch, settings):
    settings.CHROMIUM = "/nowhere/chromium"
    monkeypatch.setattr(generators, "_registered", {})
    for generator in (Parrot(), Broken()):
        generators.register(generator)


@pytest.fixture
def site():
    return a_site()


def test_generator__protocol__held():
    assert isinstance(Parrot(), generators.Generator)
    assert set(generators.found()) >= {"parrot", "broken"}


def test_texts__generated__drafts_that_pass_the_rules_of_everybody(site):
    product, picture = a_product(site), a_picture_of(site)
    said = asking.headlines(product, "en", longest=44, source="parrot")
    assert "Two lines" in said
    wishes = [
        Wish(
            name=f"Parrot {n}",
            design="split",
            palette="sand",
            slots={"en": WORDS["en"] | {"headline": text}},
            landing_url="https://shop.example/k",
            image=picture.pk,
            levels={"headline": "parrot"},
        )
        for n, text in enumerate(said)
    ]
    job = making.ask(site, wishes, name="Parrot", actor=None, now=NOW)
    lines = jobs.run(job.pk, now=NOW).result["lines"]
    assert [bool(line["key"]) for line in lines] == [True, False, True]  # one is too long
    version = Creative.objects.get(key=lines[0]["key"]).versions.get()
    assert "&lt;b&gt;!&lt;/b&gt;" in version.html
    assert version.levels == {"headline": "parrot"}
    assert_cannot_go_live(site, version)


def test_images__generated__drafts_of_the_library(site):
    (creative,) = asking.pictures(site, "parrot", a_product(site), run="k-1", actor=None, now=NOW)
    assert_cannot_go_live(site, creative.versions.get())


def test_images__no_picture__refused_like_any_upload(site):
    with pytest.raises(LabError):
        asking.pictures(site, "broken", a_product(site), run="k-1", actor=None, now=NOW)
    assert not Creative.objects.filter(site=site).exists()


def test_texts__generator_fails__said_so(site):
    product = a_product(site)
    with pytest.raises(Unavailable):
        asking.headlines(product, "en", longest=44, source="broken")
    with pytest.raises(InvalidInput):
        asking.headlines(product, "en", longest=44, source="nobody")


def test_job__taken_up_again__makes_none_twice(site):
    picture = a_picture_of(site)
    wish = Wish(
        "One", "split", "sand", {"en": WORDS["en"]}, "https://shop.example/k", image=picture.pk
    )
    job = making.ask(site, [wish], name="Run", actor=None, now=NOW)
    first = jobs.run(job.pk, now=NOW)
    Job.objects.filter(pk=job.pk).update(status=Job.Status.QUEUED)  # its worker was lost at the end
    again = jobs.run(job.pk, now=NOW)
    assert again.result["lines"] == first.result["lines"]
    assert Version.objects.filter(kind="html").count() == 1


def assert_cannot_go_live(site, version):
    place = a_placement(site, fallback=version.creative)
    assert place.fallback.live is None
    assert version.status == Version.Status.DRAFT
    with pytest.raises(IntegrityError), transaction.atomic():
        Creative.objects.filter(pk=version.creative_id).update(live=version)


def test_page__pictures_asked_for__drafts_and_a_report(site, client):
    client.force_login(a_user("mei", role=Role.MARKETER, site=site))
    product = a_product(site)
    page = client.get("/s/shop/studio/products/").content.decode()
    assert "Parrot" in page
    form = {"action": "pictures", "source": "parrot", "product": product.sku}

    answer = client.post("/s/shop/studio/products/", form)

    assert answer.status_code == 302, answer.context["drawn"].errors
    job = jobs.run(Job.objects.get(kind="creatives.pictures").pk, now=NOW)
    made = Creative.objects.get(site=site)
    assert made.name in client.get(answer.url).content.decode()
    assert_cannot_go_live(site, made.versions.get())
    Job.objects.filter(pk=job.pk).update(status=Job.Status.QUEUED)  # its worker was lost at the end
    again = jobs.run(job.pk, now=NOW)
    assert [line["key"] for line in again.result["lines"]] == [made.key]
    assert Creative.objects.filter(site=site).count() == 1


def test_page__what_is_no_picture__a_sentence_and_no_draft(site, client):
    client.force_login(a_user("mei", role=Role.MARKETER, site=site))
    form = {"action": "pictures", "source": "broken", "product": a_product(site).sku}
    answer = client.post("/s/shop/studio/products/", form)
    jobs.run(Job.objects.get(kind="creatives.pictures").pk, now=NOW)
    assert "refused" in client.get(answer.url).content.decode()
    assert not Creative.objects.filter(site=site).exists()
    unknown = client.post("/s/shop/studio/products/", form | {"source": "nobody"})
    assert unknown.status_code == 422
