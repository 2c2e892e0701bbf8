"""What to paste into a shop's code, by the way in which it asks."""

from dataclasses import dataclass
from typing import Final

from django.template.loader import render_to_string


@dataclass(frozen=True, slots=True)
class Way:
    """A language or library; `slug` names its template and stands in the address."""

    slug: str
    name: str
    by_experiment: bool = False


WAYS: Final = (
    Way("curl", "curl"),
    Way("javascript", "JavaScript"),
    Way("python", "Python"),
    Way("openfeature-web", "OpenFeature (web)", by_experiment=True),
    Way("openfeature-python", "OpenFeature (Python)", by_experiment=True),
    Way("growthbook", "GrowthBook (JavaScript)", by_experiment=True),
)


def chosen(slug: str | None) -> Way:
    """The way that an address names, else the first."""
    return next((way for way in WAYS if way.slug == slug), WAYS[0])


def text(way: Way, *, url: str, key: str, placement: str, experiment: str) -> str:
    """The snippet, filled in. All values are slugs, keys or addresses: nothing in them is code."""
    values = {"url": url, "key": key, "placement": placement, "experiment": experiment}
    return render_to_string(f"workspace/snippets/{way.slug}.txt", values).strip()
