"""What the shop reports about its pages: events in the words of the product's wire contract.

A page carries them as JSON, and shop.js hands them to the tag once the visitor allows counting.
"""

from collections.abc import Iterable
from typing import Any

from demo.cart import Order
from demo.catalogue import CURRENCY
from demo.search import Found
from demo.wares import Product

Event = dict[str, Any]


def page_view(page_type: str, *, category: str = "") -> Event:
    """A page; with its category if it is the page of one.

    A product's page leaves the category to `product_view`: said twice it would count twice.
    """
    about = {"category": category} if category else {}
    return {"type": "page_view", "properties": {"page_type": page_type} | about}


def product_view(product: Product) -> Event:
    return {"type": "product_view", "properties": _about(product) | {"price": product.price}}


def search(found: Found) -> Event:
    about = {"category": list(found.categories)} if found.products else {}
    return {"type": "search", "properties": {"query": found.query} | about}


def add_to_cart(product: Product) -> Event:
    money = {"amount": product.price, "currency": CURRENCY}
    return {"type": "add_to_cart", "properties": _about(product)} | money


def purchase(order: Order) -> Event:
    about = {"items": order.items} | _about_all(order.products)
    money = {"order_id": order.order_id, "amount": order.amount, "currency": CURRENCY}
    return {"type": "purchase", "properties": about} | money


def _about(product: Product) -> Event:
    return {
        "product": product.key,
        "category": product.category,
        "brand": product.brand,
        "price_band": product.price_band.value,
    }


def _about_all(products: Iterable[Product]) -> Event:
    """The distinct values of an order, in the order of its lines."""
    lines = [_about(product) for product in products]
    names = ("category", "brand", "price_band") if lines else ()
    return {name: list(dict.fromkeys(line[name] for line in lines)) for name in names}
