"""What the report recommends at this moment, and which decisions go against it."""

from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _

from experiments.models import Experiment, Report
from experiments.reports import phases, sentences, verdict
from experiments.reports.payload import ReportData
from experiments.reports.verdict import Kind, Verdict

CLEAR: Final = (Kind.USE, Kind.KEEP_CONTROL)


@dataclass(frozen=True, slots=True)
class Recommendation:
    """The verdict as it bears on a decision.

    Attributes:
        kind: The verdict; "" where there is no report.
        variant: Key of the variant that is clearly recommended; None where none is.
        control: Key of the control.
        over: Nothing more is collected, so nothing is left to wait for.
        word: The verdict in words.
    """

    kind: str = ""
    variant: str | None = None
    control: str = ""
    over: bool = False
    word: str = ""

    @property
    def code(self) -> str:
        """As it is kept with the decision: `use:b`, `no_difference`."""
        return self.kind if self.variant is None else f"{self.kind}:{self.variant}"

    @property
    def blocks(self) -> bool:
        """The data must be checked before anything is shipped on it."""
        return self.kind == Kind.CHECK_DATA

    @property
    def waits(self) -> bool:
        """The report still collects: it recommends to wait."""
        return self.kind == Kind.COLLECTING and not self.over

    def is_against(self, variant_key: str) -> bool:
        """Whether showing this variant to everybody ("" changes nothing) departs from the report.

        To leave the default as it is keeps the control, and ships nothing on doubtful data.
        """
        if self.kind == Kind.USE:
            return self.variant is not None and variant_key != self.variant
        if self.kind == Kind.KEEP_CONTROL:
            return self.variant is not None and variant_key not in {"", self.variant}
        if self.blocks:
            return bool(variant_key)
        return self.waits and variant_key not in {"", self.control}


NONE: Final = Recommendation()


def of(experiment: Experiment) -> Recommendation:
    """The recommendation of the present report; `NONE` where there is no readable one."""
    report = Report.objects.filter(experiment=experiment, phase=experiment.phase).first()
    data = None if report is None else phases.data_of(report)
    return NONE if data is None else of_report(data)


def of_report(data: ReportData) -> Recommendation:
    """The recommendation of a report. A policy against chance recommends no single banner."""
    found = verdict.decide(data)
    single = not data.design.adaptive
    return Recommendation(
        kind=str(found.kind),
        variant=_variant(data, found) if single else None,
        control=data.design.control.key if single else "",
        over=data.design.ended or data.design.planned_look_only,
        word=sentences.word(found.kind, data, found),
    )


def text_of(code: str, names: dict[str, str]) -> str:
    """What was recommended, from its code; `names` are those of the variants by key."""
    kind, _colon, key = code.partition(":")
    if kind not in list(Kind):
        return _("nothing: there was no report")
    words = {"variant": names.get(key, key), "control": names.get(key, key)}
    return str(sentences.WORDS[Kind(kind)]) % words


def _variant(data: ReportData, found: Verdict) -> str | None:
    if found.kind is Kind.KEEP_CONTROL:
        return data.design.control.key
    if found.kind is Kind.USE and found.arm is not None:
        return data.design.arm(found.arm).key
    return None
