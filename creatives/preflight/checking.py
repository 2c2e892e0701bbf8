"""The checks of a version: every rule reads the same subject and says what it finds."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace

from creatives.models import Placement, Version, Waiver
from creatives.preflight import subject
from creatives.preflight.findings import Finding, Severity
from creatives.preflight.rules import RULES
from creatives.preflight.subject import Subject

Findings = tuple[Finding, ...]


def check(
    version: Version,
    placements: Sequence[Placement] = (),
    *,
    now: dt.datetime,
    until: dt.datetime | None = None,
) -> Findings:
    """Everything that is to be said of a version, in the order of the rules.

    Looked at are the placements where its creative is shown or takes part in an experiment that is
    not over, and `placements`. `until` is how long it is meant to be shown, e.g. the planned end of
    an experiment.
    """
    places = subject.places(version.creative, placements)
    (only,) = subject.load([version], {version.creative_id: places}, now=now, until=until)
    return findings(only)


def check_at(
    versions: Sequence[Version],
    placement: Placement,
    *,
    now: dt.datetime,
    until: dt.datetime | None = None,
) -> Mapping[int, Findings]:
    """The same for several versions on one placement, by the id of the version."""
    places = {version.creative_id: (placement,) for version in versions}
    every = subject.load(versions, places, now=now, until=until)
    return {one.version.pk: findings(one) for one in every}


def findings(about: Subject) -> Findings:
    """What the rules say, with the waivers that were written."""
    waivers = {(row.rule, row.placement): row for row in about.version.waivers.all()}
    return tuple(_settled(found, waivers) for rule in RULES.values() for found in rule(about))


def _settled(found: Finding, waivers: Mapping[tuple[str, str], Waiver]) -> Finding:
    """A waiver without a placement holds for the rule everywhere."""
    if found.severity is not Severity.WARNING:
        return found
    here, everywhere = (found.rule, found.placement), (found.rule, "")
    return replace(found, waived=waivers.get(here) or waivers.get(everywhere))
