"""A row for each health check: what it is called, what it may have found, what to do about it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from experiments.reports.payload import State


@dataclass(frozen=True, slots=True)
class Words:
    """What is said about a check.

    Attributes:
        name: What it is called while nothing is wrong.
        findings: What it found, by state.
        remedy: What to do about it.
        problem: What it is called when it has found something; its name where that is the same.
        of_policies: Findings where a policy is compared with chance, if they are others.
        remedy_of_policies: What to do there, if it is something else.
    """

    name: Promise
    findings: Mapping[State, Promise]
    remedy: Promise
    problem: Promise | None = None
    of_policies: Mapping[State, Promise] = field(default_factory=dict)
    remedy_of_policies: Promise | None = None


CHECKS: Final[Mapping[str, Words]] = {
    "split": Words(
        name=gettext_lazy("Visitors are split as planned"),
        problem=gettext_lazy("Visitors are not split as planned"),
        findings={
            State.WAITING: gettext_lazy("Too few visitors to tell yet."),
        },
        remedy=gettext_lazy(
            "Usual causes: one banner loads slower or fails on some devices, a redirect loses "
            "visitors, the tag is missing on some pages, or visitors were filtered after the "
            "split. Mend that and start a new phase; these numbers cannot be repaired."
        ),
    ),
    "assigned": Words(
        name=gettext_lazy("Variants are given out as planned"),
        problem=gettext_lazy("Variants are not given out as planned"),
        findings={
            State.OK: gettext_lazy("Chance alone explains how they were given out."),
            State.BLOCKING: gettext_lazy("Chance alone hardly explains how they were."),
        },
        remedy=gettext_lazy(
            "The decisions themselves are off: look for a copy of the tag that asks for one "
            "variant only, or for a cache that answers for other visitors. Mend that and start a "
            "new phase."
        ),
    ),
    "several": Words(
        name=gettext_lazy("Each visitor sees one variant"),
        problem=gettext_lazy("Visitors see several variants"),
        findings={
            State.OK: gettext_lazy("%(units)s visitors saw several variants (%(share)s)."),
            State.BLOCKING: gettext_lazy(
                "%(units)s visitors saw several variants (%(share)s, at most 1%% is acceptable)."
            ),
        },
        remedy=gettext_lazy(
            "Usual causes: the shop sends a changing user id, or ids are lost between pages. Send "
            "the same id for the same visitor and start a new phase."
        ),
        of_policies={
            State.NOT_APPLICABLE: gettext_lazy(
                "Does not apply: the policy may choose another variant at the next visit. What "
                "stays is the side, chance or policy, that was drawn for the visitor, and only "
                "sides are compared."
            ),
        },
    ),
    "before": Words(
        name=gettext_lazy("Visitors were alike before"),
        problem=gettext_lazy("Visitors differed before"),
        findings={
            State.OK: gettext_lazy("Nobody differed beyond chance."),
            State.BLOCKING: gettext_lazy(
                "Visitors of %(variant)s differed from the control's before the test began."
            ),
        },
        remedy=gettext_lazy(
            "The groups behaved differently before they saw anything of this test, so what they do "
            "now is no effect of it. Start a new phase: its visitors are split anew."
        ),
    ),
    "steady": Words(
        name=gettext_lazy("The effect is steady"),
        problem=gettext_lazy("The effect turns round"),
        findings={
            State.OK: gettext_lazy("The first days and the last ones agree."),
            State.WARNING: gettext_lazy(
                "The effect of %(variant)s in the last third of days contradicts the first."
            ),
        },
        remedy=gettext_lazy(
            "What is new draws clicks for a while. Let it run another week and look at the effect "
            "by day since the first exposure."
        ),
    ),
    "heavy": Words(
        name=gettext_lazy("No single visitor decides"),
        problem=gettext_lazy("One visitor weighs a lot"),
        findings={
            State.OK: gettext_lazy("The heaviest one makes up %(share)s."),
            State.WARNING: gettext_lazy("The heaviest one makes up %(share)s of the total."),
        },
        remedy=gettext_lazy(
            "Look at the capped revenue, which no single visitor can carry, and at Visitors "
            "whether this one is a person."
        ),
    ),
    "groups": Words(
        name=gettext_lazy("The split holds in every group"),
        problem=gettext_lazy("The split is off in a group"),
        findings={
            State.OK: gettext_lazy("In no group beyond chance."),
            State.WARNING: gettext_lazy("Chance alone hardly explains the split in a group."),
        },
        remedy=gettext_lazy(
            "See under Groups which one; a banner that fails on one device looks like this. The "
            "verdict rests on all visitors together, whose split is checked above."
        ),
    ),
    "overrun": Words(
        name=gettext_lazy("Read by its planned end"),
        problem=gettext_lazy("It runs beyond its planned end"),
        findings={
            State.WARNING: gettext_lazy("Day %(days)s of %(planned)s."),
        },
        remedy=gettext_lazy(
            "The bound for daily reading was spent by the planned end; each further day adds false "
            "alarms. Stop it and decide, or plan the next test without an end date."
        ),
        remedy_of_policies=gettext_lazy(
            "It may keep choosing. The bound for daily reading was spent by the planned end: trust "
            "what it said then, and plan the next one without an end date."
        ),
    ),
    "late": Words(
        name=gettext_lazy("All events are in"),
        findings={
            State.OK: gettext_lazy("Nothing has come in for a day."),
            State.WAITING: gettext_lazy("Events still came in during the last day."),
        },
        remedy=gettext_lazy("Wait a day before you decide; late orders still change the numbers."),
    ),
    "clicks": Words(
        name=gettext_lazy("Clicks do not exceed impressions"),
        problem=gettext_lazy("More clicks than impressions"),
        findings={
            State.OK: gettext_lazy("In every variant."),
            State.BLOCKING: gettext_lazy(
                "%(variant)s has %(clicks)s clicks and only %(impressions)s impressions."
            ),
        },
        remedy=gettext_lazy(
            "Usual causes: the impression is reported too late or is blocked, or a click is sent "
            "twice under different ids. Check the tag on the page with the banner."
        ),
        of_policies={
            State.OK: gettext_lazy("On both sides."),
        },
    ),
    "enough": Words(
        name=gettext_lazy("Enough visitors and events"),
        findings={
            State.OK: gettext_lazy("Every variant has enough for the arithmetic."),
        },
        remedy=gettext_lazy("Wait; if hardly anybody comes, raise the traffic share."),
        of_policies={
            State.OK: gettext_lazy("Both sides have enough for the arithmetic."),
        },
    ),
    "missing": Words(
        name=gettext_lazy("Impressions are reported"),
        problem=gettext_lazy("Impressions are missing"),
        findings={
            State.OK: gettext_lazy("%(units)s visitors acted without a reported impression."),
            State.WARNING: gettext_lazy(
                "%(units)s visitors acted on a banner whose showing was never reported (%(share)s)."
            ),
        },
        remedy=gettext_lazy(
            "These visitors are not counted. Check that the impression is reported as soon as the "
            "banner is drawn, and before the page can be left."
        ),
    ),
    "automated": Words(
        name=gettext_lazy("Automated traffic is set aside"),
        problem=gettext_lazy("Much automated traffic"),
        findings={
            State.OK: gettext_lazy("%(events)s events set aside (%(share)s)."),
            State.WARNING: gettext_lazy("%(events)s events set aside (%(share)s): that is a lot."),
        },
        remedy=gettext_lazy(
            "The numbers above do not contain it. Look at Visitors which programs call the shop; a "
            "monitoring service can be told to leave the banners alone."
        ),
    ),
    "rejected": Words(
        name=gettext_lazy("No variant loses more events than the others"),
        problem=gettext_lazy("Events of one variant are rejected more often"),
        findings={
            State.OK: gettext_lazy("%(events)s events were rejected."),
            State.WARNING: gettext_lazy(
                "%(events)s events were rejected, most often those of %(variant)s, which therefore "
                "looks worse than it is."
            ),
        },
        remedy=gettext_lazy(
            "Data health says why they were rejected. Once the cause is mended, they can be taken "
            "in."
        ),
    ),
    "unseen": Words(
        name=gettext_lazy("Who clicked has seen the banner"),
        problem=gettext_lazy("Clicks on banners that nobody saw"),
        findings={
            State.OK: gettext_lazy(
                "%(units)s visitors clicked without the banner having been in view."
            ),
            State.WARNING: gettext_lazy(
                "%(units)s of the visitors who clicked (%(share)s) never had the banner in view."
            ),
        },
        remedy=gettext_lazy(
            "They are counted, because people who click at once exist. So many are rather programs "
            "that follow links, or a page that reports clicks and not what is in view: look at the "
            "devices and days they come from before you trust the clicks."
        ),
    ),
    "size": Words(
        name=gettext_lazy("The effect is of a believable size"),
        problem=gettext_lazy("The effect is unusually large"),
        findings={
            State.WAITING: gettext_lazy("Not measurable yet."),
            State.OK: gettext_lazy("The largest effect is %(lift)s."),
            State.WARNING: gettext_lazy("%(variant)s differs by %(lift)s from the control."),
        },
        remedy=gettext_lazy(
            "Results this large are more often a mistake than a discovery: compare the two banners "
            "and their landing pages, and run the test again before acting on it."
        ),
        of_policies={
            State.WARNING: gettext_lazy("The policy differs by %(lift)s from chance."),
        },
        remedy_of_policies=gettext_lazy(
            "Results this large are more often a mistake than a discovery: look whether clicks are "
            "reported for every variant, and see whether it lasts before acting on it."
        ),
    ),
    "weeks": Words(
        name=gettext_lazy("Whole weeks"),
        problem=gettext_lazy("Not whole weeks"),
        findings={
            State.OK: gettext_lazy("Every weekday counts equally."),
            State.WARNING: gettext_lazy("Day %(days)s of %(planned)s: some weekdays count more."),
        },
        remedy=gettext_lazy(
            "Shoppers differ by weekday. Plan 7, 14, 21 or 28 days so that each weekday counts "
            "equally."
        ),
    ),
    "unit": Words(
        name=gettext_lazy("The visitor is the unit"),
        problem=gettext_lazy("The impression is the unit"),
        findings={
            State.OK: gettext_lazy("Visitors were split, and visitors are compared."),
            State.WARNING: gettext_lazy(
                "Only totals are known: the unit is the impression, not the visitor."
            ),
        },
        remedy=gettext_lazy(
            "Visitors who saw the banner several times count several times, so a chance difference "
            "looks certain too often (often 10–20% false alarms instead of 5%). Treat small "
            "differences as hints and repeat the test here."
        ),
    ),
}
"""The words of every check, by its key."""
