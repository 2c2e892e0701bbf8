"""The words of the health checks: what each one is, what it found, what to do about it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from experiments.reports import numbers
from experiments.reports.names import LACKS, label
from experiments.reports.payload import Check, ReportData, State


@dataclass(frozen=True, slots=True)
class Explained:
    """A check as a person reads it."""

    key: str
    state: State
    name: str
    finding: str
    remedy: str


NAMES: Final[Mapping[str, Promise]] = {
    "split": gettext_lazy("Visitors are split as planned"),
    "assigned": gettext_lazy("Variants are given out as planned"),
    "several": gettext_lazy("Each visitor sees one variant"),
    "before": gettext_lazy("Visitors were alike before"),
    "steady": gettext_lazy("The effect is steady"),
    "heavy": gettext_lazy("No single visitor decides"),
    "groups": gettext_lazy("The split holds in every group"),
    "overrun": gettext_lazy("Read by its planned end"),
    "late": gettext_lazy("All events are in"),
    "clicks": gettext_lazy("Clicks do not exceed impressions"),
    "enough": gettext_lazy("Enough visitors and events"),
    "missing": gettext_lazy("Impressions are reported"),
    "automated": gettext_lazy("Automated traffic is set aside"),
    "size": gettext_lazy("The effect is of a believable size"),
    "weeks": gettext_lazy("Whole weeks"),
    "unit": gettext_lazy("The visitor is the unit"),
}
PROBLEMS: Final[Mapping[str, Promise]] = {
    "split": gettext_lazy("Visitors are not split as planned"),
    "assigned": gettext_lazy("Variants are not given out as planned"),
    "several": gettext_lazy("Visitors see several variants"),
    "before": gettext_lazy("Visitors differed before"),
    "steady": gettext_lazy("The effect turns round"),
    "heavy": gettext_lazy("One visitor weighs a lot"),
    "groups": gettext_lazy("The split is off in a group"),
    "overrun": gettext_lazy("It runs beyond its planned end"),
    "clicks": gettext_lazy("More clicks than impressions"),
    "missing": gettext_lazy("Impressions are missing"),
    "automated": gettext_lazy("Much automated traffic"),
    "size": gettext_lazy("The effect is unusually large"),
    "weeks": gettext_lazy("Not whole weeks"),
    "unit": gettext_lazy("The impression is the unit"),
}
"""What the same checks are called when they have found something."""
OF_IMPRESSIONS: Final = (
    gettext_lazy("Impressions are split as planned"),
    gettext_lazy("Impressions are not split as planned"),
)
OF_POLICIES: Final[Mapping[tuple[str, State], Promise]] = {
    ("several", State.NOT_APPLICABLE): gettext_lazy(
        "Does not apply: the policy may choose another variant at the next visit. What stays is "
        "the side, chance or policy, that was drawn for the visitor, and only sides are compared."
    ),
    ("enough", State.OK): gettext_lazy("Both sides have enough for the arithmetic."),
    ("size", State.WARNING): gettext_lazy("The policy differs by %(lift)s from chance."),
    ("clicks", State.OK): gettext_lazy("On both sides."),
}
"""Findings where a policy is compared with chance."""
REMEDIES_OF_POLICIES: Final[Mapping[str, Promise]] = {
    "size": gettext_lazy(
        "Results this large are more often a mistake than a discovery: look whether clicks are "
        "reported for every variant, and see whether it lasts before acting on it."
    ),
    "overrun": gettext_lazy(
        "It may keep choosing. The bound for daily reading was spent by the planned end: trust "
        "what it said then, and plan the next one without an end date."
    ),
}
UNKNOWN: Final = gettext_lazy("Cannot be checked with this data.")
REMEDIES: Final[Mapping[str, Promise]] = {
    "split": gettext_lazy(
        "Usual causes: one banner loads slower or fails on some devices, a redirect loses "
        "visitors, the tag is missing on some pages, or visitors were filtered after the split. "
        "Mend that and start a new phase; these numbers cannot be repaired."
    ),
    "several": gettext_lazy(
        "Usual causes: the shop sends a changing user id, or ids are lost between pages. Send the "
        "same id for the same visitor and start a new phase."
    ),
    "assigned": gettext_lazy(
        "The decisions themselves are off: look for a copy of the tag that asks for one variant "
        "only, or for a cache that answers for other visitors. Mend that and start a new phase."
    ),
    "before": gettext_lazy(
        "The groups behaved differently before they saw anything of this test, so what they do now "
        "is no effect of it. Start a new phase: its visitors are split anew."
    ),
    "steady": gettext_lazy(
        "What is new draws clicks for a while. Let it run another week and look at the effect by "
        "day since the first exposure."
    ),
    "heavy": gettext_lazy(
        "Look at the capped revenue, which no single visitor can carry, and at Visitors whether "
        "this one is a person."
    ),
    "groups": gettext_lazy(
        "See under Groups which one; a banner that fails on one device looks like this. The "
        "verdict rests on all visitors together, whose split is checked above."
    ),
    "overrun": gettext_lazy(
        "The bound for daily reading was spent by the planned end; each further day adds false "
        "alarms. Stop it and decide, or plan the next test without an end date."
    ),
    "late": gettext_lazy("Wait a day before you decide; late orders still change the numbers."),
    "clicks": gettext_lazy(
        "Usual causes: the impression is reported too late or is blocked, or a click is sent twice "
        "under different ids. Check the tag on the page with the banner."
    ),
    "enough": gettext_lazy("Wait; if hardly anybody comes, raise the traffic share."),
    "missing": gettext_lazy(
        "These visitors are not counted. Check that the impression is reported as soon as the "
        "banner is drawn, and before the page can be left."
    ),
    "automated": gettext_lazy(
        "The numbers above do not contain it. Look at Visitors which programs call the shop; a "
        "monitoring service can be told to leave the banners alone."
    ),
    "size": gettext_lazy(
        "Results this large are more often a mistake than a discovery: compare the two banners and "
        "their landing pages, and run the test again before acting on it."
    ),
    "weeks": gettext_lazy(
        "Shoppers differ by weekday. Plan 7, 14, 21 or 28 days so that each weekday counts equally."
    ),
    "unit": gettext_lazy(
        "Visitors who saw the banner several times count several times, so a chance difference "
        "looks certain too often (often 10–20% false alarms instead of 5%). Treat small "
        "differences as hints and repeat the test here."
    ),
}
FINDINGS: Final[Mapping[tuple[str, State], Promise]] = {
    ("split", State.WAITING): gettext_lazy("Too few visitors to tell yet."),
    ("assigned", State.OK): gettext_lazy("Chance alone explains how they were given out."),
    ("assigned", State.BLOCKING): gettext_lazy("Chance alone hardly explains how they were."),
    ("before", State.OK): gettext_lazy("Nobody differed beyond chance."),
    ("before", State.BLOCKING): gettext_lazy(
        "Visitors of %(variant)s differed from the control's before the test began."
    ),
    ("steady", State.OK): gettext_lazy("The first days and the last ones agree."),
    ("steady", State.WARNING): gettext_lazy(
        "The effect of %(variant)s in the last third of days contradicts the first."
    ),
    ("heavy", State.OK): gettext_lazy("The heaviest one makes up %(share)s."),
    ("heavy", State.WARNING): gettext_lazy("The heaviest one makes up %(share)s of the total."),
    ("groups", State.OK): gettext_lazy("In no group beyond chance."),
    ("groups", State.WARNING): gettext_lazy("Chance alone hardly explains the split in a group."),
    ("overrun", State.WARNING): gettext_lazy("Day %(days)s of %(planned)s."),
    ("late", State.OK): gettext_lazy("Nothing has come in for a day."),
    ("late", State.WAITING): gettext_lazy("Events still came in during the last day."),
    ("several", State.OK): gettext_lazy("%(units)s visitors saw several variants (%(share)s)."),
    ("several", State.BLOCKING): gettext_lazy(
        "%(units)s visitors saw several variants (%(share)s, at most 1%% is acceptable)."
    ),
    ("clicks", State.OK): gettext_lazy("In every variant."),
    ("clicks", State.BLOCKING): gettext_lazy(
        "%(variant)s has %(clicks)s clicks and only %(impressions)s impressions."
    ),
    ("enough", State.OK): gettext_lazy("Every variant has enough for the arithmetic."),
    ("missing", State.OK): gettext_lazy("%(units)s visitors acted without a reported impression."),
    ("missing", State.WARNING): gettext_lazy(
        "%(units)s visitors acted on a banner whose showing was never reported (%(share)s)."
    ),
    ("automated", State.OK): gettext_lazy("%(events)s events set aside (%(share)s)."),
    ("automated", State.WARNING): gettext_lazy(
        "%(events)s events set aside (%(share)s): that is a lot."
    ),
    ("size", State.WAITING): gettext_lazy("Not measurable yet."),
    ("size", State.OK): gettext_lazy("The largest effect is %(lift)s."),
    ("size", State.WARNING): gettext_lazy("%(variant)s differs by %(lift)s from the control."),
    ("weeks", State.OK): gettext_lazy("Every weekday counts equally."),
    ("weeks", State.WARNING): gettext_lazy(
        "Day %(days)s of %(planned)s: some weekdays count more."
    ),
    ("unit", State.OK): gettext_lazy("Visitors were split, and visitors are compared."),
    ("unit", State.WARNING): gettext_lazy(
        "Only totals are known: the unit is the impression, not the visitor."
    ),
}


def explain(check: Check, data: ReportData) -> Explained:
    """A check in words; the remedy is empty while nothing is wrong."""
    name = str(_name(check, data))
    return Explained(check.key, check.state, name, _finding(check, data), _remedy(check, data))


def _remedy(check: Check, data: ReportData) -> str:
    if check.state in {State.OK, State.UNKNOWN, State.NOT_APPLICABLE}:
        return ""
    if data.design.adaptive and check.key in REMEDIES_OF_POLICIES:
        return str(REMEDIES_OF_POLICIES[check.key])
    return str(REMEDIES[check.key])


def _name(check: Check, data: ReportData) -> Promise:
    wrong = check.state in {State.WARNING, State.BLOCKING}
    if check.key == "split" and data.design.unit == "impression":
        return OF_IMPRESSIONS[wrong]
    return PROBLEMS[check.key] if wrong else NAMES[check.key]


def explain_all(data: ReportData) -> list[Explained]:
    """All checks, those that need somebody first."""
    order = [State.BLOCKING, State.WARNING, State.WAITING, State.OK, State.UNKNOWN]
    order.append(State.NOT_APPLICABLE)
    found = [explain(check, data) for check in data.checks]
    return sorted(found, key=lambda one: order.index(one.state))


def _finding(check: Check, data: ReportData) -> str:
    if check.state is State.UNKNOWN:
        return str(UNKNOWN)
    if check.key == "split" and check.state is not State.WAITING:
        return _split(data)
    if check.key == "enough" and check.state is State.WAITING:
        return _enough(check, data)
    if data.design.adaptive and (check.key, check.state) in OF_POLICIES:
        return str(OF_POLICIES[check.key, check.state]) % _places(check, data)
    return str(FINDINGS[check.key, check.state]) % _places(check, data)


def _split(data: ReportData) -> str:
    units = data.units or 1
    text = _("%(observed)s instead of %(planned)s.") % {
        "observed": " / ".join(f"{n / units * 100:.2f}%" for n in data.split.observed),
        "planned": " / ".join(f"{arm.share * 100:.4g}%" for arm in data.design.arms),
    }
    if data.split.p is None:
        return text
    reads = _("Chance alone hardly explains that (p %(p)s).")
    if not data.split.alarm:
        reads = _("Chance alone explains that (p %(p)s).")
    return f"{text} {reads % {'p': _equal(data.split.p)}}"


def _equal(p: float) -> str:
    text = numbers.p_value(p)
    return text if text.startswith("<") else f"= {text}"


def _enough(check: Check, data: ReportData) -> str:
    what = next((key[3:] for key in check.numbers if key.startswith("of_")), "units")
    have, need = (numbers.count(check.numbers[key]) for key in ("have", "need"))
    lack = str(LACKS.get(what, LACKS["units"])) % {"have": have, "need": need}
    variant = label(data.design.arm(check.arm)) if check.arm is not None else ""
    return _("%(variant)s has %(lack)s.") % {"variant": variant, "lack": lack}


def _places(check: Check, data: ReportData) -> dict[str, str]:
    texts = {key: numbers.count(value) for key, value in check.numbers.items()}
    if "share" in check.numbers:
        texts["share"] = numbers.percent(check.numbers["share"], digits=1)
    if "lift" in check.numbers:
        texts["lift"] = numbers.lift(check.numbers["lift"])
    if check.arm is not None:
        texts["variant"] = label(data.design.arm(check.arm))
    return texts
