"""Why the verdict is what it is: three to five sentences, each with the mark of a check."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from experiments.reports import numbers
from experiments.reports.findings import Guard, Safety
from experiments.reports.names import gap_text, label, metric_name
from experiments.reports.payload import Check, Effect, ReportData, State
from experiments.reports.sentences import range_text
from experiments.reports.verdict import Kind, Verdict

MOST: Final = 5
RARE: Final = 0.0001
COMMON: Final = 0.2
"""Above this "in 3 of 10 such tests" is easier to picture than "once in 3"."""


@dataclass(frozen=True, slots=True)
class Reason:
    """A sentence and how it looks: ok, waiting, warning or blocking."""

    state: State
    text: str


def why(data: ReportData, verdict: Verdict) -> list[Reason]:
    """At most five, the most important first."""
    if verdict.kind is Kind.NO_DATA:
        return [_plan(data, verdict)]
    parts = (_chance(data, verdict), _split(data), _guards(data, verdict), _notes(data))
    found = [reason for part in parts for reason in part]
    return [*found, _plan(data, verdict)][:MOST] if found else [_plan(data, verdict)]


def chance(p: float) -> str:
    """What a p-value means, in tests."""
    if p < RARE:
        return _(
            "If there were really no difference, a gap this large would appear less than once in "
            "10,000 such tests."
        )
    if p > COMMON:
        return _(
            "If there were really no difference, a gap this large would still appear in about "
            "%(many)s of 100 such tests."
        ) % {"many": numbers.count(round(p * 100))}
    return _(
        "If there were really no difference, a gap this large would appear about once in "
        "%(many)s such tests."
    ) % {"many": numbers.count(round(1 / p))}


def _chance(data: ReportData, verdict: Verdict) -> Iterator[Reason]:
    effect = data.effect(data.design.primary, verdict.arm) if verdict.arm is not None else None
    if effect is None or verdict.kind is Kind.CHECK_DATA:
        return
    if effect.gap:
        text = _("There are %(lack)s.") if effect.gap.need else _("Not compared: %(lack)s.")
        yield Reason(State.WAITING, text % {"lack": gap_text(effect.gap)})
    elif effect.p is not None and verdict.kind is not Kind.COLLECTING:
        p = effect.p if effect.p_adjusted is None else effect.p_adjusted
        state = State.OK if effect.span and effect.span.excludes_zero else State.WAITING
        yield Reason(state, chance(p) + _compared(data))


def _compared(data: ReportData) -> str:
    many = len(data.design.treatments)
    if many == 1:
        return ""
    text = " " + _("That allows for %(many)s variants being compared with the control.")
    return text % {"many": many}


def _split(data: ReportData) -> Iterator[Reason]:
    observed, units = data.split.observed, data.units
    if not units or data.split.gap:
        return
    shares = " / ".join(f"{n / units * 100:.1f}%" for n in observed)
    planned = " / ".join(f"{arm.share * 100:.4g}%" for arm in data.design.arms)
    names = {"shares": shares, "planned": planned, "units": numbers.count(units)}
    if data.split.alarm:
        text = _("Split off: %(shares)s instead of %(planned)s.")
        yield Reason(State.BLOCKING, text % names)
    elif data.design.unit == "impression":
        yield Reason(State.OK, _("%(units)s impressions, split as planned (%(shares)s).") % names)
    else:
        yield Reason(State.OK, _("%(units)s visitors, split as planned (%(shares)s).") % names)


def _guards(data: ReportData, verdict: Verdict) -> Iterator[Reason]:
    if verdict.arm is None or verdict.kind in {Kind.COLLECTING, Kind.CHECK_DATA}:
        return
    found = [guard for guard in data.findings.guards if guard.arm == verdict.arm]
    for guard in found:
        effect = data.effect(guard.metric, guard.arm)
        if guard.safety is Safety.HARMED and effect is not None:
            yield _moved(data, effect)
    yield from _unharmed([g for g in found if g.safety is Safety.SAFE])
    yield from _unclear([g for g in found if g.safety is Safety.UNCLEAR])


def _unharmed(guards: Sequence[Guard]) -> Iterator[Reason]:
    if guards:
        names = _(", ").join(metric_name(guard.metric) for guard in guards)
        yield Reason(State.OK, _("Within its margin: %(metrics)s.") % {"metrics": names})


def _unclear(guards: Sequence[Guard]) -> Iterator[Reason]:
    for guard in guards:
        places = {"metric": metric_name(guard.metric), "margin": f"{guard.margin * 100:g}%"}
        text = _("%(metric)s may have lost more than %(margin)s: not known yet.")
        yield Reason(State.WAITING, text % places)


def _moved(data: ReportData, effect: Effect) -> Reason:
    worse = effect.span is not None and effect.span.high < 0
    text = _("%(metric)s of %(variant)s: %(range)s.")
    if data.design.adaptive:
        text = _("%(metric)s of the policy against chance: %(range)s.")
    places = {
        "metric": metric_name(effect.metric),
        "variant": label(data.design.arm(effect.arm)),
        "range": range_text(data, effect),
    }
    return Reason(State.WARNING if worse else State.OK, text % places)


def _notes(data: ReportData) -> Iterator[Reason]:
    found = {check.key: check for check in data.checks}
    if data.design.unit == "impression":
        yield Reason(
            State.WARNING,
            _("Only totals are known: impressions of one visitor count as if they were strangers."),
        )
    if _is(found.get("size"), State.WARNING):
        yield Reason(
            State.WARNING,
            _("The effect is unusually large; look for a mistake before you believe it."),
        )
    if _is(found.get("automated"), State.OK) and found["automated"].numbers["events"]:
        share = numbers.percent(found["automated"].numbers["share"], digits=1)
        yield Reason(
            State.OK, _("Automated traffic is not counted (%(share)s).") % {"share": share}
        )


def _is(check: Check | None, state: State) -> bool:
    return check is not None and check.state is state


def _plan(data: ReportData, verdict: Verdict) -> Reason:
    horizon = verdict.horizon
    if data.design.planned_look_only:
        return Reason(State.OK, _("Imported complete, read once."))
    names = {
        "day": numbers.count(horizon.day),
        "days": numbers.count(horizon.planned_days or 0),
        "units": numbers.count(horizon.units),
        "planned": numbers.count(horizon.planned_units),
    }
    if horizon.planned_days is None:
        return _without_end(data, names)
    if horizon.reached:
        return Reason(State.OK, _("The planned end is reached."))
    passed = data.findings.looks.passed_on if data.findings.looks else None
    if passed and verdict.kind is not Kind.COLLECTING:
        day = {"day": passed.isoformat()}
        return Reason(State.OK, _("It passed the bound for early answers on %(day)s.") % day)
    if horizon.planned_units:
        text = _("Day %(day)s of %(days)s; %(units)s of %(planned)s visitors.") % names
    else:
        text = ngettext(
            "Day %(day)s of %(days)s; %(units)s visitor so far.",
            "Day %(day)s of %(days)s; %(units)s visitors so far.",
            horizon.units,
        )
        text %= names
    return Reason(State.WARNING if data.design.ended else State.WAITING, text)


def _without_end(data: ReportData, names: dict[str, str]) -> Reason:
    text = _("Day %(day)s of an open test: its range may be read on any day.") % names
    return Reason(State.WARNING if data.design.ended else State.WAITING, text)
