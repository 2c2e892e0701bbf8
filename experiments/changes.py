"""What changed between two states of an experiment as the audit log keeps them, in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Q
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from experiments.models import Experiment
from workspace.models import AuditEntry

MORE: Final = {
    "variants": gettext_lazy("Variants"),
    "also_on": gettext_lazy("Also on"),
    "watched": gettext_lazy("Watched metrics"),
    "decision_request": gettext_lazy("Decision asked for"),
}
"""What the log knows of an experiment beside its own fields."""
FOLLOWING: Final = frozenset(
    {"id", "site", "revision", "slice", "phase", "created_at", "told", "archived_from"}
    | {"started_at", "stopped_at", "decided_at", "submitted_at", "approved_at"}
    | {"ramp_since", "end_handled_at", "held_parameters"}
)
"""Fields that no person sets: they follow from an action."""
State = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Difference:
    """A field that is not any more what somebody read, and who changed it last."""

    field: str
    name: str
    before: str
    after: str
    who: str

    def __str__(self) -> str:
        words = {"name": self.name, "before": self.before, "after": self.after, "who": self.who}
        if not self.who:
            return _("%(name)s: %(before)s → %(after)s") % words
        return _("%(name)s: %(before)s → %(after)s (%(who)s)") % words


def since(experiment: Experiment, revision: int, now: State) -> tuple[Difference, ...]:
    """What is different now from what somebody read at `revision`, as far as the log knows.

    Args:
        experiment: As it was read.
        revision: Which state that was.
        now: The state in force.
    """
    entries = list(_written_since(experiment, revision))
    read = _read_at(experiment, revision, entries)
    if read is None:
        return ()
    names = (n for n in now if n in read and n not in FOLLOWING and read[n] != now[n])
    return tuple(
        Difference(n, label(n), text_of(n, read[n]), text_of(n, now[n]), _who(n, entries))
        for n in names
    )


def _about(experiment: Experiment) -> Q:
    # By id, not by key: the key of a draft may have changed, or an earlier draft have had it.
    return Q(after__id=experiment.pk) | Q(before__id=experiment.pk)


def entries_of(experiment: Experiment) -> Any:  # noqa: ANN401 - a query set of the log
    """Everything that the log knows of an experiment, the newest first."""
    return AuditEntry.objects.filter(
        _about(experiment), site=experiment.site_id, object_type="experiment"
    )


def _written_since(experiment: Experiment, revision: int) -> Any:  # noqa: ANN401 - a query set
    return entries_of(experiment).filter(after__revision__gt=revision).order_by("at", "id")


def _read_at(
    experiment: Experiment, revision: int, entries: list[AuditEntry]
) -> dict[str, Any] | None:
    """The state that was read: what the next entry found, or what the last one left."""
    if entries and entries[0].before and entries[0].before.get("revision") == revision:
        return dict(entries[0].before)
    left = entries_of(experiment).filter(after__revision=revision).first()
    return dict(left.after) if left is not None and left.after else None


def _who(name: str, entries: list[AuditEntry]) -> str:
    """Who changed a field last."""
    for entry in reversed(entries):
        before, after = entry.before or {}, entry.after or {}
        if before.get(name) != after.get(name):
            return entry.actor_name
    return ""


def label(name: str) -> str:
    """A field of the log in words."""
    names = {field.name: field for field in Experiment._meta.fields}
    if name in names:
        return str(capfirst(names[name].verbose_name))
    return str(MORE.get(name, name))


def text_of(name: str, value: object) -> str:
    """A value of the log in words; choices by their label."""
    fields = {field.name: field for field in Experiment._meta.fields}
    choices = dict(getattr(fields.get(name), "flatchoices", None) or [])
    if isinstance(value, str) and value in choices:
        return str(choices[value])
    return text(value)


def text(value: object) -> str:
    """A value in words; templates escape it like everything else."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return ", ".join(map(text, value)) or "–"
    if isinstance(value, dict):
        return _dict_text(value)
    return "–" if value in {None, ""} else str(value)


def _dict_text(value: Mapping[str, Any]) -> str:
    if "weight" in value:
        return _variant_text(value)
    return ", ".join(f"{name} {text(one)}" for name, one in value.items()) or "–"


def _variant_text(value: Mapping[str, Any]) -> str:
    parts = [value.get("creative") or "–", value.get("weight")]
    if any(str(cost) not in {"0", "0.0"} for cost in value.get("costs", ())):
        parts.append("/".join(map(str, value["costs"])))
    if value.get("placement"):
        parts.append(value["placement"])
    parts += [f"{factor}={level}" for factor, level in (value.get("levels") or {}).items()]
    return f"{value.get('name')} ({', '.join(map(str, parts))})"
