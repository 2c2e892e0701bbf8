"""What all steps have in common: fields of the plan, typed or saved, and how they are refused."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

from django import forms
from django.http import QueryDict
from django.utils.functional import Promise

from engine.errors import LabError
from experiments import planning
from experiments.models import Experiment
from experiments.outlook import Outlook
from workspace.models import Site
from workspace.sentences import together


@dataclass(frozen=True, slots=True)
class Draft:
    """The plan so far; `experiment` is None before the first save."""

    site: Site
    experiment: Experiment | None
    values: Mapping[str, Any]

    @classmethod
    def of(cls, experiment: Experiment) -> "Draft":
        plan = planning.of(experiment)
        return cls(experiment.site, experiment, planning.values_of(plan))


class Part(Protocol):
    """A form, or rows of forms."""

    def is_valid(self) -> bool: ...
    def quiet(self) -> None: ...


class Step:
    """One page. `data` is what has been typed; without it the draft is shown as it was saved."""

    do_not_call_in_templates: ClassVar[bool] = True  # the list of steps is one of classes
    slug: ClassVar[str]
    title: ClassVar[str | Promise]
    question: ClassVar[str | Promise]
    form: forms.Form

    def __init__(self, draft: Draft, data: QueryDict | None) -> None:
        self.draft = draft
        self.data = data

    @classmethod
    def reshaped(cls, data: QueryDict) -> QueryDict | None:
        """What has been typed with a row more or less; None if nobody asked for that."""
        raise NotImplementedError

    @property
    def parts(self) -> tuple[Part, ...]:
        raise NotImplementedError

    def values(self) -> dict[str, Any]:
        """The plan's fields that this page asks for, as far as they fit."""
        raise NotImplementedError

    def start(self) -> dict[str, Any]:
        """What the page offers before anybody has typed, beyond what is saved."""
        return {}

    def changes(self) -> dict[str, Any]:
        """The same after `is_valid`, complete."""
        return self.values()

    def context(self, view: Outlook, *, search: str) -> dict[str, Any]:
        """What the page needs beside the forms."""
        raise NotImplementedError

    def is_valid(self) -> bool:
        """All parts are asked, so that every mistake is said at once."""
        answers = [part.is_valid() for part in self.parts]
        return all(answers)

    def quiet(self) -> None:
        for part in self.parts:
            part.quiet()

    def refuse(self, error: LabError) -> None:
        """Show what the use-case refused beside the field it names."""
        words = together((error.detail, error.hint))
        form = self.holder(error.field or "")
        form.add_error(error.field if error.field in form.fields else None, words)

    def holder(self, field: str) -> forms.Form:  # noqa: ARG002 - steps with several forms choose
        """The form that has a field."""
        return self.form

    @property
    def revision(self) -> int | None:
        found: int | None = self.form.cleaned_data.get("revision")
        return found
