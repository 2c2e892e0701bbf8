"""Placements, products and the translation sheet over the management API."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from creatives.models import Placement, Product
from tests.creatives.languages import from_before, in_one_language
from tests.factories import a_creative, a_placement, a_site, an_experiment
from workspace.models import AuditEntry

pytestmark = pytest.mark.django_db
SLOT = {"key": "hero", "name": "Hero", "page_type": "welcome", "width": 1200, "height": 400}
SHOE = {
    "title": "Shoe",
    "price": 12900,
    "url": "https://shop.example/shoe",
    "brand": "Feet",
    "category": "shoes",
    "facts": {"colour": "red"},
}


def test_placement__made_changed_and_removed(key, site):
    from_before(site, "Spring")
    made = key.post("placements/", SLOT | {"phone_width": 390, "phone_height": 195})
    assert made.status_code == 201, made.content
    assert (made.json()["layer"], [s["device"] for s in made.json()["sizes"]]) == (
        "hero",
        ["desktop", "phone"],
    )
    changed = key.patch(
        "placements/hero/",
        {"fallback": "spring", "max_headline": 40, "safe_area": 5},
        if_match=made["ETag"],
    ).json()
    assert (changed["fallback"], changed["max_headline"]) == ("spring", 40)
    assert key.patch("placements/hero/", {"name": "X"}, if_match=made["ETag"]).status_code == 412
    assert [row["key"] for row in key.get("placements/").json()["results"]] == ["hero"]
    assert key.delete("placements/hero/").status_code == 204
    assert not Placement.objects.exists()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"width": 0}, "width"),
        ({"height": None}, "height"),
        ({"phone_width": 390}, "phone_height"),
        ({"page_type": "moon"}, "page_type"),
        ({"safe_area": 41}, "safe_area"),
        ({"fallback": "nothing"}, "fallback"),
        ({"fallback": "theirs"}, "fallback"),
        ({"key": "Not A Key"}, "key"),
        ({"width": 99_999}, "width"),
    ],
)
def test_placement__does_not_fit__refused_by_field(key, change, field):
    a_creative(a_site("other"), "Theirs")
    answer = key.post("placements/", SLOT | change)
    assert (answer.status_code, answer.json()["field"]) == (422, field)
    assert not Placement.objects.exists()


def test_placement__in_use_or_taken_or_another_key__refused(key, site):
    with in_one_language(site):
        slot = a_placement(site, "hero")
        an_experiment(site, "spring-hero", placement=slot, status="running")
    assert key.delete("placements/hero/").status_code == 409
    assert key.post("placements/", SLOT).status_code == 409
    assert key.patch("placements/hero/", {"layer": "other"}).status_code == 409
    assert key.patch("placements/hero/", {"key": "other"}).status_code == 422


def test_placements__many__few_queries(key, site, django_assert_max_num_queries):
    with in_one_language(site):
        for number in range(5):
            a_placement(site, f"slot-{number}")
    with django_assert_max_num_queries(5):
        assert len(key.get("placements/").json()["results"]) == 5


def test_products__put_and_many__made_or_replaced_with_one_audit_row(key):
    made = key.put("products/s-1/", SHOE)
    assert (made.status_code, made.json()["currency"]) == (200, "CNY")
    many = [SHOE | {"sku": "s-1", "price": 9900, "old_price": 12900}, SHOE | {"sku": "s-2"}]
    kept = key.post("products/", {"products": many}).json()["products"]
    assert {row["sku"]: row["price"] for row in kept} == {"s-1": 9900, "s-2": 12900}
    assert key.get("products/s-1/").json()["old_price"] == 12900
    assert len(key.get("products/", {"text": "shoe", "category": "shoes"}).json()["results"]) == 2
    assert key.get("products/", {"category": "hats"}).json()["results"] == []
    assert AuditEntry.objects.filter(action="take products").count() == 2


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"price": -1}, "products[1].price"),
        ({"currency": "euro"}, "products[1].currency"),
        ({"url": "javascript:1"}, "products[1].url"),
        ({"title": ""}, "products[1].title"),
        ({"sku": "a/b"}, "products[1].sku"),
    ],
)
def test_products__one_does_not_fit__refused_by_path_and_none_kept(key, change, field):
    many = [SHOE | {"sku": "s-1"}, SHOE | {"sku": "s-2"} | change]
    answer = key.post("products/", {"products": many})
    assert (answer.status_code, answer.json()["field"]) == (422, field)
    assert not Product.objects.exists()


@pytest.mark.parametrize("body", [{}, {"products": []}, {"products": "x"}, []])
def test_products__no_list__refused(key, body):
    assert key.post("products/", body).status_code == 422


def test_sheet__out_dry_in__reported_and_applied_once(key, site):
    creative = from_before(site, "Spring")
    out = key.get("translation-sheet/")
    assert out["Content-Type"] == "text/csv; charset=utf-8"
    assert key.get("translation-sheet/?creative=none").content.count(b"\n") == 1
    rows = out.content.decode("utf-8-sig").split("\r\n")
    cells = rows[1].split(",")
    cells[4] = "春季"
    body = "\r\n".join([rows[0], ",".join(cells)]).encode()
    dry = key.send("translation-sheet/?dry_run=true", body, "text/csv").json()
    assert (dry["dry_run"], dry["counts"]) == (True, {"changed": 1, "unchanged": 0, "refused": 0})
    assert dry["lines"][0]["after"] == "春季"
    assert creative.versions.count() == 1
    file = SimpleUploadedFile("s.csv", body, "text/csv")
    done = key.post("translation-sheet/", {"sheet": file}, form=True).json()
    assert done["counts"]["changed"] == 1
    again = key.send("translation-sheet/", body, "text/csv").json()
    assert again["counts"] == {"changed": 0, "unchanged": 1, "refused": 0}
    assert creative.versions.first().copies.get().alt == "春季"


@pytest.mark.parametrize(
    ("path", "body", "kind", "status"),
    [
        ("translation-sheet/", b"a,b", "text/csv", 422),
        ("translation-sheet/", b"x" * 1_000_001, "text/csv", 413),
        ("translation-sheet/?dry_run=maybe", b"", "text/csv", 422),
        ("translation-sheet/", b"{}", "application/json", 415),
    ],
)
def test_sheet__no_sheet__refused(key, path, body, kind, status):
    assert key.send(path, body, kind).status_code == status
