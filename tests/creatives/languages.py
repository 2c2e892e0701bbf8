"""Banners from the time when their site spoke one language: approved, and now lacking words."""

from collections.abc import Iterator
from contextlib import contextmanager

from creatives.models import Creative
from tests.factories import a_creative
from workspace.models import Site


@contextmanager
def in_one_language(site: Site) -> Iterator[None]:
    """While the checks know of the first language only."""
    Site.objects.filter(pk=site.pk).update(locales=site.locales[:1])
    yield
    Site.objects.filter(pk=site.pk).update(locales=site.locales)


def from_before(site: Site, name: str = "", **fields) -> Creative:
    """An approved creative without words in the other languages."""
    with in_one_language(site):
        return a_creative(site, name, **fields)
