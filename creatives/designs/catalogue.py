"""The designs that ship."""

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from creatives.designs import palettes as p
from creatives.designs.model import Design, Slot, Sort

IMAGE = Slot("image", _("Picture"), Sort.IMAGE, required=True)
PICTURE_OR_NOT = Slot("image", _("Picture"), Sort.IMAGE)
HEADLINE = Slot("headline", _("Headline"), required=True, longest=44)
SHORT_HEADLINE = Slot("headline", _("Headline"), required=True, longest=34)
BODY = Slot("body", _("Text"), longest=80, ink="quiet")
BUTTON = Slot(
    "button", _("Button"), Sort.BUTTON, required=True, longest=20, ink="on_accent", over="accent"
)
PRICE = Slot("price", _("Price"), Sort.PRICE, longest=14, ink="on_pop", over="pop")
NEEDED_PRICE = Slot(
    "price", _("Price"), Sort.PRICE, required=True, longest=14, ink="on_pop", over="pop"
)
WAS = Slot("was", _("Price before"), Sort.PRICE, longest=14, ink="quiet")
LIKE = Slot("like", _("Heart button"), Sort.SWITCH)


def _of_picture(number: int, *, required: bool) -> tuple[Slot, ...]:
    """What belongs to one of several pictures; the first one has the usual names."""
    end = str(number) if number > 1 else ""
    picture, headline, body = (
        format_lazy(label, n=number)
        for label in (_("Picture {n}"), _("Headline of picture {n}"), _("Text of picture {n}"))
    )
    return (
        Slot(f"image{end}", picture, Sort.IMAGE, required=required, picture=number),
        Slot(f"headline{end}", headline, required=True, longest=34, picture=number),
        Slot(f"body{end}", body, longest=60, ink="quiet", picture=number),
    )


DESIGNS = (
    Design(
        "split", 2, _("Split"),
        _("A picture on one side, words on the other: for the top of a page."),
        (IMAGE, HEADLINE, BODY, BUTTON, PRICE, LIKE),
        (p.SAND, p.NIGHT, p.FOREST, p.ROSE, p.SKY, p.CLAY, p.PAPER),
    ),
    Design(
        "cover", 2, _("Cover"),
        _("The picture fills everything; a veil keeps the words readable."),
        (IMAGE,
         Slot("headline", _("Headline"), required=True, longest=44, over="picture"),
         Slot("body", _("Text"), longest=80, over="picture"),
         BUTTON, LIKE),
        (p.NIGHT, p.FOREST, p.CLAY, p.PAPER, p.ROSE),
        scrim=0.82,
    ),
    Design(
        "price", 1, _("Price punch"),
        _("The price is the message, large, beside the product."),
        (IMAGE, SHORT_HEADLINE, BODY, BUTTON, NEEDED_PRICE, WAS),
        (p.SIGNAL, p.SKY, p.NIGHT, p.SAND, p.FOREST),
    ),
    Design(
        "strip", 1, _("Strip"),
        _("One line that says it all: for narrow slots between other things."),
        (PICTURE_OR_NOT, HEADLINE, BODY, BUTTON),
        (p.FOREST, p.NIGHT, p.CLAY, p.SKY, p.ROSE, p.MONO),
    ),
    Design(
        "editorial", 1, _("Editorial"),
        _("A page of a magazine: a serif headline, air, a framed picture."),
        (IMAGE, HEADLINE, BODY,
         Slot("button", _("Button"), Sort.BUTTON, required=True, longest=20)),
        (p.PAPER, p.MONO, p.SAND, p.ROSE, p.SKY, p.FOREST),
    ),
    Design(
        "sale", 1, _("Sale"),
        _("A big number on colour. No picture, no countdown."),
        (Slot("price", _("Offer"), Sort.PRICE, required=True, longest=8, ink="accent"),
         SHORT_HEADLINE, BODY, BUTTON),
        (p.SIGNAL, p.NIGHT, p.FOREST, p.CLAY),
    ),
    Design(
        "tile", 1, _("Product tile"),
        _("One product on a quiet ground with its price: made for the product feed."),
        (IMAGE, HEADLINE, BODY, BUTTON, PRICE, WAS),
        (p.MONO, p.PAPER, p.SAND, p.SKY, p.ROSE),
    ),
    Design(
        "carousel", 1, _("Carousel"),
        _("Two to four pictures, each with its words, that visitors move sideways themselves."),
        (*_of_picture(1, required=True), *_of_picture(2, required=True),
         *_of_picture(3, required=False), *_of_picture(4, required=False), BUTTON, LIKE),
        (p.PAPER, p.NIGHT, p.SAND, p.FOREST, p.ROSE, p.SKY, p.MONO),
    ),
)  # fmt: skip
BY_KEY = {design.key: design for design in DESIGNS}


def find(key: str) -> Design | None:
    """A design by its key."""
    return BY_KEY.get(key)
