"""The first step: what is changed, what is hoped for, where, and how small an effect matters."""

import math
from decimal import Decimal
from typing import Any, ClassVar, Final

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from creatives import mock
from creatives.models import Placement
from experiments import cautions, outlook, watching
from experiments.forms import GAPS, PlanForm, plan_initial
from experiments.models import Experiment
from experiments.outlook import Outlook
from experiments.sizing import EFFECTS, Need, Row, Sizing
from experiments.watched_forms import WatchedForm
from experiments.wizard.step import Draft, Part, Step

ASKED: Final = (
    "name", "key", *GAPS, "free", "placement", "also_on", "primary_metric", "mde", "mde_kind",
    "planned_days", "planned_visitors", "reading", "links", "tags",
)  # fmt: skip
OWN: Final = "own"
WORDS: Final = {"small": _("Small"), "medium": _("Medium"), "big": _("Big"), OWN: _("Other")}
LIFTS: Final = {key: Decimal(str(round(100 * lift, 3))) for key, lift in EFFECTS}
WEEK: Final = 7
USUAL_DAYS: Final = 14
MOST_DAYS: Final = cautions.LONGEST
OWN_EXAMPLES: Final = 3
EXAMPLES: Final = (
    (_("show the shoes being worn"), _("more people click"), _("they can picture themselves")),
    (_("name the price in the banner"), _("more people order"), _("nobody is surprised later")),
    (_("say until when it lasts"), _("more people click today"), _("waiting has a cost")),
)
"""Hypotheses of shops like this one."""


class GoalForm(PlanForm):
    """The fields of the plan that say why, and an effect to choose instead of a number."""

    size = forms.ChoiceField(
        label=_("Effect worth finding"),
        choices=tuple(WORDS.items()),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose an effect.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **kwargs, only=(*ASKED, "size"))
        self.fields["planned_days"].required = False
        self.fields["planned_days"].help_text = _(
            "Empty: as many whole weeks as the effect needs here, at most six; two where "
            "nobody can say."
        )
        self.fields["planned_visitors"].required = False

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        size = data.get("size")
        if size in LIFTS:
            # The field of the own number is out of sight then.
            self.errors.pop("mde", None)
            data |= {"mde": LIFTS[size], "mde_kind": Experiment.MdeKind.RELATIVE}
        elif size == OWN and "mde" not in self.errors and not data.get("mde"):
            self.add_error("mde", _("Say how small an effect may be."))
        data["planned_visitors"] = data.get("planned_visitors") or 0
        return data


class GoalStep(Step):
    slug: ClassVar[str] = "goal"
    title = _("Goal")
    question = _("What do you change, and what do you expect of it?")

    def __init__(self, draft: Draft, data: QueryDict | None) -> None:
        super().__init__(draft, data)
        self._begin = {} if draft.experiment or data is not None else _begin(draft)
        initial = _initial(draft) | {"size": self._begin.get("size", _size(draft.experiment))}
        self.form: GoalForm = GoalForm(data, site=draft.site, initial=initial)
        watched = draft.values.get("watched")
        primary = draft.values.get("primary_metric", Experiment.Metric.CTR)
        plans = watching.default(primary) if watched is None else watched
        self.watched = WatchedForm(data, plans=plans)

    @classmethod
    def reshaped(cls, data: QueryDict) -> QueryDict | None:
        return data if "find" in data else None

    @property
    def parts(self) -> tuple[Part, ...]:
        return self.form, self.watched

    def values(self) -> dict[str, Any]:
        outlook.valid(self.form)
        outlook.valid(self.watched)
        typed = self.form.values()
        primary = typed.get("primary_metric", Experiment.Metric.CTR)
        typed["watched"] = self.watched.plans(primary=primary)
        if typed.get("planned_days") is None:
            typed["planned_days"] = self._days(typed)
        return typed

    def start(self) -> dict[str, Any]:
        return {name: value for name, value in self._begin.items() if name != "size"}

    def changes(self) -> dict[str, Any]:
        saved, typed = self.draft.experiment, self.values()
        if saved is not None and not typed["key"]:
            return typed | {"key": saved.key}
        return typed | {"key": self.form.changes(saved)["key"]}

    def _days(self, typed: dict[str, Any]) -> int:
        """As many whole weeks as the effect needs here."""
        values = {**self.draft.values, **typed, "planned_days": USUAL_DAYS}
        site, saved = self.draft.site, self.draft.experiment
        return suggested(outlook.sized(site, values, now=timezone.now(), saved=saved))

    def context(self, view: Outlook, *, search: str) -> dict[str, Any]:  # noqa: ARG002
        place = view.experiment.placement
        return {
            "watched": self.watched,
            "effects": _effects(str(self.form["size"].value()), view),
            "examples": EXAMPLES,
            "own_examples": () if self.draft.experiment else _from_the_shop(self.draft),
            "places": self.form.places,
            "chosen_place": place,
            "mocks": mock.of(place)[:1] if place else (),
            "also": _also(self.form, place),
        }


