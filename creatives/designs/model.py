"""What a design is: its slots with their rules, and its palettes."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise

WIDE = frozenset({"W", "F"})


class Sort(StrEnum):
    """What a slot takes."""

    IMAGE = "image"
    TEXT = "text"
    BUTTON = "button"
    PRICE = "price"
    SWITCH = "switch"


WORDLESS = frozenset({Sort.IMAGE, Sort.SWITCH})
"""What nobody writes words into."""


@dataclass(frozen=True, slots=True)
class Slot:
    """One part of a banner that people fill.

    Attributes:
        longest: In columns: a Latin letter takes one, a Chinese character two.
        ink: The colour of the palette that it is written in.
        over: What lies behind it: a colour of the palette, or `picture`.
        picture: Of a design with several pictures, which of them it belongs to; only shown with it.
    """

    key: str
    label: str | Promise
    sort: Sort = Sort.TEXT
    required: bool = False
    longest: int = 0
    ink: str = "ink"
    over: str = "ground"
    picture: int = 1


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours that go together; every pair that text is set in has a contrast of at least 4.5.

    `pop` is the ground of a price badge, `rule` draws lines and edges.
    """

    key: str
    title: str | Promise
    ground: str
    ink: str
    quiet: str
    accent: str
    on_accent: str
    pop: str
    on_pop: str
    panel: str
    rule: str

    def colour(self, name: str) -> str:
        """A colour by its name, as `#rrggbb`."""
        value: str = getattr(self, name)
        return value

    def properties(self) -> Mapping[str, str]:
        """All colours by the name that style sheets know them by."""
        names = ("ground", "ink", "quiet", "accent", "pop", "panel", "rule")
        found = {name: self.colour(name) for name in names}
        return found | {"on-accent": self.on_accent, "on-pop": self.on_pop}


@dataclass(frozen=True, slots=True)
class Design:
    """A kind of banner.

    Attributes:
        version: Raised with every change of its markup or style; a composed banner keeps its own.
        scrim: How much of the palette's ground lies over the picture where text stands, 0 to 1.
        markup: Name of the template.
        style: Name of the style sheet in `styles/`.
    """

    key: str
    version: int
    title: str | Promise
    about: str | Promise
    slots: tuple[Slot, ...]
    palettes: tuple[Palette, ...]
    scrim: float = 0.0

    @property
    def markup(self) -> str:
        return f"creatives/designs/{self.key}.html"

    @property
    def style(self) -> str:
        return f"{self.key}.css"

    @property
    def styles(self) -> tuple[str, ...]:
        """The style sheets that it is made of, in their order."""
        answers = ("buttons.css",) if self.moves or self.like else ()
        return ("base.css", self.style, *answers)

    @property
    def texts(self) -> tuple[Slot, ...]:
        """The slots that people write in, per language."""
        return tuple(slot for slot in self.slots if slot.sort not in WORDLESS)

    @property
    def images(self) -> tuple[Slot, ...]:
        """The slots for pictures, in their order."""
        return tuple(slot for slot in self.slots if slot.sort is Sort.IMAGE)

    @property
    def image(self) -> Slot | None:
        """The slot for a picture, if it has one: the first of several."""
        return next(iter(self.images), None)

    @property
    def moves(self) -> bool:
        """Whether a visitor moves it from picture to picture."""
        return len(self.images) > 1

    @property
    def like(self) -> Slot | None:
        """The switch for a heart button, if it may have one."""
        return next((slot for slot in self.slots if slot.sort is Sort.SWITCH), None)

    def always(self, slot: Slot) -> bool:
        """Whether it has to be filled whatever pictures there are."""
        return slot.required and (not self.moves or self.images[slot.picture - 1].required)

    def slot(self, key: str) -> Slot | None:
        return next((slot for slot in self.slots if slot.key == key), None)

    def palette(self, key: str) -> Palette | None:
        return next((one for one in self.palettes if one.key == key), None)


def columns(text: str) -> int:
    """How wide a text is: a Chinese character takes two columns.

    Example:
        >>> columns("Spring"), columns("春天")
        (6, 4)
    """
    return sum(2 if unicodedata.east_asian_width(one) in WIDE else 1 for one in text)
