"""The short words and symbols for statuses and verdicts, one list for every page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from experiments.models import Status, Variant


@dataclass(frozen=True, slots=True)
class Word:
    """A word, a symbol of the sprite, and a tone (good, warn, bad, accent); never colour alone."""

    label: Any
    icon: str
    tone: str = ""


STATUSES: Mapping[str, Word] = MappingProxyType(
    {
        Status.DRAFT: Word(Status.DRAFT.label, "pencil"),
        Status.IN_REVIEW: Word(Status.IN_REVIEW.label, "hourglass", "accent"),
        Status.SCHEDULED: Word(Status.SCHEDULED.label, "calendar", "accent"),
        Status.RUNNING: Word(Status.RUNNING.label, "player-play", "good"),
        Status.PAUSED: Word(Status.PAUSED.label, "player-pause", "warn"),
        Status.STOPPED: Word(Status.STOPPED.label, "player-stop"),
        Status.DECIDED: Word(Status.DECIDED.label, "check"),
        Status.ARCHIVED: Word(Status.ARCHIVED.label, "archive"),
    }
)

VERDICTS: Mapping[str, Word] = MappingProxyType(
    {
        "no_data": Word(gettext_lazy("No data yet"), "clock"),
        "collecting": Word(gettext_lazy("Collecting"), "hourglass"),
        "check_data": Word(gettext_lazy("Check data first"), "alert-triangle", "bad"),
        "use": Word(gettext_lazy("A variant did better"), "trophy", "good"),
        "keep_control": Word(gettext_lazy("Keep the control"), "circle-check", "accent"),
        "no_difference": Word(gettext_lazy("No clear difference"), "equal"),
        "your_call": Word(gettext_lazy("Your call"), "scale", "warn"),
    }
)
DONE: Mapping[str, Any] = MappingProxyType(
    {
        "create": gettext_lazy("created it"),
        "edit": gettext_lazy("changed the plan"),
        "delete": gettext_lazy("deleted the draft"),
        "submit": gettext_lazy("submitted it for review"),
        "withdraw": gettext_lazy("took it back from review"),
        "approve": gettext_lazy("approved it"),
        "send_back": gettext_lazy("sent it back"),
        "schedule": gettext_lazy("scheduled it"),
        "unschedule": gettext_lazy("took it off the schedule"),
        "schedule_plan": gettext_lazy("changed the schedule"),
        "archive": gettext_lazy("archived it"),
        "restore": gettext_lazy("took it out of the archive"),
        "resume_ramp": gettext_lazy("let the ramp go on"),
        "settle": gettext_lazy("put the clock's message away"),
        "told_not_started": gettext_lazy("could not start it"),
        "told_ended": gettext_lazy("said that its end has come"),
        "told_no_recommendation": gettext_lazy("showed nothing to everybody"),
        "told_against": gettext_lazy("showed nothing to everybody"),
        "told_gone": gettext_lazy("showed nothing to everybody"),
        "told_asked": gettext_lazy("showed nothing to everybody"),
        "told_no_report": gettext_lazy("showed nothing to everybody"),
        "told_ramp_split": gettext_lazy("stopped the ramp"),
        "told_ramp_room": gettext_lazy("stopped the ramp"),
        "start": gettext_lazy("started it"),
        "pause": gettext_lazy("paused it"),
        "resume": gettext_lazy("resumed it"),
        "stop": gettext_lazy("stopped it"),
        "decide": gettext_lazy("decided"),
        "ask_decision": gettext_lazy("asked for a decision against the report"),
        "confirm": gettext_lazy("confirmed the decision"),
        "decline": gettext_lazy("declined the decision"),
        "raise_traffic": gettext_lazy("raised the traffic share"),
        "change_split": gettext_lazy("changed the split; a new phase began"),
        "change_policy": gettext_lazy("changed the policy; a new phase began"),
        "roll_back": gettext_lazy("went back to the parameters before"),
        "release": gettext_lazy("let it learn on"),
        "freeze": gettext_lazy("kept the report as it was"),
        "share": gettext_lazy("made a link to the report"),
        "unshare": gettext_lazy("took back a link to the report"),
        "note_learnings": gettext_lazy("wrote down what was learned"),
        "begin": gettext_lazy("began it from another plan"),
        "add_test_visitor": gettext_lazy("added a test visitor"),
        "remove_test_visitor": gettext_lazy("removed a test visitor"),
    }
)
CHOOSING: Mapping[str, Word] = MappingProxyType(
    {
        "use": Word(gettext_lazy("Choosing pays off"), "trophy", "good"),
        "keep_control": Word(gettext_lazy("Chance does better"), "arrow-back-up", "warn"),
    }
)
"""Verdicts on a policy against chance."""
ENDED_OPEN = Word(gettext_lazy("No answer"), "scale")
UNKNOWN = Word("?", "help-circle")
LONGEST_NAME = 24  # a chip is a word, not a headline


def verdict(
    kind: str, variants: Sequence[Variant], *, ended: bool = False, adaptive: bool = False
) -> Word:
    """The chip of a verdict; with two variants it can name the one it is about."""
    if adaptive and kind in CHOOSING:
        return CHOOSING[kind]
    if ended and kind == "collecting":
        return ENDED_OPEN  # nothing is collected any more
    word = VERDICTS.get(kind, UNKNOWN)
    if len(variants) == 2 and kind in {"use", "keep_control"}:  # noqa: PLR2004 - control, treatment
        control, treatment = (variant.name for variant in variants)
        names = {
            "use": (_("Use %(name)s"), treatment),
            "keep_control": (_("Keep %(name)s"), control),
        }
        sentence, name = names[kind]
        if len(name) <= LONGEST_NAME:
            return Word(sentence % {"name": name}, word.icon, word.tone)
    return word
