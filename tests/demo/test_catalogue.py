"""What must hold of everything the shop sells."""

import re
from xml.etree import ElementTree as ET

import pytest

from demo import catalogue
from tests.test_house_rules import ROOT

PRODUCTS = pytest.mark.parametrize("product", catalogue.PRODUCTS.values(), ids=lambda p: p.key)


@PRODUCTS
def test_product__every_one__has_a_shelf_a_brand_and_a_drawing(product):
    assert product.category in catalogue.CATEGORIES
    assert product.brand in catalogue.BRANDS
    drawing = ET.parse(ROOT / "static" / product.picture).getroot()
    assert re.fullmatch(r"-?\d+ -?\d+ (\d+) \1", drawing.get("viewBox"))  # square


@PRODUCTS
def test_product__every_one__has_an_honest_price(product):
    assert product.price > 0
    assert product.stock > 0
    assert not product.before or product.before > product.price
    assert not product.clearance or (product.before and product.few)
    assert product.few == product.clearance


@PRODUCTS
def test_product__every_one__has_all_its_words(product):
    assert all((product.name, product.lead, product.story))
    assert len(product.facts) == 3
    assert str(product.name).startswith(str(catalogue.BRANDS[product.brand].name))


@pytest.mark.parametrize(
    ("key", "band"), [("oak-board", "budget"), ("wall-clock", "budget"), ("kettle", "mid"),
                      ("chef-knife", "mid"), ("cast-iron-pot", "premium")]
)  # fmt: skip
def test_price_band__follows_from_the_price(key, band):
    assert catalogue.PRODUCTS[key].price_band == band


def test_catalogue__whole__enough_of_everything():
    assert 18 <= len(catalogue.PRODUCTS) <= 24
    assert len(catalogue.of_category("shoes")) >= 4
    assert len(catalogue.of_category("kitchen")) >= 4
    assert {p.price_band.value for p in catalogue.PRODUCTS.values()} == {
        "budget", "mid", "premium"
    }  # fmt: skip


def test_lists__promotion_and_clearance__are_apart_and_not_the_whole_shop():
    promoted, cleared = set(catalogue.promoted()), set(catalogue.cleared())
    assert len(promoted) >= 4
    assert len(cleared) >= 4
    assert not promoted & cleared
    assert len(promoted | cleared) <= len(catalogue.PRODUCTS) / 2


def test_saving__never_more_than_is_given():
    kettle = catalogue.PRODUCTS["kettle"]
    assert kettle.saving == 30
    assert kettle.price <= kettle.before * 70 // 100


def test_others__companions__brand_first_then_shelf_never_itself():
    boot = catalogue.PRODUCTS["hiking-boot"]
    found = catalogue.others(boot)
    assert found[0].key == "trail-runner"
    assert {p.category for p in found} == {"shoes"}
    assert boot not in found
