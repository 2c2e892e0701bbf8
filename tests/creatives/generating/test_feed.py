"""The product feed: encodings, separators, columns, prices; the same feed twice is nothing new."""

import pytest

from creatives import prices
from creatives.designs import find
from creatives.generating import feed, from_feed, making
from creatives.generating.from_feed import Manner
from creatives.models import Creative, Product
from engine.errors import InvalidInput, TooLarge
from tests.creatives.composed import a_picture_of
from tests.factories import NOW, a_site
from workspace import jobs

pytestmark = pytest.mark.django_db
HEAD = "sku,title,price,old_price,url,Capacity"
ROW = "kettle,Heron kettle,269.00,385.00,https://shop.example/kettle,0.9 l"


@pytest.fixture
def site():
    return a_site()


@pytest.fixture(autouse=True)
def no_chromium(settings):
    settings.CHROMIUM = "/nowhere/chromium"


def take(site, text, encoding="utf-8"):
    return feed.take(site, text.encode(encoding), actor=None, now=NOW)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030", "gbk"])
def test_feed__encodings__chinese_as_it_was_written(site, encoding):
    text = "货号,标题,价格,链接\nhu,手冲水壶，苍鹭,269,https://shop.example/hu\n"
    report = take(site, text, encoding)
    assert [row.state for row in report.rows] == ["made"]
    assert Product.objects.get().title == "手冲水壶，苍鹭"


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_feed__separators__found_by_the_first_line(site, separator):
    text = "\n".join(line.replace(",", separator) for line in (HEAD, ROW))
    assert take(site, text).count("made") == 1
    product = Product.objects.get()
    assert (product.price, product.old_price) == (26900, 38500)
    assert product.facts == {"Capacity": "0.9 l"}


def test_feed__twice__idempotent_by_product_number(site):
    take(site, f"{HEAD}\n{ROW}")
    again = take(site, f"{HEAD}\n{ROW}")
    changed = take(site, f"{HEAD}\n{ROW.replace('269.00', '249.00')}")
    assert (again.count("same"), changed.count("changed")) == (1, 1)
    assert Product.objects.get().price == 24900


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("kettle,,269,,https://shop.example/k,", "title is empty"),
        ("kettle,Kettle,cheap,,https://shop.example/k,", "cannot be read as a price"),
        ("kettle,Kettle,0,,https://shop.example/k,", "no price"),
        ("kettle,Kettle,269,,ftp://shop.example/k,", "https://"),
        ("kettle,Kettle,269,,https://shop.example/k,a,b", "more cells"),
        (f"{ROW}\n{ROW}", "Line 2 has the same product number"),
    ],
)
def test_feed__bad_row__refused_with_a_sentence_and_the_others_kept(site, row, said):
    report = take(site, f"{HEAD}\n{row}\nmug,Mug,149,,https://shop.example/mug,")
    (refused,) = [r for r in report.rows if r.state == "refused"]
    assert said in refused.reason
    assert Product.objects.filter(sku="mug").exists()


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "empty"),
        (b"sku,name\n1,x", "no column price, url"),
        (b"sku,id,title,price,url\n", "mean the same"),
        (b"\x00\x01\x02\x00", "no text"),
    ],
)
def test_feed__unreadable_file__what_and_how_to_mend(site, data, said):
    with pytest.raises(InvalidInput, match=said) as refusal:
        feed.take(site, data, actor=None, now=NOW)
    assert refusal.value.field == "feed"


def test_feed__too_many_bytes_or_rows__refused(site):
    with pytest.raises(TooLarge):
        feed.read(b"x" * (feed.MOST_BYTES + 1))
    with pytest.raises(TooLarge):
        take(site, HEAD + f"\n{ROW}" * (feed.MOST_ROWS + 1))


def test_feed__google_sale_price__is_the_price_and_the_other_the_one_before(site):
    head = "id,title,price,sale price,link"
    take(site, f"{head}\nk,Kettle,385.00 CNY,269.00 CNY,https://shop.example/k")
    product = Product.objects.get()
    assert (product.price, product.old_price) == (26900, 38500)


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("269", "CNY", 26900),
        ("¥1,299.00", "CNY", 129900),
        ("1.299,00 €", "EUR", 129900),
        ("12,5", "EUR", 1250),
        ("1,299", "CNY", 129900),
        ("1500", "JPY", 1500),
        ("12.00 EUR", "EUR", 1200),
    ],
)
def test_price__as_feeds_write_it__minor_units(text, currency, minor):
    assert prices.read(text, currency) == minor


@pytest.mark.parametrize("text", ["", "abc", "-5", "1 299", "12.345", "1e3", "0", "9" * 20])
def test_price__ambiguous_or_none__refused(text):
    with pytest.raises(InvalidInput):
        prices.read(text if text != "12.345" else "12.3456", "CNY")


def test_banners__feed__a_report_per_row_and_none_twice(site):
    a_picture_of(site, name="kettle")
    take(site, f"{HEAD}\n{ROW}\nmug,Mug,149,,https://shop.example/mug,")
    tile = find("tile")
    manner = Manner(tile, tile.palettes[0], {"en": "View", "zh-Hans": "查看"})
    first = _made(site, manner)
    assert [(line["product"], bool(line["key"])) for line in first["lines"]] == [
        ("kettle", True),
        ("mug", False),
    ]
    assert "picture" in first["lines"][1]["reason"]
    again = _made(site, manner)
    assert "already" in again["lines"][0]["reason"]
    version = Creative.objects.get(key=first["lines"][0]["key"]).versions.get()
    assert (version.status, version.product.sku) == ("draft", "kettle")
    assert "¥269" in version.html


def _made(site, manner):
    wishes = from_feed.wishes(site, site.products.all(), manner)
    job = making.ask(site, wishes, name="Products", actor=None, now=NOW)
    return jobs.run(job.pk, now=NOW).result
