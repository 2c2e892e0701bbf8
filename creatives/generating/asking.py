"""What a generator from outside gives, brought into the library: always as drafts."""

import datetime as dt

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from creatives import library
from creatives.generating import generators, grammar
from creatives.generating.generators import Brief
from creatives.models import Creative, Product
from workspace.models import Site

Person = AbstractBaseUser | None
GRAMMAR = "grammar"
SUGGESTED = 8


def headlines(product: Product, locale: str, *, longest: int, source: str = GRAMMAR) -> list[str]:
    """Suggested headlines from the grammar, or from the generator named `source`."""
    if source == GRAMMAR:
        claims = grammar.headlines(product, locale, longest=longest)
        return [claim.text for claim in _varied(claims)]
    return generators.texts(source, brief(product, locale, longest=longest, count=SUGGESTED))


@transaction.atomic
def pictures(
    site: Site, source: str, product: Product, *, run: str, actor: Person, now: dt.datetime
) -> list[Creative]:
    """What the generator drew, each a draft of its own after the checks of every upload.

    Their keys begin with `run`, by which a job taken up again finds them.

    Raises InvalidInput, TooLarge or UnsupportedMedia for a file that no one may upload; then none
    of them is kept.
    """
    drawn = generators.images(source, brief(product, site.locales[0], longest=0, count=SUGGESTED))
    return [
        library.create(
            site,
            key=f"{run}-{number + 1}",
            name=product.title[: library.NAME_LENGTH],
            alt=product.title,
            landing_url=product.url,
            upload=data,
            filename=f"{source}-{number + 1}",
            actor=actor,
            now=now,
        )
        for number, data in enumerate(drawn)
    ]


def brief(product: Product, locale: str, *, longest: int, count: int) -> Brief:
    """What a generator is told: facts of the feed and nothing else."""
    return Brief(grammar.evidence(product), locale, longest, count)


def _varied(claims: list[grammar.Claim]) -> list[grammar.Claim]:
    """A few that speak of different fields, rather than the first ones of a kind."""
    by_fields: dict[tuple[str, ...], list[grammar.Claim]] = {}
    for claim in claims:
        by_fields.setdefault(tuple(sorted(claim.fields)), []).append(claim)
    chosen: list[grammar.Claim] = []
    while by_fields and len(chosen) < SUGGESTED:
        for key in list(by_fields):
            chosen.append(by_fields[key].pop(0))
            if not by_fields[key]:
                del by_fields[key]
    return chosen[:SUGGESTED]
