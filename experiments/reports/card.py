"""The verdict card: what stands where a manager looks for ten seconds."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from django.utils.translation import gettext as _

from experiments.models import Experiment, Status
from experiments.reports import choosing, health_words, money_words, numbers, reasons, sentences
from experiments.reports.health_words import Explained
from experiments.reports.mde import mde_of
from experiments.reports.names import label, metric_name
from experiments.reports.payload import Effect, ReportData, Span, State
from experiments.reports.reasons import Reason
from experiments.reports.verdict import Horizon, Kind, Verdict

WIDTH: Final = 320
EDGE: Final = 36
APART: Final = 76
"""Room that two numbers under the line need, in the drawing's units."""


class Tone(StrEnum):
    """The colour of a status; icon and word say the same."""

    GOOD = "good"
    WARN = "warn"
    BAD = "bad"
    ACCENT = "accent"
    QUIET = "quiet"


LOOKS: Final = {
    Kind.NO_DATA: (Tone.QUIET, "help-circle"),
    Kind.COLLECTING: (Tone.ACCENT, "hourglass"),
    Kind.CHECK_DATA: (Tone.BAD, "alert-triangle"),
    Kind.USE: (Tone.GOOD, "circle-check"),
    Kind.KEEP_CONTROL: (Tone.WARN, "arrow-back-up"),
    Kind.NO_DIFFERENCE: (Tone.QUIET, "equal"),
    Kind.YOUR_CALL: (Tone.WARN, "scale"),
}


@dataclass(frozen=True, slots=True)
class RangePicture:
    """An interval on a line with zero, in the coordinates of a drawing 320 wide."""

    zero: float
    low: float
    high: float
    point: float
    target_low: float | None
    target_high: float | None
    low_text: str
    high_text: str
    point_text: str

    @property
    def width(self) -> float:
        return self.high - self.low

    @property
    def low_at(self) -> float:
        """Where the lower number stands: under its end, or beside the other if both are near."""
        return round(self._middle - max(self.width, APART) / 2, 1)

    @property
    def high_at(self) -> float:
        return round(self._middle + max(self.width, APART) / 2, 1)

    @property
    def _middle(self) -> float:
        reach = max(self.width, APART) / 2 + EDGE
        return min(max((self.low + self.high) / 2, reach), WIDTH - reach)

    @property
    def target_width(self) -> float:
        return (self.target_high or 0.0) - (self.target_low or 0.0)

    @property
    def describes(self) -> str:
        places = {"point": self.point_text, "low": self.low_text, "high": self.high_text}
        return _("%(point)s, range %(low)s to %(high)s") % places


@dataclass(frozen=True, slots=True)
class Action:
    """The one thing to do next; `decide` leads to the decision with that variant chosen."""

    text: str
    note: str = ""
    decide: str | None = None
    primary: bool = True


@dataclass(frozen=True, slots=True)
class Card:
    """Everything on the verdict card."""

    kind: Kind
    tone: Tone
    icon: str
    word: str
    headline: str
    detail: str
    picture: RangePicture | None
    reasons: list[Reason]
    action: Action | None
    failed: list[Explained]
    horizon: Horizon
    chosen: int | None
    worth: str = ""

    @property
    def early(self) -> bool:
        """Before the planned look: what is known so far is not to be read as an answer."""
        return self.kind is Kind.COLLECTING and not self.horizon.reached

    @property
    def blank(self) -> bool:
        """The numbers may be about different people in each variant."""
        return self.kind is Kind.CHECK_DATA


def card_of(experiment: Experiment, data: ReportData, verdict: Verdict) -> Card:
    """The card of a report."""
    effect = data.effect(data.design.primary, verdict.arm) if verdict.arm is not None else None
    tone, icon = LOOKS[verdict.kind]
    return Card(
        kind=verdict.kind,
        tone=tone,
        icon=icon,
        word=sentences.word(verdict.kind, data, verdict),
        headline=sentences.headline(data, verdict),
        detail=_detail(data, verdict, effect),
        picture=picture_of(data, effect) if _shows_range(verdict) and effect else None,
        reasons=reasons.why(data, verdict),
        action=action_of(experiment, data, verdict),
        failed=_failed(data, verdict),
        horizon=verdict.horizon,
        chosen=_chosen(data, verdict),
        worth=money_words.worth_line(data, verdict),
    )


def picture_of(data: ReportData, effect: Effect) -> RangePicture | None:
    """The effect drawn on a line, in percent of the control where that tells the same story."""
    if effect.span is None or effect.difference is None:
        return None
    span, point, target = effect.span, effect.difference, mde_of(data)
    low_text, high_text = numbers.change_range(effect.metric, span, currency=data.design.currency)
    width = span.high - span.low
    text = numbers.change(effect.metric, point, currency=data.design.currency, width=width)
    if sentences.in_lift(effect) and effect.lift_span is not None and effect.lift is not None:
        target = _relative(target, effect)
        span, point = effect.lift_span, effect.lift
        low_text, high_text = numbers.lift_range(span)
        text = numbers.lift(point, digits=numbers.digits_for((span.high - span.low) * 100))
    return _drawn(span, point, target, (low_text, high_text, text))


