"""Versions of a report: the list, and keeping one by hand."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from engine.errors import NotAllowed
from experiments import words
from experiments.models import Experiment, ReportVersion
from experiments.reports import sharing, versions
from experiments.reports.share_forms import KeepForm
from experiments.views.finding import find
from workspace.access import ROLE_HINT, ROLE_LACKS, Permission, SiteRequest, site_page
from workspace.sentences import together

SHOWN = 60


@dataclass(frozen=True, slots=True)
class Listed:
    """A version in the list."""

    row: ReportVersion
    verdict: words.Word


def listed(experiment: Experiment) -> Sequence[Listed]:
    """The newest versions of the present phase."""
    variants = list(experiment.variants.all())
    rows = versions.of(experiment).select_related("kept_by")[:SHOWN]
    return [Listed(row, words.verdict(row.verdict, variants)) for row in rows]


@require_POST
@site_page(Permission.VIEW)
def keep(request: SiteRequest, key: str) -> HttpResponse:
    """Keep the report as it is now."""
    if not sharing.may_share(request.role):
        raise NotAllowed(ROLE_LACKS, hint=ROLE_HINT)
    experiment, form = find(request.site, key), KeepForm(request.POST)
    if form.is_valid():
        version = versions.freeze(
            experiment,
            note=form.cleaned_data["note"],
            actor=request.user,
            now=timezone.now(),
        )
        messages.success(request, _("Version %(number)s is kept.") % {"number": version.number})
    else:
        messages.error(request, together(form.errors["note"]))
    return redirect("experiments:history", request.site.key, key)
