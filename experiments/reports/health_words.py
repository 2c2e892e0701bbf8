"""The words of the health checks: what each one is, what it found, what to do about it."""

from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from experiments.reports import numbers
from experiments.reports.checks_words import CHECKS
from experiments.reports.marks_words import by_mark
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


SPLIT: Final = {
    "impression": (
        gettext_lazy("Impressions are split as planned"),
        gettext_lazy("Impressions are not split as planned"),
    ),
    "block": (
        gettext_lazy("Blocks are split as planned"),
        gettext_lazy("Blocks are not split as planned"),
    ),
}
"""Where it is not visitors who are drawn."""
OF_BLOCKS: Final = gettext_lazy(
    "Does not apply: everybody gets another variant when another block begins."
)
UNKNOWN: Final = gettext_lazy("Cannot be checked with this data.")


def explain(check: Check, data: ReportData) -> Explained:
    """A check in words; the remedy is empty while nothing is wrong."""
    name = str(_name(check, data))
    return Explained(check.key, check.state, name, _finding(check, data), _remedy(check, data))


def _remedy(check: Check, data: ReportData) -> str:
    if check.state in {State.OK, State.UNKNOWN, State.NOT_APPLICABLE}:
        return ""
    words = CHECKS[check.key]
    own = words.remedy_of_policies if data.design.adaptive else None
    return str(own or words.remedy)


def _name(check: Check, data: ReportData) -> Promise:
    wrong = check.state in {State.WARNING, State.BLOCKING}
    if check.key == "split" and data.design.unit in SPLIT:
        return SPLIT[data.design.unit][wrong]
    words = CHECKS[check.key]
    return (words.problem if wrong else None) or words.name


def explain_all(data: ReportData) -> list[Explained]:
    """All checks, those that need somebody first."""
    order = [State.BLOCKING, State.WARNING, State.WAITING, State.OK, State.UNKNOWN]
    order.append(State.NOT_APPLICABLE)
    found = [explain(check, data) for check in data.checks]
    return sorted(found, key=lambda one: order.index(one.state))


def _finding(check: Check, data: ReportData) -> str:
    if check.state is State.UNKNOWN:
        return str(UNKNOWN)
    if check.state is State.NOT_APPLICABLE and data.design.of_blocks:
        return str(OF_BLOCKS)
    if check.key == "split" and check.state is not State.WAITING:
        return _split(data)
    if check.key == "enough" and check.state is State.WAITING:
        return _enough(check, data)
    words = CHECKS[check.key]
    own = words.of_policies.get(check.state) if data.design.adaptive else None
    found = str(own or words.findings[check.state]) % _places(check, data)
    return f"{found} {by_mark(check.numbers)}".rstrip()


def _split(data: ReportData) -> str:
    units = sum(data.split.observed) or 1  # blocks, where hours were drawn
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