def action_of(experiment: Experiment, data: ReportData, verdict: Verdict) -> Action | None:
    """What to do next, or nothing where nothing is to be done."""
    if experiment.stage == Status.DECIDED or data.design.planned_look_only:
        return None
    return (_of_policy if data.design.adaptive else _of_variants)(data, verdict)


def _of_variants(data: ReportData, verdict: Verdict) -> Action | None:
    if verdict.kind is Kind.USE and verdict.arm is not None:
        arm = data.design.arm(verdict.arm)
        return Action(_("Use %(variant)s everywhere") % {"variant": label(arm)}, decide=arm.key)
    control = data.design.control
    if verdict.kind is Kind.KEEP_CONTROL:
        return Action(_("Keep %(control)s") % {"control": label(control)}, decide=control.key)
    if verdict.kind is Kind.NO_DIFFERENCE:
        note = _("You may choose by taste or cost.")
        return Action(_("Choose one"), note, decide="")
    if verdict.kind is Kind.YOUR_CALL:
        note = _("Only you can weigh one against the other.")
        return Action(_("Decide"), note, decide="")
    return _waiting(data, verdict)


def _of_policy(data: ReportData, verdict: Verdict) -> Action | None:
    """A policy that pays off wants nothing pressed; ending it is always a decision for a banner."""
    if verdict.kind not in choosing.NOTES:
        return _waiting(data, verdict)
    pressing = verdict.kind is not Kind.USE or data.design.ended
    return Action(_("Decide"), choosing.note(data, verdict.kind), decide="", primary=pressing)


def _waiting(data: ReportData, verdict: Verdict) -> Action | None:
    if verdict.kind is Kind.CHECK_DATA:
        return None
    if verdict.kind is Kind.NO_DATA:
        note = _("Check that the tag is on the page and names this placement.")
        return None if data.design.ended else Action("", note)
    if data.design.ended and data.design.adaptive:
        note = _("Decide for one banner, or start another test that runs longer.")
        return Action(_("Decide"), note, decide="", primary=False)
    if data.design.ended:
        note = _("You may choose by taste or cost, or run a longer test.")
        return Action(_("Choose one"), note, decide="", primary=False)
    if verdict.days_left is None:
        return Action("", _("Nothing to do now."))
    day = (data.as_of + dt.timedelta(days=verdict.days_left)).date().isoformat()
    return Action("", _("Nothing to do until about %(day)s.") % {"day": day})


def _chosen(data: ReportData, verdict: Verdict) -> int | None:
    if verdict.kind is Kind.KEEP_CONTROL:
        return data.design.control.id
    return verdict.arm if verdict.kind is Kind.USE else None


def _shows_range(verdict: Verdict) -> bool:
    # Before the planned look a range on the card would be an invitation to read it every day.
    early = verdict.kind is Kind.COLLECTING and not verdict.horizon.reached
    return not early and verdict.kind not in {Kind.CHECK_DATA, Kind.NO_DATA}


def _detail(data: ReportData, verdict: Verdict, effect: Effect | None) -> str:
    if effect is None or effect.span is None or not _shows_range(verdict):
        return ""
    if data.design.adaptive:
        places = {"metric": metric_name(effect.metric), "range": sentences.range_text(data, effect)}
        return _("%(metric)s, policy against chance: %(range)s") % places
    text = _("%(metric)s of %(variant)s against %(control)s: %(range)s")
    return text % {
        "metric": metric_name(effect.metric),
        "variant": label(data.design.arm(effect.arm)),
        "control": label(data.design.control),
        "range": sentences.range_text(data, effect),
    }


def _failed(data: ReportData, verdict: Verdict) -> list[Explained]:
    found = (check for check in data.checks if check.state is State.BLOCKING)
    return [health_words.explain(check, data) for check in found if check.key in verdict.failed]


def _relative(target: float | None, effect: Effect) -> float | None:
    if not target or not effect.lift or not effect.difference:
        return None
    return target * effect.lift / effect.difference


def _drawn(
    span: Span, point: float, target: float | None, texts: tuple[str, str, str]
) -> RangePicture:
    ends = [span.low, span.high, 0.0, *([-target, target] if target else [])]
    lowest, highest = min(ends), max(ends)

    def at(value: float) -> float:
        share = (value - lowest) / ((highest - lowest) or 1.0)
        return round(EDGE + share * (WIDTH - 2 * EDGE), 1)

    return RangePicture(
        zero=at(0.0),
        low=at(span.low),
        high=at(span.high),
        point=at(point),
        target_low=at(-target) if target else None,
        target_high=at(target) if target else None,
        low_text=texts[0],
        high_text=texts[1],
        point_text=texts[2],
    )
