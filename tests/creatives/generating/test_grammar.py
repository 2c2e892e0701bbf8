"""Headlines from facts: many, distinct, and nothing in them that no field says."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from creatives.generating import grammar
from creatives.models import Product
from tests.factories import NOW

WORDS = st.text("abcdefgh äöß凉鞋水壶", min_size=1, max_size=20).filter(str.strip)


def a_product(**fields):
    wanted = {"sku": "k", "title": "Kettle", "price": 26900, "currency": "CNY", "updated_at": NOW}
    return Product(**(wanted | fields))


@pytest.mark.parametrize("locale", ["en", "zh-Hans"])
def test_headlines__only_a_title_and_a_price__twenty_distinct(locale):
    texts = [claim.text for claim in grammar.headlines(a_product(), locale)]
    assert len(set(texts)) == len(texts) >= 20


@given(
    title=WORDS,
    brand=WORDS | st.just(""),
    category=WORDS | st.just(""),
    price=st.integers(1, 10**9),
    old_price=st.none() | st.integers(0, 10**9),
    facts=st.dictionaries(WORDS, WORDS | st.integers(0, 999), max_size=3),
    locale=st.sampled_from(["en", "zh-Hans"]),
)
def test_headlines__any_product__every_claim_is_a_field(locale, **fields):
    product = a_product(**fields)
    proofs = grammar.evidence(product)
    for claim in grammar.headlines(product, locale):
        rest = claim.text
        for proof in sorted(map(_plain, proofs.values()), key=len, reverse=True):
            rest = rest.replace(proof, "")
        assert not re.search(r"[\d%¥]", rest), (claim, rest)
        for name in claim.fields:
            root = name.split(".")[0]
            assert getattr(product, root) not in (None, "", {})
        if not product.old_price or product.old_price <= product.price:
            assert "old_price" not in claim.fields


def _plain(text):
    return " ".join(text.split())


def test_headlines__cheaper_than_before__percent_rounded_down():
    texts = [c.text for c in grammar.headlines(a_product(price=667, old_price=1000), "en")]
    assert any("33 %" in text for text in texts)
    assert not any("34" in text for text in texts)


def test_headlines__limit__none_is_longer():
    claims = grammar.headlines(a_product(title="Kettle of some length"), "en", longest=24)
    assert claims
    assert all(len(claim.text) <= 24 for claim in claims)
