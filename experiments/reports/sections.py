"""What stands around the charts of a report, in the order of the page."""

from collections.abc import Sequence
from dataclasses import dataclass

from experiments.reports import (
    beliefs_words,
    cuts_words,
    designs_words,
    factors_words,
    guard_words,
    money_words,
    suspicious_words,
)
from experiments.reports.beliefs_words import SecondReading
from experiments.reports.cuts_words import CutTable
from experiments.reports.designs_words import BesideWords, Blocks
from experiments.reports.factors_words import Factors
from experiments.reports.guard_words import Guarded
from experiments.reports.money_words import Worth
from experiments.reports.payload import ReportData
from experiments.reports.suspicious_words import Compared
from experiments.reports.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Sections:
    """Each part is empty where the report has nothing for it."""

    guards: Sequence[Guarded]
    money: Worth | None
    suspicious: Compared | None
    cuts: Sequence[CutTable]
    caution: Sequence[str]
    beliefs: SecondReading | None
    factors: Factors | None
    blocks: Blocks | None
    beside: BesideWords | None
    holdout: Sequence[str]


def of(data: ReportData, verdict: Verdict) -> Sections:
    """The sections of a report."""
    return Sections(
        guards=guard_words.guards(data),
        money=money_words.worth(data),
        suspicious=suspicious_words.compared(data, verdict),
        cuts=cuts_words.cuts(data),
        caution=cuts_words.caution(),
        beliefs=beliefs_words.second_reading(data),
        factors=factors_words.factors(data),
        blocks=designs_words.blocks(data),
        beside=designs_words.beside(data),
        holdout=designs_words.holdout(data),
    )
