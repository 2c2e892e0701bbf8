"""The features and operators of rules in plain words, and how a condition reads as part of a
sentence. `%(part)s` is the free part of a name, `%(compare)s` the operator with its value."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from engine.assignment import known_features
from engine.assignment.known_features import Kind

Text = str | Promise


@dataclass(frozen=True, slots=True)
class Word:
    """How a feature is called, how a condition on it reads, and what helps to fill it in."""

    label: Text
    sentence: Text
    hint: Text = ""
    part: Text = ""  # what its free part is called
    values: tuple[str, ...] = ()  # usual ones, to choose from


INTEREST = _(
    "A look at a product counts 1, a search 2, a product put into the cart 3, a purchase 4. "
    "It fades and halves every week: two looks today are a little less than 2, so write 1.5."
)
FAVOURITE = _("What the visitor showed the most interest in lately.")
NOW = _("A visit ends after 30 minutes without a click.")
ATTRIBUTE = _(
    "What your shop sends about a visitor under attributes. Numbers compare as numbers; write “3” "
    "in quotation marks if your shop sends it as a text."
)
ADDRESS = _("The whole address, such as https://shop.example/shoes?color=red.")

GROUPS: Final[tuple[tuple[Text, Mapping[str, Word]], ...]] = (
    (
        _("Interests"),
        {
            "affinity.category.": Word(
                _("Interest in a category"),
                _("has shown an interest in category %(part)s of %(compare)s"),
                INTEREST,
                _("Which category"),
            ),
            "affinity.brand.": Word(
                _("Interest in a brand"),
                _("has shown an interest in brand %(part)s of %(compare)s"),
                INTEREST,
                _("Which brand"),
            ),
            "affinity.price_band.": Word(
                _("Interest in a price band"),
                _("has shown an interest in price band %(part)s of %(compare)s"),
                INTEREST,
                _("Which price band"),
            ),
            "favourite.category": Word(
                _("Favourite category"), _("has a favourite category that %(compare)s"), FAVOURITE
            ),
            "favourite.brand": Word(
                _("Favourite brand"), _("has a favourite brand that %(compare)s"), FAVOURITE
            ),
            "favourite.price_band": Word(
                _("Favourite price band"),
                _("has a favourite price band that %(compare)s"),
                FAVOURITE,
            ),
        },
    ),
    (
        _("In this visit"),
        {
            "session.pages": Word(
                _("Pages viewed"), _("has viewed %(compare)s pages in this visit"), NOW
            ),
            "session.products": Word(
                _("Products viewed"), _("has viewed %(compare)s products in this visit"), NOW
            ),
            "session.searches": Word(
                _("Searches"), _("has searched %(compare)s times in this visit"), NOW
            ),
            "session.carts": Word(
                _("Products put into the cart"),
                _("has put something into the cart %(compare)s times in this visit"),
                NOW,
            ),
            "session.orders": Word(
                _("Orders in this visit"), _("has ordered %(compare)s times in this visit"), NOW
            ),
            "session.minutes": Word(
                _("Minutes in the shop"), _("has been here for %(compare)s minutes"), NOW
            ),
        },
    ),
    (
        _("History"),
        {
            "visits": Word(
                _("Visits"),
                _("has been here %(compare)s times"),
                _("The present visit counts; somebody new has 1."),
            ),
            "orders": Word(_("Orders"), _("has ordered %(compare)s times")),
            "spent": Word(
                _("Money spent"), _("has spent %(compare)s"), _("Of all orders together.")
            ),
            "days_since_order": Word(
                _("Days since the last order"),
                _("ordered last %(compare)s days ago"),
                _("Whoever has never ordered does not match."),
            ),
            "days_since_visit": Word(
                _("Days since the visit before"),
                _("was here before, %(compare)s days ago"),
                _("Whoever is here for the first time does not match."),
            ),
        },
    ),
    (
        _("Time"),
        {
            "time.hour": Word(
                _("Hour of the day"),
                _("comes when the hour is %(compare)s"),
                _("0 to 23, in the shop's time zone: 18 is from 18:00 to 18:59."),
                values=tuple(map(str, range(24))),
            ),
            "time.weekday": Word(
                _("Day of the week"),
                _("comes when the day of the week is %(compare)s"),
                _("1 is Monday, 7 is Sunday, in the shop's time zone."),
                values=tuple(map(str, range(1, 8))),
            ),
        },
    ),
    (
        _("Device, place and page"),
        {
            "device": Word(
                _("Device"),
                _("uses a device that %(compare)s"),
                values=("phone", "tablet", "desktop"),
            ),
            "country": Word(
                _("Country"),
                _("is in a country that %(compare)s"),
                _("The code of two letters that your shop sends, such as CN."),
            ),
            "locale": Word(
                _("Language"),
                _("reads a language that %(compare)s"),
                _("Such as zh-Hans; “begins with zh” means every Chinese."),
            ),
            "position": Word(
                _("Placement"),
                _("sees a placement whose key %(compare)s"),
                _("The key of the placement that asks, such as home-hero."),
            ),
            "channel": Word(
                _("Channel"),
                _("is on a channel that %(compare)s"),
                _("What the placement is in: a page, an e-mail or an app."),
                values=("web", "email", "app"),
            ),
            "page.url": Word(
                _("Address of the page"), _("is on a page whose address %(compare)s"), ADDRESS
            ),
            "page.referrer": Word(
                _("Address of the page before"),
                _("comes from a page whose address %(compare)s"),
                ADDRESS,
            ),
            "attributes.": Word(
                _("Something your shop sends"),
                _("has a value of %(part)s that %(compare)s"),
                ATTRIBUTE,
                _("Its name"),
            ),
        },
    ),
)

WORDS: Final[Mapping[str, Word]] = MappingProxyType(
    {name: word for _group, words in GROUPS for name, word in words.items()}
)
"""By feature, or by the beginning that takes a free part."""

OPERATORS: Final[Mapping[str, Text]] = MappingProxyType(
    {
        "at_least": _("is at least"),
        "at_most": _("is at most"),
        "more_than": _("is more than"),
        "less_than": _("is less than"),
        "is": _("is"),
        "is_not": _("is not"),
        "one_of": _("is one of"),
        "not_one_of": _("is none of"),
        "contains": _("contains"),
        "starts_with": _("begins with"),
    }
)

OF_NUMBERS: Final[Mapping[str, Text]] = MappingProxyType(
    {
        "at_least": _("at least %(value)s"),
        "at_most": _("at most %(value)s"),
        "more_than": _("more than %(value)s"),
        "less_than": _("less than %(value)s"),
        "is": _("exactly %(value)s"),
        "is_not": _("anything but %(value)s"),
        "one_of": _("exactly %(value)s"),
        "not_one_of": _("anything but %(value)s"),
    }
)
"""Operators in sentences on numbers; those in OPERATORS are for texts."""


def choices() -> list[tuple[Text, list[tuple[str, Text]]]]:
    """Features by group, for a list to choose from."""
    return [
        (group, [(name, word.label) for name, word in words.items()]) for group, words in GROUPS
    ]


def stem(feature: str) -> tuple[str, str]:
    """The name in WORDS, and the free part."""
    beginning, part = known_features.split(feature)
    return (beginning, part) if beginning else (feature, "")


def kind(name: str) -> Kind | None:
    """What the values are of a name in WORDS."""
    return known_features.EXACT.get(name) or known_features.OPEN.get(name)
