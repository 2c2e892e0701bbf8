"""The pages of creatives and placements, with plain forms."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from creatives.models import Creative, Placement
from tests.factories import a_creative, a_picture, a_placement, a_site, a_user, an_experiment
from workspace.models import AuditEntry, Role

pytestmark = pytest.mark.django_db
MOST_QUERIES = 30


@pytest.fixture
def site():
    return a_site()


@pytest.fixture(autouse=True)
def marketer(client, site):
    user = a_user("mei", role=Role.MARKETER, site=site)
    client.force_login(user)
    return user


def _file(data=None, name="spring_sale-2.png", content_type="image/png"):
    return SimpleUploadedFile(name, a_picture() if data is None else data, content_type)


def _fields(**changes):
    fields = {
        "upload": _file(),
        "name": "Spring",
        "alt": "Spring sale",
        "landing_url": "https://shop.example/spring",
    } | changes
    return {name: value for name, value in fields.items() if value is not None}


def test_upload__good__page_of_the_creative_with_its_picture(client):
    answer = client.post("/s/shop/creatives/new/", _fields(), follow=True)
    creative = Creative.objects.get()
    assert answer.redirect_chain == [(f"/s/shop/creatives/{creative.key}/", 302)]
    page = answer.content.decode()
    assert 'alt="Spring sale"' in page
    for address in set(re.findall(r'(?:src|srcset)="(/media/[^"]+)"', page)):
        assert client.get(address).status_code == 200


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"upload": None}, "upload"),
        ({"upload": _file(b"<html><script>alert(1)</script>")}, "upload"),
        ({"upload": _file(b"")}, "upload"),
        ({"upload": _file(b"\xff\xd8\xff" + bytes(5 * 1024 * 1024))}, "upload"),
        ({"name": ""}, "name"),
        ({"alt": " "}, "alt"),
        ({"landing_url": "javascript:alert(1)"}, "landing_url"),
        ({"key": "Not A Key"}, "key"),
        ({"key": "taken"}, "key"),
        ({"key": "new"}, "key"),
    ],
)
def test_upload__bad_field__said_beside_it_and_nothing_made(client, site, changes, field):
    Creative.objects.create(site=site, key="taken", name="Taken")
    answer = client.post("/s/shop/creatives/new/", _fields(**changes))
    assert answer.status_code == 200
    assert answer.context["form"].errors.keys() == {field}
    assert f'id="id_{field}_error"' in answer.content.decode()
    assert Creative.objects.count() == 1


def test_upload__other_field_wrong__picture_need_not_be_chosen_again(client):
    page = client.post("/s/shop/creatives/new/", _fields(alt="")).content.decode()
    kept = re.search(r'name="kept" value="([^"]+)"', page)[1]
    shown = re.search(r'src="(/media/[^"]+)"', page)[1]
    assert client.get(shown).status_code == 200
    assert 'value="Spring"' in page
    answer = client.post("/s/shop/creatives/new/", _fields(upload=None, kept=kept))
    assert answer.status_code == 302
    assert Creative.objects.get().versions.get().original_name == "spring_sale-2.png"


@pytest.mark.parametrize("kept", ["nonsense", "../../etc/passwd", "WyIuLi8iXQ:1:x"])
def test_upload__forged_kept_file__asked_to_choose_one(client, kept):
    answer = client.post("/s/shop/creatives/new/", _fields(upload=None, kept=kept))
    assert answer.context["form"].errors.keys() == {"upload"}


def test_upload__script_in_the_words__shown_as_words(client):
    words = "<script>alert(1)</script>"
    page = client.post(
        "/s/shop/creatives/new/", _fields(name=words, alt=words), follow=True
    ).content.decode()
    assert words not in page
    assert "&lt;script&gt;" in page


def test_wall__filters__in_the_address(client, site):
    wide = a_creative(site, "Wide", size=(970, 250))
    tall = a_creative(site, "Tall", size=(160, 600))
    a_placement(site, "side", width=160, height=600, fallback=tall)

    def names(query):
        return {c.name for c in client.get(f"/s/shop/creatives/{query}").context["page"]}

    assert names("") == {"Wide", "Tall"}
    assert names("?q=wid") == {"Wide"}
    assert names("?fits=side") == {"Tall"}
    assert names("?state=shown") == {"Tall"}
    assert names("?state=archived") == set()
    client.post(f"/s/shop/creatives/{wide.key}/archive/")
    assert names("") == {"Tall"}
    assert names("?state=archived") == {"Wide"}
    assert names("?fits=unknown&state=nonsense&page=99") == {"Tall"}


def test_wall__nothing_there__one_button(client):
    page = client.get("/s/shop/creatives/").content.decode()
    assert page.count("/s/shop/creatives/new/") == 1
    assert "No banners yet" in page


def test_wall__manager__no_upload_button(client, site):
    client.force_login(a_user(role=Role.MANAGER, site=site))
    assert "/creatives/new/" not in client.get("/s/shop/creatives/").content.decode()


def test_pages__full_wall__few_queries(client, site, django_assert_max_num_queries):
    for number in range(30):
        a_creative(site, f"Banner {number}")
    experiment = an_experiment(site, status="running")
    shown = experiment.variants.first().creative
    placement = experiment.placement
    banner, slot = f"creatives/{shown.key}/", f"placements/{placement.key}/"
    lists = ("creatives/", "creatives/new/", "placements/", "placements/new/")
    for path in (*lists, banner, f"{banner}versions/new/", slot):
        with django_assert_max_num_queries(MOST_QUERIES):
            assert client.get(f"/s/shop/{path}").status_code == 200


def test_wall__paged__filters_survive(client, site):
    for number in range(26):
        Creative.objects.create(site=site, key=f"x{number}", name=f"x{number}")
    page = client.get("/s/shop/creatives/?q=x")
    assert len(page.context["page"].object_list) == 24
    assert "?q=x&amp;page=2" in page.content.decode()


def test_creative__shown_in_an_experiment__says_where(client, site):
    experiment = an_experiment(site, status="running", name="Spring test")
    creative = experiment.variants.first().creative
    page = client.get(f"/s/shop/creatives/{creative.key}/").content.decode()
    assert "Spring test" in page
    warned = client.get(f"/s/shop/creatives/{creative.key}/versions/new/").content.decode()
    assert "until the new one is approved" in warned
    refused = client.post(f"/s/shop/creatives/{creative.key}/archive/", follow=True)
    assert "Visitors still see this banner" in refused.content.decode()


def test_creative__older_version__can_be_looked_at(client, site):
    creative = a_creative(site, "Old")
    answer = client.post(
        f"/s/shop/creatives/{creative.key}/versions/new/",
        {"alt": "New words", "landing_url": "https://shop.example/2"},
    )
    assert answer.status_code == 302
    assert client.get(f"/s/shop/creatives/{creative.key}/").context["version"].number == 2
    old = client.get(f"/s/shop/creatives/{creative.key}/?version=1")
    assert old.context["version"].number == 1
    assert client.get(f"/s/shop/creatives/{creative.key}/?version=9").status_code == 404


def test_rename__good_and_empty__saved_and_refused(client, site):
    creative = a_creative(site, "Old")
    client.post(f"/s/shop/creatives/{creative.key}/rename/", {"name": "New"})
    creative.refresh_from_db()
    assert creative.name == "New"
    refused = client.post(f"/s/shop/creatives/{creative.key}/rename/", {"name": ""}, follow=True)
    assert "1 to 120" in refused.content.decode()


def _slot(**changes):
    size = {"width": "1200", "height": "400"}
    words = {"name": "Hero", "key": "hero", "page_type": "welcome", "layer": "", "fallback": ""}
    return words | size | changes


def test_placement__new__layer_of_its_own_and_audited(client):
    answer = client.post("/s/shop/placements/new/", _slot())
    assert answer.status_code == 302
    placement = Placement.objects.get()
    assert (placement.layer, placement.fallback) == ("hero", None)
    assert AuditEntry.objects.get(object_type="placement").action == "create"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"),
        ({"key": "Home Hero"}, "key"),
        ({"key": "taken"}, "key"),
        ({"key": "new"}, "key"),
        ({"width": "0"}, "width"),
        ({"height": "-5"}, "height"),
        ({"width": "wide"}, "width"),
        ({"layer": "A layer"}, "layer"),
        ({"fallback": "999999"}, "fallback"),
        ({"page_type": "moon"}, "page_type"),
    ],
)
def test_placement__bad_field__said_beside_it(client, site, changes, field):
    a_placement(site, "taken", fallback=None)
    answer = client.post("/s/shop/placements/new/", _slot(**changes))
    assert answer.status_code == 200
    assert field in answer.context["form"].errors
    assert Placement.objects.count() == 1


def test_placement__creative_of_another_site_as_default__refused(client):
    foreign = a_creative(a_site("other"))
    answer = client.post("/s/shop/placements/new/", _slot(fallback=str(foreign.pk)))
    assert "fallback" in answer.context["form"].errors


def test_placement__default_chosen_by_picture__saved_and_key_stays(client, site):
    placement, creative = a_placement(site, "hero", fallback=None), a_creative(site)
    fields = _slot(key="other", name="Renamed", fallback=str(creative.pk))
    assert client.post("/s/shop/placements/hero/", fields).status_code == 302
    placement.refresh_from_db()
    assert (placement.key, placement.name, placement.fallback) == ("hero", "Renamed", creative)


def test_placement__layer_while_an_experiment_runs__refused(client, site):
    placement = an_experiment(site, status="running").placement
    fields = _slot(layer="another", fallback=str(placement.fallback_id))
    answer = client.post(f"/s/shop/placements/{placement.key}/", fields)
    assert answer.context["form"].errors.keys() == {"layer"}


def test_placement__removed__only_without_experiments(client, site):
    a_placement(site, "unused")
    client.post("/s/shop/placements/unused/remove/")
    assert not Placement.objects.filter(key="unused").exists()
    used = an_experiment(site).placement
    client.post(f"/s/shop/placements/{used.key}/remove/")
    assert Placement.objects.filter(pk=used.pk).exists()


def test_media__served_file__immutable_and_harmless(client, site):
    name = a_creative(site).versions.get().renditions.first().file
    client.logout()
    answer = client.get(f"/media/{name}")
    assert answer.status_code == 200
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "immutable" in answer.headers["Cache-Control"]
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Content-Type"].startswith("image/")


@pytest.mark.parametrize(
    "name", ["x.png", "..%2f..%2fsettings.py", "0" * 64 + ".webp", "0" * 64 + ".svg", "originals"]
)
def test_media__any_other_name__not_found(client, name):
    assert client.get(f"/media/{name}").status_code == 404


def test_media__original__never_served(client, site):
    version = a_creative(site).versions.get()
    assert client.get(f"/media/{version.original_sha256}.png").status_code == 404
    assert client.get(f"/media/originals/{version.original_sha256}.png").status_code == 404
