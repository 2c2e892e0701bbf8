"""The placements that most shops have, to begin with on an empty site."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from creatives import iab, placements
from creatives.models import Placement
from workspace.models import Site

Page = Placement.PageType
Pair = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Usual:
    """A placement on offer; `phone` and `tablet` where its size differs there."""

    key: str
    name: str | Promise
    page: Page
    size: Pair
    phone: Pair | None = None
    tablet: Pair | None = None
    ticked: bool = True

    @property
    def kilobytes(self) -> int | None:
        """The weight limit of the IAB, where the size is one of theirs."""
        return iab.kilobytes_for(*self.size)

    def placement(self, site: Site) -> Placement:
        """The row that it becomes; not saved."""
        phone, tablet = self.phone or (None, None), self.tablet or (None, None)
        return Placement(
            site=site,
            key=self.key,
            name=str(self.name),
            page_type=self.page,
            width=self.size[0],
            height=self.size[1],
            phone_width=phone[0],
            phone_height=phone[1],
            tablet_width=tablet[0],
            tablet_height=tablet[1],
            max_kilobytes=self.kilobytes,
            animated=self.page != Page.EMAIL,
            layer=self.key,
        )


USUAL: tuple[Usual, ...] = (
    Usual("home-hero", _("Welcome: hero"), Page.WELCOME, (1920, 600), (750, 900)),
    Usual("home-billboard", _("Welcome: billboard"), Page.WELCOME, (970, 250), (300, 250)),
    Usual("category-strip", _("Category: strip"), Page.CATEGORY, (970, 90), (320, 50), (728, 90)),
    Usual("category-side", _("Category: beside the list"), Page.CATEGORY, (160, 600), (300, 250)),
    Usual("product-box", _("Product: box"), Page.PRODUCT, (300, 250)),
    Usual("promotion-hero", _("Promotion: hero"), Page.PROMOTION, (1920, 600), (750, 900)),
    Usual("clearance-strip", _("Clearance: strip"), Page.CLEARANCE, (970, 250), (300, 250)),
    Usual("cart-strip", _("Cart: strip"), Page.CART, (728, 90), (320, 50)),
    Usual("search-box", _("Search: box"), Page.SEARCH, (300, 250)),
    Usual("email-head", _("E-mail: head"), Page.EMAIL, (600, 200)),
    Usual("app-card", _("App: card"), Page.APP, (390, 160)),
    Usual("app-interstitial", _("App: interstitial"), Page.APP, (640, 1136), ticked=False),
    Usual("portrait", _("Welcome: portrait"), Page.WELCOME, (300, 1050), (300, 250), ticked=False),
    Usual(
        "leaderboard", _("Welcome: leaderboard"), Page.WELCOME, (728, 90), (320, 50), None, False
    ),
)


def missing(site: Site) -> list[Usual]:
    """Those that the site does not have yet."""
    there = set(site.placements.values_list("key", flat=True))
    return [usual for usual in USUAL if usual.key not in there]


def add(
    site: Site, *, keys: Collection[str], actor: AbstractBaseUser | None, now: dt.datetime
) -> list[Placement]:
    """Make the chosen ones; those that are there already are left alone."""
    chosen = [usual for usual in missing(site) if usual.key in keys]
    with transaction.atomic():
        return [placements.create(usual.placement(site), actor=actor, now=now) for usual in chosen]
