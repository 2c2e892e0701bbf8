"""What a new experiment can begin from: a starting point, a template, an older experiment."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from django.contrib.auth.models import AbstractBaseUser
from django.utils.translation import gettext as _

from creatives.models import Placement
from engine.errors import NotFound
from experiments import beginnings, duplicating, plan_documents, starting_points
from experiments.models import Experiment, PlanTemplate
from experiments.plan_documents import Document, Gap, Read
from workspace.models import Site

LONGEST_ID: Final = 18
"""Digits of a number in an address that the database can compare."""


@dataclass(frozen=True, slots=True)
class Source:
    """One of them, as the page of a new experiment shows it.

    Attributes:
        address: Names it in the page's address, such as `template:5`.
        title: What it is called.
        about: A sentence about it.
        name: What to call the experiment that begins from it.
        document: Its plan.
        found: The plan in the rows of the site.
        noted: Where it came from, for the audit log.
    """

    address: str
    title: str
    about: str
    name: str
    document: Document
    found: Read
    noted: str

    @property
    def gaps(self) -> tuple[Gap, ...]:
        return self.found.gaps

    @property
    def needs_agreement(self) -> bool:
        return any(gap.hard for gap in self.gaps)


def find(site: Site, address: str) -> Source | None:
    """The source of an address; None for none.

    Raises:
        NotFound: There is no such thing on this site.
        IllegalMove: It is the holdout.
    """
    if not address:
        return None
    kind, _colon, name = address.partition(":")
    found = KINDS[kind](site, name) if kind in KINDS else None
    if found is None:
        raise NotFound(
            _("What this page should begin from is not there any more."),
            hint=_("Choose something else to begin from."),
        )
    return found


def begin(
    site: Site,
    source: Source,
    *,
    name: str,
    placement: Placement | None,
    without_missing: bool,
    actor: AbstractBaseUser | None,
    now: dt.datetime,
) -> Experiment:
    """A new draft; raises as `beginnings.begin`."""
    return beginnings.begin(
        site,
        source.document,
        name=name,
        source=source.noted,
        placement=placement,
        without_missing=without_missing,
        actor=actor,
        now=now,
    )


def _point(site: Site, key: str) -> Source | None:
    point = starting_points.find(key)
    if point is None:
        return None
    found = plan_documents.read(site, point.document)
    about = point.about
    return Source(
        f"point:{key}", point.title, about, point.title, point.document, found, f"point {key}"
    )


def _template(site: Site, number: str) -> Source | None:
    rows = PlanTemplate.objects.filter(site=site)
    known = number.isascii() and number.isdecimal() and len(number) <= LONGEST_ID
    row = rows.filter(pk=number).first() if known else None
    if row is None:
        return None
    found = plan_documents.read(site, row.plan)
    about = _("A template of your team.")
    noted = f"template {row.name}"
    return Source(f"template:{row.pk}", row.name, about, row.name, row.plan, found, noted)


def _experiment(site: Site, key: str) -> Source | None:
    row = Experiment.objects.filter(site=site, key=key).first()
    if row is None:
        return None
    duplicating.check(row)
    document = plan_documents.write(row)
    found = plan_documents.read(site, document)
    about = _("Its plan and banners; nothing of what came out.")
    name = duplicating.name_of_copy(row)
    noted = f"experiment {key}"
    return Source(f"experiment:{key}", row.name, about, name, document, found, noted)


KINDS: Mapping[str, Callable[[Site, str], Source | None]] = MappingProxyType(
    {"point": _point, "template": _template, "experiment": _experiment}
)
