"""Plans that most shops begin with, ready before a team has templates of its own."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from django.utils.translation import gettext as _

from experiments import hypothesis
from experiments.models import Experiment, Watched


@dataclass(frozen=True, slots=True)
class Point:
    """A starting point: its words, and the document of its plan in the reader's language."""

    key: str
    icon: str
    title: str
    about: str
    document: dict[str, Any]


def all_of() -> tuple[Point, ...]:
    """Every starting point, the simplest first."""
    return tuple(make(key) for key, make in POINTS.items())


def find(key: str) -> Point | None:
    """One of them, or None."""
    return POINTS[key](key) if key in POINTS else None


def _two_banners(key: str) -> Point:
    return Point(
        key,
        "click",
        _("Two banners, clicks"),
        _("Which of two banners is clicked more often? Half of the visitors see each."),
        _plan(
            (_("The banner of today"), _("The new banner")),
            hypothesis.Parts(_("show the new banner"), _("more visitors click"), ""),
            primary_metric=Experiment.Metric.CTR,
            mde="5",
        ),
    )


def _discount(key: str) -> Point:
    return Point(
        key,
        "currency-dollar",
        _("Discount against none, revenue"),
        _("Does a discount earn more than it costs? Revenue decides, orders are watched."),
        _plan(
            (_("No discount"), _("Discount")),
            hypothesis.Parts(_("offer a discount"), _("the revenue per visitor rises"), ""),
            primary_metric=Experiment.Metric.REVENUE_PER_VISITOR,
            mde="3",
            planned_days=28,
            discounts=("0", "10"),
            watched=[_guard("conversion_rate")],
        ),
    )


def _by_segment(key: str) -> Point:
    return Point(
        key,
        "users",
        _("Personalised by segment"),
        _("Each segment sees its own banner, and a slice by chance shows whether that helps."),
        _plan(
            (_("For everybody"), _("For the segment")),
            hypothesis.Parts(_("show each segment its own banner"), _("more visitors click"), ""),
            primary_metric=Experiment.Metric.CTR,
            mde="5",
            policy=Experiment.Policy.RULES,
            exploration_share=20,
        ),
    )


def _learning(key: str) -> Point:
    return Point(
        key,
        "chart-bar",
        _("Learning (bandit)"),
        _("Several banners of a short campaign: the better ones get more visitors by themselves."),
        _plan(
            (_("Banner A"), _("Banner B"), _("Banner C")),
            hypothesis.Parts(
                _("let the banners compete"), _("more visitors click during the campaign"), ""
            ),
            primary_metric=Experiment.Metric.CTR,
            mde="10",
            policy=Experiment.Policy.THOMPSON,
            reading=Experiment.Reading.OPEN,
        ),
    )


def _plan(
    names: tuple[str, ...],
    parts: hypothesis.Parts,
    *,
    discounts: tuple[str, ...] = (),
    **more: Any,  # noqa: ANN401 - fields of the document
) -> dict[str, Any]:
    given = discounts or ("0",) * len(names)
    variants = [
        {"key": letter, "name": name, "weight": 1, "discount": discount}
        for letter, name, discount in zip("abcdefgh", names, given, strict=False)
    ]
    return {"hypothesis": hypothesis.compose(parts), "variants": variants} | more


def _guard(metric: str) -> dict[str, Any]:
    return {"metric": metric, "role": Watched.Role.GUARDRAIL, "margin": "5"}


POINTS: Mapping[str, Callable[[str], Point]] = MappingProxyType(
    {
        "two-banners": _two_banners,
        "discount": _discount,
        "by-segment": _by_segment,
        "learning": _learning,
    }
)
