import html
import json
import re

import pytest
from django.utils import translation

from demo import cart, seed
from workspace.models import Site

pytestmark = pytest.mark.django_db

PAGES = [
    "/demo/", "/demo/c/shoes/", "/demo/c/kitchen/", "/demo/p/kettle/", "/demo/cart/",
    "/demo/promotion/", "/demo/clearance/", "/demo/search/", "/demo/search/?q=boots",
    "/demo/search/?q=nothing-like-it",
]  # fmt: skip
SLOTS = {
    "/demo/": {"home-hero": (1200, 400), "home-band": (970, 250)},
    "/demo/c/shoes/": {"category-strip": (970, 250), "category-side": (300, 600)},
    "/demo/p/kettle/": {"product-strip": (970, 250)},
    "/demo/promotion/": {"promotion-hero": (1200, 400)},
    "/demo/clearance/": {"clearance-hero": (1200, 400)},
    "/demo/search/?q=boots": {"search-box": (300, 250)},
    "/demo/cart/": {"cart-strip": (728, 90)},
}
SLOT = re.compile(
    r'data-banner-lab="([\w-]+)" data-width="(\d+)" data-height="(\d+)"><a .*?href="/demo/'
)


def _text(answer):
    return answer.content.decode()


def _tells(answer):
    found = re.search(r'<script id="tells" type="application/json">(.*?)</script>', _text(answer))
    return json.loads(found.group(1))


@pytest.fixture(autouse=True)
def _language():
    yield
    translation.activate("en")


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("page", PAGES)
def test_shop__every_page_and_language__opens(client, page, language):
    answer = client.get(page, headers={"accept-language": language})
    assert answer.status_code == 200
    lang = {"en": "en", "zh-hans": "zh-Hans"}[language]
    assert f'<html lang="{lang}">' in answer.content.decode()


def test_shop__not_a_demo__is_not_there(client, settings):
    settings.DEMO = False
    assert {client.get(page).status_code for page in PAGES} == {404}


@pytest.mark.parametrize("page", ["/demo/c/hats/", "/demo/p/hat/"])
def test_shop__unknown_goods__404(client, page):
    assert client.get(page).status_code == 404


def test_shop__policy__lets_the_tag_in_and_nothing_inline(client, settings):
    policy = client.get("/demo/").headers["Content-Security-Policy"]
    assert f"script-src 'self' {settings.DELIVERY_URL}" in policy.split("; ")
    assert "unsafe" not in policy
    elsewhere = client.get("/login/").headers["Content-Security-Policy"]
    assert "script-src" not in elsewhere


def test_shop__seeded__embeds_the_tag_with_the_publishable_key(client, now, settings):
    made = seed.seed(now=now)
    page = client.get("/demo/").content.decode()
    assert f'src="{settings.DELIVERY_URL}/tag/banner-lab.js"' in page
    assert made.keys.publishable in page
    assert made.keys.secret not in page


def test_shop__not_seeded__sells_without_the_tag(client):
    page = client.get("/demo/").content.decode()
    assert "banner-lab.js" not in page
    assert 'data-banner-lab="home-hero"' in page


def test_cart__put_in_and_ordered__order_with_its_amount(client):
    client.post("/demo/cart/add/kettle/")
    client.post("/demo/cart/add/kettle/")
    client.post("/demo/cart/add/vase/")
    client.post("/demo/cart/set/vase/", {"quantity": "0"})
    page = client.get("/demo/cart/").content.decode()
    assert "¥538" in page
    order = _tells(client.post("/demo/checkout/", follow=True))[1]
    assert (order["amount"], order["properties"]["items"]) == (53800, 2)
    assert order["properties"]["brand"] == ["heron"]
    assert cart.read(client.session).count == 0


@pytest.mark.parametrize(("page", "slots"), SLOTS.items())
def test_shop__every_page__has_its_slots_with_a_default_that_leads_somewhere(client, page, slots):
    found = SLOT.findall(_text(client.get(page)))
    assert {key: (int(width), int(height)) for key, width, height in found} == slots


def test_shop__numbers_for_machines__are_written_without_separators(client):
    page = html.unescape(_text(client.get("/demo/p/kettle/")))
    assert '"amount": 26900, "currency": "CNY"' in page


@pytest.mark.parametrize("page", PAGES)
def test_shop__every_page__reports_that_it_was_seen(client, page):
    (first, *_rest) = _tells(client.get(page))
    assert first["type"] == "page_view"
    assert first["properties"]["page_type"]


def test_shop__page_for_the_sites_people__reports_nothing(client, now):
    made = seed.seed(now=now)
    client.login(username=made.users[0].username, password=made.users[0].password)
    assert _tells(client.get("/demo/simulate/")) == []


def test_promotion__its_products__old_and_new_price(client):
    page = _text(client.get("/demo/promotion/"))
    for price in ("¥269", "<s>¥385</s>", "−30 %"):
        assert price in page


def test_clearance__its_products__what_is_left(client):
    page = _text(client.get("/demo/clearance/"))
    assert "4 pieces left" in page
    assert "<s>¥169</s>" in page


def test_search__markup_in_the_query__is_text(client):
    page = _text(client.get("/demo/search/", {"q": "<script>alert(1)</script>"}))
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_search__very_long_query__is_cut_and_says_so(client):
    answer = client.get("/demo/search/", {"q": "鞋" * 5_000})
    assert "its first 100 characters" in _text(answer)
    assert len(_tells(answer)[1]["properties"]["query"]) == 100


def test_search__nothing_found__says_so_and_passes_nothing_off_as_a_result(client):
    answer = client.get("/demo/search/", {"q": "fridge"})
    assert "Nothing for “fridge”" in _text(answer)
    assert _tells(answer)[1] == {"type": "search", "properties": {"query": "fridge"}}


def test_search__no_query__is_no_search(client):
    assert [told["type"] for told in _tells(client.get("/demo/search/?q=%20%00"))] == ["page_view"]


def test_cart__more_than_there_are__gets_what_there_is(client):
    client.post("/demo/cart/set/vase/", {"quantity": "9"})
    (line,) = cart.read(client.session)
    assert (line.quantity, line.most) == (4, True)


def test_thanks__order_of_an_older_session__still_opens(client):
    session = client.session
    session[cart.ORDER_KEY] = ["Q1", 26900, 1]
    session.save()
    order = _tells(client.get("/demo/thanks/"))[1]
    assert order["properties"] == {"items": 1}


def test_shop__logged_in_member__gets_the_way_to_every_step(client, now):
    made = seed.seed(now=now)
    assert "data-why-steps" not in _text(client.get("/demo/"))
    client.login(username=made.users[0].username, password=made.users[0].password)
    assert 'href="/s/demo/why/" data-why-steps' in _text(client.get("/demo/"))


def test_shop__visitor__costs_a_handful_of_queries(client, django_assert_max_num_queries, now):
    seed.seed(now=now)
    client.post("/demo/cart/add/kettle/")
    for page in PAGES:
        with django_assert_max_num_queries(2, info=page):
            client.get(page)


def test_cart__empty__no_order(client):
    assert client.post("/demo/checkout/").url == "/demo/cart/"
    assert client.get("/demo/thanks/").url == "/demo/cart/"


def test_seed__site__is_the_one_of_the_shop(now):
    seed.seed(now=now)
    assert Site.objects.get(key="demo").currency == "CNY"
