"""What is asked before a draft begins from something, and before a plan becomes a template."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from creatives.models import Placement
from experiments import beginnings, templates_of_plans
from experiments.sources import Source
from workspace.models import Site


class BeginForm(forms.Form):
    """A name, a placement, and consent where something of the plan is gone."""

    name = forms.CharField(
        label=_("Name of the new experiment"), max_length=beginnings.LONGEST_NAME
    )
    placement = forms.ModelChoiceField(
        Placement.objects.none(),
        label=_("Placement"),
        empty_label=_("Choose a placement"),
        help_text=_("Where its banners are shown. Banners of another size are pointed out."),
    )
    without_missing = forms.BooleanField(label=_("Begin without it"), required=False)

    def __init__(self, *args: Any, site: Site, source: Source, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **kwargs)
        field = self.fields["placement"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - declared above
        field.queryset = Placement.objects.filter(site=site)
        self.initial.setdefault("name", source.name)
        self.initial.setdefault("placement", source.found.placement or _only(site))
        if not source.needs_agreement:
            del self.fields["without_missing"]


def _only(site: Site) -> Placement | None:
    """The only placement there is need not be chosen."""
    rows = list(Placement.objects.filter(site=site)[:2])
    return rows[0] if len(rows) == 1 else None


class TemplateForm(forms.Form):
    """The name of a template, and whether it keeps the banners."""

    name = forms.CharField(
        label=_("Name of the template"), max_length=templates_of_plans.LONGEST_NAME
    )
    creatives = forms.BooleanField(
        label=_("Keep the banners, too"),
        required=False,
        help_text=_("Without them every new experiment chooses its own."),
    )
