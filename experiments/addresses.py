"""Addresses of pages in other rooms, which may not be there."""

from django.urls import NoReverseMatch, reverse

from workspace.models import Site


def new_segment(site: Site) -> str:
    """Where a segment is made; empty where there is no such page."""
    try:
        return reverse("audiences:new", args=[site.key])
    except NoReverseMatch:
        return ""
