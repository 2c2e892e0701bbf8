import pytest
from django.utils import translation

from demo import cart, catalogue, seed
from workspace.models import Site

pytestmark = pytest.mark.django_db

PAGES = ["/demo/", "/demo/c/shoes/", "/demo/c/kitchen/", "/demo/p/kettle/", "/demo/cart/"]


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
    thanks = client.post("/demo/checkout/", follow=True).content.decode()
    assert 'data-amount="53800"' in thanks
    assert cart.read(client.session).count == 0


def test_shop__numbers_for_machines__are_written_without_separators(client):
    client.post("/demo/cart/add/kettle/")
    page = client.get("/demo/").content.decode()
    assert 'data-width="1200" data-height="400"' in page
    assert 'data-amount="26900"' in client.get("/demo/p/kettle/").content.decode()


def test_cart__empty__no_order(client):
    assert client.post("/demo/checkout/").url == "/demo/cart/"
    assert client.get("/demo/thanks/").url == "/demo/cart/"


def test_catalogue__every_product__has_a_picture_and_a_shelf():
    for product in catalogue.PRODUCTS.values():
        assert product.category in catalogue.CATEGORIES
        assert product.price > 0


def test_seed__site__is_the_one_of_the_shop(now):
    seed.seed(now=now)
    assert Site.objects.get(key="demo").currency == catalogue.CURRENCY
