"""The words of a report on a policy that chooses: the policy against chance, not B against A."""

from typing import Final

from django.utils.translation import gettext_lazy

from experiments.models import Experiment
from experiments.reports.names import Words
from experiments.reports.payload import ReportData
from experiments.reports.verdict import Kind

SUBJECTS: Final[Words] = {
    Experiment.Policy.THOMPSON: gettext_lazy("Choosing by what is clicked"),
    Experiment.Policy.RULES: gettext_lazy("Choosing by segment"),
}
"""What the policy does, as the subject of a sentence."""
WORDS: Final[Words] = {
    Kind.USE: gettext_lazy("Choosing pays off"),
    Kind.KEEP_CONTROL: gettext_lazy("Chance does better"),
    Kind.NO_DIFFERENCE: gettext_lazy("Choosing makes no clear difference"),
}
GAINS: Final[Words] = {
    "ctr": gettext_lazy("%(variant)s brings between %(low)s and %(high)s more clicks than chance."),
    "conversion_rate": gettext_lazy(
        "%(variant)s brings between %(low)s and %(high)s more buyers than chance."
    ),
    "revenue_per_visitor": gettext_lazy(
        "%(variant)s brings between %(low)s and %(high)s more revenue per visitor than chance."
    ),
}
LOSSES: Final[Words] = {
    "ctr": gettext_lazy(
        "%(variant)s did worse than chance: it loses between %(low)s and %(high)s of clicks."
    ),
    "conversion_rate": gettext_lazy(
        "%(variant)s did worse than chance: it loses between %(low)s and %(high)s of buyers."
    ),
    "revenue_per_visitor": gettext_lazy(
        "%(variant)s did worse than chance: it loses between %(low)s and %(high)s of revenue per "
        "visitor."
    ),
}
TRADES: Final[Words] = {
    "ctr": gettext_lazy(
        "%(variant)s brings more clicks than chance (%(gain)s), but harms something else:"
    ),
    "conversion_rate": gettext_lazy(
        "%(variant)s brings more buyers than chance (%(gain)s), but harms something else:"
    ),
    "revenue_per_visitor": gettext_lazy(
        "%(variant)s brings more revenue per visitor than chance (%(gain)s), but harms something "
        "else:"
    ),
}
NOTES: Final[Words] = {
    Kind.USE: gettext_lazy(
        "Keep it choosing: there is nothing to press. Decide when one banner is to stay."
    ),
    Kind.KEEP_CONTROL: gettext_lazy(
        "Show one banner to everybody, or change what it chooses by; that begins a new phase."
    ),
    Kind.NO_DIFFERENCE: gettext_lazy(
        "Choosing does no harm and brings little; one banner for everybody is simpler."
    ),
    Kind.YOUR_CALL: gettext_lazy("Only you can weigh one against the other."),
}
"""What to do about it; the button beside it leads to the decision for one banner."""
ENDED_NOTES: Final[Words] = {
    **NOTES,
    Kind.USE: gettext_lazy(
        "It chooses no more, because it has ended: decide for one banner, or start another one "
        "that chooses."
    ),
    Kind.KEEP_CONTROL: gettext_lazy("Decide for one banner."),
}


def subject(data: ReportData) -> str:
    """What the policy does, to begin a sentence with."""
    return str(SUBJECTS[data.design.policy])


def note(data: ReportData, kind: Kind) -> str:
    """What to do about a verdict."""
    return str((ENDED_NOTES if data.design.ended else NOTES)[kind])
