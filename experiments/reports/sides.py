"""The variants on the card of the results: their pictures and how each did."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _

from experiments.reports import tables
from experiments.reports.names import label
from experiments.reports.payload import CHANCE_ID, POLICY_ID, Arm, ReportData
from experiments.reports.pictures import Picture

MOST_SIDES: Final = 4
"""As many pictures as can be told apart on a card."""


@dataclass(frozen=True, slots=True)
class Side:
    """A variant on the card: its picture and how it did."""

    label: str
    name: str
    value: str
    control: bool
    chosen: bool
    picture: Picture | None


def of(
    data: ReportData, banners: Mapping[int, Picture], about: int | None, chosen: int | None
) -> list[Side]:
    """Every variant, or of many the control and the one that the verdict is about."""
    arms = data.design.arms
    if len(arms) > MOST_SIDES:
        arms = tuple(arm for arm in arms if arm.id in {data.design.control.id, about})
    return [_side(data, arm, banners, chosen=arm.id == chosen) for arm in arms]


def _side(data: ReportData, arm: Arm, banners: Mapping[int, Picture], *, chosen: bool) -> Side:
    return Side(
        label=label(arm),
        name=_named(arm),
        value=tables.value_text(data, data.design.primary, arm.id),
        control=arm.id == data.design.control.id and not data.design.adaptive,
        chosen=chosen,
        picture=banners.get(arm.id),
    )


def _named(arm: Arm) -> str:
    """What stands below the label: a side of a policy has no banner of its own."""
    if arm.id == CHANCE_ID:
        return _("every variant equally often")
    return _("what the policy chooses") if arm.id == POLICY_ID else arm.name
