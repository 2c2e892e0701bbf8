"""Banners from the time when their site spoke one language: approved, and now lacking words."""

from collections.abc import Iterator
from contextlib import contextmanager

from creatives.models import Creative
from tests.factories import a_creative
from workspace.models import Site


@contextmanager
def in_one_language(site: Site) -> Iterator[None]:
    """While the checks know of the first language only."""
    spoken = site.locales
    _speak(site, spoken[:1])
    yield
    _speak(site, spoken)


def _speak(site: Site, locales: list[str]) -> None:
    site.locales = locales
    Site.objects.filter(pk=site.pk).update(locales=locales)


def from_before(site: Site, name: str = "", **fields) -> Creative:
    """An approved creative without words in the other languages."""
    with in_one_language(site):
        return a_creative(site, name, **fields)
