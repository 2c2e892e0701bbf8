"""Creatives with their versions and files, placements, reviews, and what banners speak of."""

from creatives.models.creative import Copy, Creative, Rendition, Version
from creatives.models.placement import Placement, Size
from creatives.models.reviews import Comment, Waiver
from creatives.models.shop import Landing, Product

__all__ = [
    "Comment",
    "Copy",
    "Creative",
    "Landing",
    "Placement",
    "Product",
    "Rendition",
    "Size",
    "Version",
    "Waiver",
]
