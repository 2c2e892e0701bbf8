"""How an experiment departs from its sealed plan, one sentence per departure."""

import datetime as dt
import zoneinfo
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from types import MappingProxyType
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from experiments import changes, planned
from experiments.models import Experiment, Report, SealedPlan, Status
from experiments.reports import phases

Body = Mapping[str, Any]
DAY: Final = dt.timedelta(days=1)
TOLERANCE: Final = dt.timedelta(hours=1)
"""Who stops on the last day need not hit the hour."""
APART: Final = frozenset({"traffic_share", "watched", "split", "open_checks", "starts_at"})
"""Said in a sentence of their own, or no departure: an earlier start is the start."""
NAMES: Final[Mapping[str, Any]] = MappingProxyType(
    {
        "rules": gettext_lazy("Segments of the policy"),
        "placements": gettext_lazy("Placements"),
        "audience": gettext_lazy("Audience"),
    }
)


def sentences(experiment: Experiment, seals: Sequence[SealedPlan]) -> list[str]:
    """From phase to phase, from the last seal to now, and how it ended."""
    if not seals:
        return []
    return [
        *_between_phases(experiment, seals),
        *_differences(seals[-1].body, planned.body_of(experiment)),
        *_ending(experiment, seals[-1]),
    ]


def _between_phases(experiment: Experiment, seals: Sequence[SealedPlan]) -> Iterator[str]:
    for before, after in pairwise(seals):
        words = {"phase": after.phase, "at": _local(experiment, after.sealed_at)}
        yield _("Phase %(phase)s began on %(at)s: counting started again from zero.") % words
        for sentence in _differences(before.body, after.body):
            yield _in_phase(after.phase, sentence)


def _in_phase(phase: int, sentence: str) -> str:
    return _("Phase %(phase)s: %(departure)s") % {"phase": phase, "departure": sentence}


def _differences(then: Body, now: Body) -> Iterator[str]:
    yield from _traffic(then, now)
    yield from _watched(then, now)
    yield from _split(then, now)
    for name in now:
        if name not in APART and name in then and then[name] != now[name]:
            yield _plain(name, then[name], now[name])


def _plain(name: str, then: object, now: object) -> str:
    words = {
        "name": NAMES.get(name) or changes.label(name),
        "then": changes.text_of(name, then),
        "now": changes.text_of(name, now),
    }
    return _("%(name)s: %(then)s was planned, it is %(now)s.") % words


def _traffic(then: Body, now: Body) -> Iterator[str]:
    share, was = now["traffic_share"], then["traffic_share"]
    if share == was or share in [step.get("share") for step in then.get("ramp") or ()]:
        return  # a ramp that is gone up as it was planned
    words = {"then": was, "now": share}
    if share > was:
        yield _("The traffic share was raised from %(then)s to %(now)s %%.") % words
    else:
        yield _("The traffic share was lowered from %(then)s to %(now)s %%.") % words


def _watched(then: Body, now: Body) -> Iterator[str]:
    before = {one["metric"]: one for one in then["watched"]}
    after = {one["metric"]: one for one in now["watched"]}
    for metric in [*before, *(new for new in after if new not in before)]:
        words = {"metric": metric}
        if metric not in before:
            yield _("“%(metric)s” is watched, which was not planned.") % words
        elif metric not in after:
            yield _("“%(metric)s” was planned to be watched, and is not any more.") % words
        elif before[metric] != after[metric]:
            margins = {"then": _role(before[metric]), "now": _role(after[metric])}
            yield _("“%(metric)s” was planned as %(then)s, it is %(now)s.") % (words | margins)


def _role(one: Body) -> str:
    margin = f" {one['margin']} %" if one.get("margin") else ""
    return f"{one['role']}{margin}"


def _split(then: Body, now: Body) -> Iterator[str]:
    before, after = (_by_key(body["split"]) for body in (then, now))
    if before.keys() != after.keys():
        words = {"then": ", ".join(before), "now": ", ".join(after)}
        yield _("The variants were %(then)s, they are %(now)s.") % words
        return
    if _of("weight", before) != _of("weight", after):
        words = {"then": _weights(before), "now": _weights(after)}
        yield _("The split was %(then)s, it is %(now)s.") % words
    for key, one in after.items():
        if one["creative"] != before[key]["creative"]:
            words = {
                "name": one["name"],
                "then": before[key]["creative"] or "–",
                "now": one["creative"] or "–",
            }
            yield _("%(name)s was to show “%(then)s”, it shows “%(now)s”.") % words


def _by_key(split: Sequence[Body]) -> dict[str, Body]:
    return {one["key"]: one for one in split}


def _of(name: str, split: Mapping[str, Body]) -> list[Any]:
    return [one[name] for one in split.values()]


def _weights(split: Mapping[str, Body]) -> str:
    return " : ".join(str(weight) for weight in _of("weight", split))


def _ending(experiment: Experiment, seal: SealedPlan) -> Iterator[str]:
    yield from _stopped_early(experiment, seal.body)
    yield from _decided_early(experiment, seal.body)


def _stopped_early(experiment: Experiment, then: Body) -> Iterator[str]:
    """Stopped before the planned days; without an end date it may be stopped on any day."""
    began, stopped = experiment.started_at, experiment.stopped_at
    if began is None or stopped is None or then["reading"] == Experiment.Reading.OPEN:
        return
    if stopped + TOLERANCE < began + then["planned_days"] * DAY:
        words = {"days": (stopped - began) // DAY, "planned": then["planned_days"]}
        yield _("It was stopped after %(days)s of %(planned)s planned days.") % words


def _decided_early(experiment: Experiment, then: Body) -> Iterator[str]:
    wanted, ended = then["planned_visitors"], experiment.stage == Status.DECIDED
    seen = exposed(experiment) if ended and wanted else None
    if seen is not None and seen < wanted:
        words = {"seen": seen, "planned": wanted}
        yield _("It was decided with %(seen)s of %(planned)s planned visitors.") % words


def exposed(experiment: Experiment) -> int | None:
    """Visitors who have been shown a variant in this phase; None without a readable report."""
    report = Report.objects.filter(experiment=experiment, phase=experiment.phase).first()
    data = None if report is None else phases.data_of(report)
    return None if data is None else data.units


def _local(experiment: Experiment, moment: dt.datetime) -> str:
    return moment.astimezone(zoneinfo.ZoneInfo(experiment.site.timezone)).strftime("%Y-%m-%d %H:%M")