def suggested(found: Sizing | None) -> int:
    """Days to plan for the plan's own effect; two weeks where nobody can say."""
    need = found.own.planned if found and found.own else None
    if need is None:
        return USUAL_DAYS
    return min(MOST_DAYS, math.ceil((need.days or MOST_DAYS) / WEEK) * WEEK)


def _initial(draft: Draft) -> dict[str, Any]:
    if draft.experiment is not None:
        return plan_initial(draft.experiment, draft.values["also_on"])
    return {
        "placement": draft.values.get("placement"),
        "primary_metric": Experiment.Metric.CTR,
        "mde_kind": Experiment.MdeKind.RELATIVE,
        "reading": Experiment.Reading.PLANNED,
    }


def _begin(draft: Draft) -> dict[str, Any]:
    """The smallest effect that can be found here in time; a medium one where nobody can say."""
    found = outlook.sized(draft.site, draft.values, now=timezone.now())
    rows = found.rows if found else ()
    needs = {key: row.planned for (key, _lift), row in zip(EFFECTS, rows, strict=False)}
    in_time = (key for key, need in needs.items() if need and (need.days or math.inf) <= MOST_DAYS)
    size = next(in_time, "big" if needs else "medium")
    chosen = {**draft.values, "mde": LIFTS[size]}
    days = suggested(outlook.sized(draft.site, chosen, now=timezone.now()))
    return {"size": size, "mde": LIFTS[size], "planned_days": days}


def _from_the_shop(draft: Draft) -> list[str]:
    """What this shop has supposed lately."""
    rows = Experiment.objects.filter(site=draft.site, origin=Experiment.Origin.LIVE)
    started = rows.exclude(started_at=None).exclude(hypothesis="").order_by("-started_at", "-pk")
    return list(started.values_list("hypothesis", flat=True)[:OWN_EXAMPLES])


def _size(saved: Experiment | None) -> str:
    if saved is None or saved.mde is None:
        return ""
    relative = saved.mde_kind == Experiment.MdeKind.RELATIVE
    return next((key for key, lift in LIFTS.items() if relative and lift == saved.mde), OWN)


def _effects(chosen: str, view: Outlook) -> list[tuple[str, Any, str, Need | None, bool]]:
    """Each choice: key, word, lift, what it needs in the chosen reading, and whether it is it."""
    rows: tuple[Row | None, ...] = view.sizing.rows if view.sizing else ()
    is_open = view.experiment.reading == Experiment.Reading.OPEN
    found = []
    for number, (key, word) in enumerate(WORDS.items()):
        row = rows[number] if number < len(rows) else None
        need = (row.open if is_open else row.planned) if row else None
        lift = f"{LIFTS[key].normalize():f} %" if key in LIFTS else ""
        found.append((key, word, lift, need, key == chosen))
    return found


def _also(form: GoalForm, place: Placement | None) -> list[tuple[Placement, bool]]:
    """The other placements of the layer, and whether each is chosen."""
    value = form["also_on"].value() or ()
    chosen = {str(getattr(one, "pk", one)) for one in value}
    others = (p for p in form.places if place and p.pk != place.pk and p.layer == place.layer)
    return [(other, str(other.pk) in chosen) for other in others]
