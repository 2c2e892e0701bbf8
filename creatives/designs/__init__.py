"""Designs of composed banners: markup, a style sheet and typed slots, released with the product."""

from creatives.designs.catalogue import DESIGNS, find
from creatives.designs.model import Design, Palette, Slot, Sort, columns

__all__ = ["DESIGNS", "Design", "Palette", "Slot", "Sort", "columns", "find"]
