"""The shopping cart of the demo shop: quantities in the visitor's session."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass

from django.contrib.sessions.backends.base import SessionBase

from demo.catalogue import PRODUCTS
from demo.wares import Product

SESSION_KEY = "demo_cart"
ORDER_KEY = "demo_order"
MOST = 20  # of one product
FREE_DELIVERY_FROM = 39900
DELIVERY = 1500


@dataclass(frozen=True, slots=True)
class Line:
    product: Product
    quantity: int

    @property
    def amount(self) -> int:
        return self.product.price * self.quantity

    @property
    def fewer(self) -> int:
        return self.quantity - 1

    @property
    def more(self) -> int:
        return self.quantity + 1

    @property
    def most(self) -> bool:
        """Whether there is no more to be had."""
        return self.quantity >= most_of(self.product)


@dataclass(frozen=True, slots=True)
class Cart:
    lines: tuple[Line, ...]

    def __iter__(self) -> Iterator[Line]:
        return iter(self.lines)

    @property
    def count(self) -> int:
        return sum(line.quantity for line in self.lines)

    @property
    def goods(self) -> int:
        return sum(line.amount for line in self.lines)

    @property
    def delivery(self) -> int:
        return 0 if self.goods >= FREE_DELIVERY_FROM else DELIVERY

    @property
    def missing_for_free_delivery(self) -> int:
        return max(0, FREE_DELIVERY_FROM - self.goods)

    @property
    def total(self) -> int:
        return self.goods + self.delivery


@dataclass(frozen=True, slots=True)
class Order:
    order_id: str
    amount: int
    items: int
    products: tuple[Product, ...]


def most_of(product: Product) -> int:
    """How many one order may have: no more than there are."""
    return min(product.stock, MOST)


def read(session: SessionBase) -> Cart:
    stored = session.get(SESSION_KEY, {})
    return Cart(tuple(Line(PRODUCTS[key], n) for key, n in stored.items() if key in PRODUCTS))


def put(session: SessionBase, product: Product, *, quantity: int) -> None:
    """Set how many of a product are in the cart; none removes it."""
    stored = dict(session.get(SESSION_KEY, {}))
    stored[product.key] = min(quantity, most_of(product))
    session[SESSION_KEY] = {key: n for key, n in stored.items() if n > 0}


def add(session: SessionBase, product: Product) -> None:
    put(session, product, quantity=session.get(SESSION_KEY, {}).get(product.key, 0) + 1)


def order(session: SessionBase) -> Order | None:
    """Turn the cart into an order and empty it; nothing is charged in a demo."""
    cart = read(session)
    if not cart.lines:
        return None
    products = tuple(line.product for line in cart)
    made = Order(f"Q{secrets.token_hex(5).upper()}", cart.total, cart.count, products)
    session[ORDER_KEY] = [made.order_id, made.amount, made.items, [p.key for p in products]]
    session[SESSION_KEY] = {}
    return made


def last_order(session: SessionBase) -> Order | None:
    stored = session.get(ORDER_KEY)
    if not stored:
        return None
    # An order from before the shop remembered its products has three parts.
    order_id, amount, items, *keys = stored
    known = tuple(PRODUCTS[key] for key in (keys[0] if keys else ()) if key in PRODUCTS)
    return Order(order_id, amount, items, known)
