"""A drawing of the page that a placement belongs to: where the slot is, and how large beside it.

Geometry only, in CSS pixels of the device; the template draws it.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from creatives.models import Placement, Size

SCREENS = {"desktop": (1280, 860), "tablet": (820, 1000), "phone": (390, 760)}
CHANNELS = {Placement.PageType.EMAIL: ("desktop", "phone"), Placement.PageType.APP: ("phone",)}
PAPER = 600  # a letter is read in a column of this width
GAP, CARD = 24, 210


@dataclass(frozen=True, slots=True)
class Rect:
    """A block of the drawing; `kind` is what it stands for."""

    x: int
    y: int
    width: int
    height: int
    kind: str = "block"


@dataclass(frozen=True, slots=True)
class Mock:
    """A page on one device, with the slot in it."""

    device: str
    size: Size
    width: int
    height: int
    slot: Rect
    blocks: tuple[Rect, ...]


def of(placement: Placement) -> tuple[Mock, ...]:
    """The page of a placement on each device on which it is seen."""
    own = {size.device: size for size in placement.sizes}
    devices = CHANNELS.get(Placement.PageType(placement.page_type), tuple(SCREENS))
    return tuple(
        _page(placement.page_type, device, own.get(device, own["desktop"])) for device in devices
    )


def _page(page_type: str, device: str, size: Size) -> Mock:
    width, height = SCREENS[device]
    slot = _slot(page_type, width, size)
    height = max(height, slot.y + slot.height + 160)
    blocks = tuple(_frame(page_type, width, height)) + tuple(
        _around(page_type, width, height, slot)
    )
    return Mock(device, size, width, height, slot, blocks)


def _slot(page_type: str, screen: int, size: Size) -> Rect:
    """As large as it is, or as wide as the screen allows; where its sort of page has it."""
    room = min(PAPER, screen) if page_type == Placement.PageType.EMAIL else screen
    width = min(size.width, room)
    height = max(1, round(size.height * width / size.width))
    beside = _stands_beside(page_type, screen, width)
    x = screen - GAP - width if beside else (screen - width) // 2
    return Rect(x, _top(page_type, screen, beside=beside), width, height, "slot")


def _stands_beside(page_type: str, screen: int, width: int) -> bool:
    """Narrow slots of long lists stand beside them."""
    lists = {Placement.PageType.CATEGORY, Placement.PageType.SEARCH}
    return page_type in lists and width + 2 * CARD + 3 * GAP <= screen and width <= screen * 0.4


def _top(page_type: str, screen: int, *, beside: bool) -> int:
    if page_type == Placement.PageType.PRODUCT:
        return 88 + (320 if screen > PAPER else 420)
    tops = {
        Placement.PageType.EMAIL: 150,
        Placement.PageType.CART: 150,
        Placement.PageType.CATEGORY: 140,
        Placement.PageType.SEARCH: 140,
    }
    return tops.get(Placement.PageType(page_type), 140 if beside else 88)


def _frame(page_type: str, width: int, height: int) -> Iterator[Rect]:
    """What every page of the channel has: the shop's head, a letter's paper, an app's bars."""
    if page_type == Placement.PageType.EMAIL:
        paper = min(PAPER, width)
        yield Rect((width - paper) // 2, 24, paper, height - 24, "paper")
        yield Rect((width - paper) // 2 + GAP, 48, 120, 20, "ink")
        yield Rect((width - paper) // 2 + GAP, 92, paper - 2 * GAP, 14)
        yield Rect((width - paper) // 2 + GAP, 116, (paper - 2 * GAP) // 2, 14)
        return
    yield Rect(0, 0, width, 64, "bar")
    yield Rect(GAP, 22, 110, 20, "ink")
    if page_type == Placement.PageType.APP:
        yield Rect(0, height - 64, width, 64, "bar")
        for place in range(4):
            yield Rect(width * (2 * place + 1) // 8 - 12, height - 44, 24, 24, "ink")
        return
    for place in range(3 if width > PAPER else 1):
        yield Rect(width - GAP - 70 - 90 * place, 26, 70, 12)


def _around(page_type: str, width: int, height: int, slot: Rect) -> Iterator[Rect]:
    below = slot.y + slot.height + GAP
    if page_type == Placement.PageType.EMAIL:
        yield from _lines((width - min(PAPER, width)) // 2 + GAP, below, min(PAPER, width), height)
        return
    bottom = height - 64 if page_type == Placement.PageType.APP else height
    if page_type == Placement.PageType.PRODUCT:
        yield from _product(width)
    if page_type in {Placement.PageType.CATEGORY, Placement.PageType.SEARCH}:
        yield Rect(GAP, 92, min(260, width // 2), 24, "ink")
    if page_type == Placement.PageType.CART:
        yield Rect(GAP, 92, 140, 24, "ink")
        yield from _lines(GAP, below, width, bottom)
        return
    if slot.x > width // 2:
        yield from _cards(GAP, slot.y, slot.x - 2 * GAP, bottom)
    else:
        yield from _cards(GAP, below, width - 2 * GAP, bottom)


def _product(width: int) -> Iterator[Rect]:
    wide = width > PAPER
    side = 290 if wide else width - 2 * GAP
    yield Rect(GAP, 88, side, 290 if wide else 260, "picture")
    x, y = (GAP * 2 + side, 100) if wide else (GAP, 368)
    yield Rect(x, y, min(300, width - x - GAP), 24, "ink")
    yield Rect(x, y + 44, min(220, width - x - GAP), 14)
    if wide:
        yield Rect(x, y + 72, min(380, width - x - GAP), 14)
        yield Rect(x, y + 130, 200, 48, "button")


def _cards(x: int, y: int, width: int, bottom: int) -> Iterator[Rect]:
    columns = max(2, width // CARD)
    each = (width - GAP * (columns - 1)) // columns
    while y < bottom - 60:
        for column in range(columns):
            left = x + column * (each + GAP)
            yield Rect(left, y, each, min(each, bottom - y), "picture")
            if y + each + 40 < bottom:
                yield Rect(left, y + each + 12, each * 2 // 3, 12)
                yield Rect(left, y + each + 32, each // 3, 12, "ink")
        y += each + 72


def _lines(x: int, y: int, width: int, bottom: int) -> Iterator[Rect]:
    room = width - 2 * GAP
    while y < bottom - 90:
        yield Rect(x, y, 72, 72, "picture")
        yield Rect(x + 92, y + 16, (room - 92) // 2, 14)
        yield Rect(x + 92, y + 42, (room - 92) // 4, 12)
        y += 96
