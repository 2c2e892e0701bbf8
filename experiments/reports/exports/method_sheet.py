"""How the numbers of an export were made: sentences, formulas with their sources, and proof."""

import datetime as dt
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from experiments import sealed_view
from experiments.reports import tables
from experiments.reports.exports.taken import Taken

FIELLER: Final = (
    "r = t/c − 1; limits are the r with (t − (1 + r) c)² = k² (v_t + (1 + r)² v_c)   (Fieller 1954)"
)
PLANNED: Final = (
    "group-sequential, Lan-DeMets spending of the O'Brien-Fleming type: "
    "α(t) = 2 − 2 Φ(z_{α/2}/√t), t = whole days / planned days   (Lan, DeMets 1983)"
)
OPEN: Final = (
    "k = √((1 + V/τ²) · 2 log(√(1 + τ²/V)/α)), V = v_t + v_c, τ = the smallest effect planned   "
    "(Waudby-Smith et al., arXiv 2103.06476)"
)
SPLIT: Final = "χ² = Σ (observed − expected)²/expected, alarm at p < 0.001   (Fabijan et al. 2019)"
RATIO: Final = "R = Σy/Σx, v = n Σ(y − R x)²/((n − 1)(Σx)²)   (Deng, Knoblich, Lu 2018)"
FORMULAS: Final = (
    (gettext_lazy("Proportion in an arm"), "p = s/n, v = p(1 − p)/n"),
    (gettext_lazy("Mean in an arm"), "m = Σy/n, v = Σ(y − m)²/(n(n − 1))"),
    (gettext_lazy("Ratio in an arm"), RATIO),
    (gettext_lazy("Difference"), "d = t − c, d ± k √(v_t + v_c)"),
    (pgettext_lazy("noun", "Change"), FIELLER),
    (gettext_lazy("Bound k, planned end"), PLANNED),
    (gettext_lazy("Bound k, no end date"), OPEN),
    (gettext_lazy("Split check"), SPLIT),
    (gettext_lazy("Several variants"), "Holm: α/m, α/(m − 1), … in the order of p   (Holm 1979)"),
    (
        gettext_lazy("Several secondary metrics, cuts"),
        "p_(i) · m/i, from the largest down   (Benjamini, Hochberg 1995)",
    ),
)


def lines(taken: Taken) -> list[tuple[str, str]]:
    """Name and text of each line."""
    row, data = taken.row, taken.data
    proof = [
        (_("Method version"), data.method),
        (_("Code version"), row.code_version),
        (_("Event log up to number"), str(data.watermark)),
        (_("As of"), data.as_of.astimezone(dt.UTC).isoformat()),
        (_("Hash of the inputs (SHA-256)"), row.inputs_hash),
        (_("Hash of the result (SHA-256)"), row.result_hash),
        (_("To check it"), "manage.py recompute bundle.json"),
    ]
    words = [("" if place else _("In words"), text) for place, text in enumerate(_words(taken))]
    return [*words, *((str(name), text) for name, text in FORMULAS), *proof]


def _words(taken: Taken) -> list[str]:
    frozen = taken.version is not None
    sealed = sealed_view.of(taken.experiment, phase=taken.data.design.phase)
    return [*tables.method(taken.data), *sealed_view.method(sealed, frozen=frozen)]
