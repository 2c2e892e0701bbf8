"""What a visitor does in the shop, as it reaches the log."""

import re
import time

import pytest

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.browser,
    pytest.mark.filterwarnings("ignore:No directory at"),
]

GRANT = "localStorage.setItem('qiwu_consent', '{}')"
BOOT = {"product": "hiking-boot", "category": "shoes", "brand": "ridge", "price_band": "premium"}


@pytest.fixture
def counted(page):
    page.add_init_script(GRANT.format("counted"))
    return page


def test_product__looked_at__view_with_what_it_is(shop, counted, logged):
    counted.goto(f"{shop.home}p/hiking-boot/")
    (view,) = logged("product_view")
    assert view.properties == BOOT | {"price": 69900}
    (page_view,) = logged("page_view")
    assert page_view.properties == {"page_type": "product"}


def test_category__looked_at__page_view_with_its_category(shop, counted, logged):
    counted.goto(f"{shop.home}c/kitchen/")
    (view,) = logged("page_view")
    assert view.properties == {"page_type": "category", "category": "kitchen"}


def test_search__typed_into_the_header__query_and_what_it_was_about(shop, counted, logged):
    counted.goto(f"{shop.home}cart/")
    counted.fill("[name=q]", "咖啡")
    counted.press("[name=q]", "Enter")
    counted.wait_for_url("**/search/**")
    (search,) = logged("search")
    assert search.properties == {"query": "咖啡", "category": ["kitchen"]}


def test_search__nothing_found__counted_without_a_category(shop, counted, logged):
    counted.goto(f"{shop.home}search/?q=fridge")
    (search,) = logged("search")
    assert search.properties == {"query": "fridge"}


def test_cart_and_order__bought__money_and_what_it_was_spent_on(shop, counted, logged):
    for key in ("hiking-boot", "kettle"):
        counted.goto(f"{shop.home}p/{key}/")
        counted.click("article [type=submit]")
        counted.wait_for_url("**/cart/")
    counted.click(".sum [type=submit]")
    counted.wait_for_url("**/thanks/")
    first, _second = logged("add_to_cart", 2)
    assert (first.amount, first.currency, first.properties) == (69900, "CNY", BOOT)
    (order,) = logged("purchase")
    assert (order.amount, order.currency) == (96800, "CNY")
    assert re.fullmatch(r"Q[0-9A-F]{10}", order.order_id)
    assert order.properties == {
        "items": 2,
        "category": ["shoes", "kitchen"],
        "brand": ["ridge", "heron"],
        "price_band": ["premium", "mid"],
    }


def test_order__page_loaded_again__is_still_one_order(shop, counted, logged):
    counted.goto(f"{shop.home}p/vase/")
    counted.click("article [type=submit]")
    counted.wait_for_url("**/cart/")
    counted.click(".sum [type=submit]")
    counted.wait_for_url("**/thanks/")
    counted.reload()
    logged("page_view", 4)
    assert len(logged("purchase")) == 1


@pytest.mark.parametrize("width", [1366, 390])
def test_side_slot__only_where_it_can_be_seen__is_asked_for(shop, page, width):
    asked = []
    page.on("request", lambda r: asked.append(r.post_data) if "/decide" in r.url else None)
    page.set_viewport_size({"width": width, "height": 844})
    page.goto(f"{shop.home}c/shoes/")
    end = time.monotonic() + 8
    while not asked and time.monotonic() < end:
        page.wait_for_timeout(100)
    assert "category-strip" in asked[0]
    assert ("category-side" in asked[0]) == (width == 1366)
