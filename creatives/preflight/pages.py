"""The findings of a version, as pages show them."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from creatives import four_eyes
from creatives.models import Placement, Version
from creatives.preflight.checking import check
from creatives.preflight.findings import Finding, Severity
from workspace import access
from workspace.access import Permission
from workspace.models import Membership, Site

FIELD = "waive-"
"""A reason is sent as `waive-<rule>` or `waive-<rule>@<placement>`."""
WORDS = {
    Severity.BLOCKING: gettext_lazy("Must be mended"),
    Severity.WARNING: gettext_lazy("Warning"),
    Severity.NOTE: gettext_lazy("Note"),
    Severity.PASSED: gettext_lazy("Passed"),
}
ICONS = {
    Severity.BLOCKING: "circle-x",
    Severity.WARNING: "alert-triangle",
    Severity.NOTE: "info-circle",
    Severity.PASSED: "circle-check",
}
TITLES = {
    "fit": gettext_lazy("Size"),
    "weight": gettext_lazy("File weight"),
    "alt": gettext_lazy("Alternative text"),
    "text_length": gettext_lazy("Length of texts"),
    "overflow": gettext_lazy("Room for words"),
    "landing_allowed": gettext_lazy("Where the click leads"),
    "landing_alive": gettext_lazy("Landing page"),
    "contrast": gettext_lazy("Contrast"),
    "legible": gettext_lazy("Small words"),
    "lookalike": gettext_lazy("Look-alikes"),
    "motion_allowed": gettext_lazy("Motion"),
    "motion_length": gettext_lazy("Length of motion"),
    "reduced_motion": gettext_lazy("Without motion"),
    "expiry": gettext_lazy("Promised end"),
    "schedule": gettext_lazy("Schedule"),
    "price": gettext_lazy("Prices"),
    "licence": gettext_lazy("Licence"),
    "owner": gettext_lazy("Owner"),
}
"""What people call the checks."""


@dataclass(frozen=True, slots=True)
class Row:
    """A finding with its words and its field."""

    finding: Finding
    title: str
    word: str
    icon: str
    field: str


@dataclass(frozen=True, slots=True)
class Group:
    """What is said of one placement, or of all."""

    name: str
    open: tuple[Row, ...]
    notes: tuple[Row, ...]
    waived: tuple[Row, ...]
    passed: tuple[Row, ...]


def context(
    version: Version, person: AbstractBaseUser | AnonymousUser, now: dt.datetime
) -> dict[str, Any]:
    """For `creatives/_findings.html`: `findings` (groups), `to_settle`, `may_waive`."""
    found = check(version, now=now)
    site = version.creative.site
    to_settle = [one for one in found if one.is_open]
    return {
        "findings": _groups(found, site),
        "to_settle": len(to_settle),
        "must_mend": sum(one.is_blocking for one in to_settle),
        "may_waive": may_waive(version, person),
    }


def may_waive(version: Version, person: AbstractBaseUser | AnonymousUser) -> bool:
    """Whether this person reviews here, and four eyes let them."""
    if not isinstance(person, AbstractBaseUser):
        return False
    site = version.creative.site_id
    role = Membership.objects.filter(site=site, user_id=person.pk).values_list("role", flat=True)
    reviews = access.allows(role.first(), Permission.REVIEW)
    return reviews and four_eyes.may_review(version, person)


def waivers(sent: Mapping[str, str]) -> dict[str, str]:
    """The reasons that a form brings, by the code of the warning; empty ones waive nothing."""
    named = {key.removeprefix(FIELD): sent[key] for key in sent if key.startswith(FIELD)}
    return {code: reason for code, reason in named.items() if reason.strip()}


def _groups(found: Iterable[Finding], site: Site) -> tuple[Group, ...]:
    """Those for every placement first, then in the order of their keys."""
    rows: dict[str, list[Finding]] = {}
    for one in found:
        rows.setdefault(one.placement, []).append(one)
    names = _names(site, [key for key in rows if key])
    return tuple(_group(names.get(key, _("Everywhere")), rows[key]) for key in sorted(rows))


def _names(site: Site, keys: list[str]) -> dict[str, str]:
    if not keys:
        return {}
    return dict(Placement.objects.filter(site=site, key__in=keys).values_list("key", "name"))


def _group(name: str, found: list[Finding]) -> Group:
    rows = [_row(one) for one in found]
    return Group(
        name,
        tuple(row for row in rows if row.finding.is_open),
        tuple(row for row in rows if row.finding.severity is Severity.NOTE),
        tuple(row for row in rows if row.finding.waived),
        tuple(row for row in rows if row.finding.severity is Severity.PASSED),
    )


def _row(found: Finding) -> Row:
    return Row(
        found,
        str(TITLES.get(found.rule, found.rule)),
        str(WORDS[found.severity]),
        ICONS[found.severity],
        FIELD + found.code,
    )
