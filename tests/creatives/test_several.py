"""Many files at once: a job makes drafts, then all are filled in on one page."""

import datetime as dt

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from creatives import aside, library, taking_in, wording
from creatives.models import Creative
from creatives.wording import Wording
from engine.errors import IllegalMove, InvalidInput
from tests.factories import a_creative, a_picture, a_site, a_user
from workspace import jobs
from workspace.models import AuditEntry, Job, Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def site():
    return a_site(locales=["en", "zh-Hans"])


@pytest.fixture(autouse=True)
def marketer(client, site):
    user = a_user("mei", role=Role.MARKETER, site=site)
    client.force_login(user)
    return user


def _file(data=None, name="spring_sale-2.png"):
    return SimpleUploadedFile(name, a_picture() if data is None else data, "image/png")


def _chosen(client, *files):
    return client.post("/s/shop/creatives/several/", {"uploads": list(files)})


def _done(client, *files):
    """The page after the job."""
    answer = _chosen(client, *files)
    assert answer.status_code == 302
    jobs.run(Job.objects.latest("pk").pk, now=timezone.now())
    return client.get(answer.url)


def _rows(page, **changes):
    rows = {"landing_for_all": "https://shop.example/spring"}
    for form in page.context["grid"]:
        key = form.creative.key
        rows |= {f"{key}-name": form["name"].value(), f"{key}-alt_en": f"Words of {key}"}
    return rows | changes


def test_several__before_the_job__page_waits_and_names_the_files(client):
    answer = _chosen(client, _file(), _file(name="b.png"))
    text = client.get(answer.url).content.decode()
    assert "Waiting for a worker" in text
    assert "spring_sale-2.png" in text
    assert not Creative.objects.exists()


def test_several__good_and_bad_files__drafts_and_sentences(client, marketer):
    page = _done(client, _file(), _file(b"<html>", "trap.png"), _file(a_picture(9, 9), "b.png"))
    assert [form["name"].value() for form in page.context["grid"]] == ["Spring sale 2", "B"]
    assert [one.filename for one in page.context["refused"]] == ["trap.png"]
    assert "web page" in page.context["refused"][0].reason
    creative = Creative.objects.get(key="spring-sale-2")
    version = creative.versions.get()
    assert (version.status, version.alt, version.landing_url) == ("draft", "", "")
    assert (creative.created_by, version.original_name) == (marketer, "spring_sale-2.png")


def test_several__filled_in__words_in_every_language_and_one_landing_page_for_all(client):
    page = _done(client, _file(name="a.png"), _file(a_picture(9, 9), "b.png"))
    own = {"b-landing_url": "https://shop.example/b", "b-alt_zh-Hans": "春季", "b-name": "Bee"}
    url = f"/s/shop/creatives/several/{Job.objects.get().pk}/"
    assert client.post(url, _rows(page, **own)).status_code == 302
    first, second = (Creative.objects.get(key=key).versions.get() for key in "ab")
    assert (first.alt, first.landing_url) == ("Words of a", "https://shop.example/spring")
    assert (second.landing_url, second.creative.name) == ("https://shop.example/b", "Bee")
    assert second.copies.get().alt == "春季"
    assert not first.copies.exists()
    assert AuditEntry.objects.filter(action="fill in").count() == 2


def test_several__one_row_wrong__none_kept_and_nothing_lost(client):
    page = _done(client, _file(name="a.png"), _file(a_picture(9, 9), "b.png"))
    url = f"/s/shop/creatives/several/{Job.objects.get().pk}/"
    again = client.post(url, _rows(page, **{"b-landing_url": "javascript:1"}))
    assert again.status_code == 422
    assert 'value="Words of a"' in again.content.decode()
    assert again.context["grid"][1].errors.keys() == {"landing_url"}
    assert Creative.objects.get(key="a").versions.get().alt == ""


def test_several__worker_lost_in_between__no_banner_twice(client):
    _chosen(client, _file(name="a.png"), _file(a_picture(9, 9), "b.png"))
    job = Job.objects.get()
    taking_in._made(job, job.parameters["files"][0], now=timezone.now())
    jobs.run(job.pk, now=timezone.now())
    assert sorted(Creative.objects.values_list("key", flat=True)) == ["a", "b"]
    job.refresh_from_db()
    assert [row["creative"] for row in job.result["rows"]] == ["a", "b"]
    assert aside.read(job.parameters["files"][0]["aside"]) is None


def test_several__same_file_twice__one_banner(client):
    page = _done(client, _file(name="a.png"), _file(name="a.png"))
    assert len(page.context["grid"]) == Creative.objects.count() == 1


def test_several__file_gone_or_too_large__said(client, site):
    _chosen(client, _file(name="a.png"), _file(b"\x89PNG" + bytes(6 * 1024 * 1024), "big.png"))
    job = Job.objects.get()
    aside.drop(job.parameters["files"][0]["aside"])
    jobs.run(job.pk, now=timezone.now())
    job.refresh_from_db()
    gone, large = (row["refused"] for row in job.result["rows"])
    assert "not here any more" in gone
    assert large


@pytest.mark.parametrize("count", [0, 61])
def test_several__none_or_too_many__asked_again(client, count):
    page = _chosen(client, *(_file(b"x", f"{n}.png") for n in range(count)))
    assert page.status_code == 200
    assert "between 1 and 60" in page.content.decode()
    assert not Job.objects.exists()


def test_several__put_away_meanwhile__not_in_the_grid(client, now):
    _done(client, _file(name="a.png"), _file(a_picture(9, 9), "b.png"))
    library.archive(Creative.objects.get(key="a"), actor=None, now=now)
    page = client.get(f"/s/shop/creatives/several/{Job.objects.get().pk}/")
    assert [form.creative.key for form in page.context["grid"]] == ["b"]


def test_several__manager_or_other_job__no(client, site, now):
    other = jobs.enqueue("rehearsal", site=site, actor=None, now=now)
    assert client.get(f"/s/shop/creatives/several/{other.pk}/").status_code == 404
    client.force_login(a_user("boss", role=Role.MANAGER, site=site))
    assert client.get("/s/shop/creatives/several/").status_code == 403


def test_several__60_files__few_queries(client, site, django_assert_max_num_queries):
    creatives = [a_creative(site, f"B {n}", size=(9, 9), approved=False) for n in range(60)]
    rows = [{"name": c.key, "creative": c.key, "refused": ""} for c in creatives]
    job = Job.objects.create(
        site=site,
        kind=taking_in.KIND,
        status="done",
        parameters={"files": []},
        result={"rows": rows},
    )
    with django_assert_max_num_queries(30):
        page = client.get(f"/s/shop/creatives/several/{job.pk}/")
    assert len(page.context["grid"]) == 60


def test_fill__approved_or_too_long__refused(site, now):
    with pytest.raises(IllegalMove):
        wording.fill(a_creative(a_site("one")), Wording("X", {}), actor=None, now=now)
    draft = a_creative(site, approved=False)
    with pytest.raises(InvalidInput) as caught:
        wording.fill(draft, Wording("X", {"en": "x" * 251}), actor=None, now=now)
    assert caught.value.field == "alt_en"


def test_aside__old_files__tidied(now):
    aside.put([b"abc", b"def"], most=4)
    name = aside.put([b"abc", b"def"], most=4)
    assert aside.read(name) == b"abcd"
    assert aside.read("../etc/passwd") is None
    assert aside.tidy(now=timezone.now()) == 0
    assert aside.tidy(now=timezone.now() + dt.timedelta(days=4)) >= 2
