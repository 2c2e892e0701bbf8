"""A file of old tests, and what its columns hold."""

from collections.abc import Sequence
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from experiments.imports import columns
from experiments.imports.columns import Column
from workspace.models import Site

PREFIX: Final = "column-"


class FileForm(forms.Form):
    """The file."""

    file = forms.FileField(
        label=_("File"),
        help_text=_("CSV in UTF-8 with a header, at most 5 MB; a row is one variant of one test."),
        error_messages={"required": _("Choose a file."), "empty": _("The file is empty.")},
    )


class ColumnsForm(forms.Form):
    """A choice for every column, and the day of tests that name none."""

    day = forms.DateField(
        label=_("Day of tests without one"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("Only needed when no column holds the first day."),
    )

    def __init__(
        self,
        *args: Any,  # noqa: ANN401
        found: Sequence[Column],
        site: Site,
        **kwargs: Any,  # noqa: ANN401
    ) -> None:
        super().__init__(*args, **kwargs)
        self.site, self.found = site, found
        choices = [(columns.LEFT_OUT, _("Leave it out")), *columns.ROLES.items()]
        for place, column in enumerate(found):
            field = forms.ChoiceField(label=column.name, required=False, choices=choices)
            field.initial = column.guess
            self.fields[f"{PREFIX}{place}"] = field

    @property
    def lines(self) -> list[tuple[Column, forms.BoundField]]:
        """Every column with its choice."""
        return [(one, self[f"{PREFIX}{place}"]) for place, one in enumerate(self.found)]

    def chosen(self) -> dict[str, str]:
        """The role of each column."""
        return {
            column.name: self.cleaned_data[f"{PREFIX}{place}"]
            for place, column in enumerate(self.found)
        }

    def refuse(self, column: str | None, text: str) -> None:
        """Say what is wrong beside the column it is about."""
        places = {one.name: f"{PREFIX}{place}" for place, one in enumerate(self.found)}
        self.add_error(places.get(column or ""), text)
