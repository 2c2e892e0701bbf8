"""Warnings of a version that visitors see already: let pass in writing, as in its review."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from creatives import four_eyes, settling
from creatives.forms import say
from creatives.models import Creative, Version
from creatives.preflight import pages
from engine.errors import IllegalMove, LabError
from workspace.access import Permission, SiteRequest, site_page


@require_POST
@site_page(Permission.REVIEW)
def waive(request: SiteRequest, key: str, number: int) -> HttpResponse:
    """Keep the reasons that were written; a version in review is settled with its approval."""
    version = get_object_or_404(
        Version, creative__site=request.site, creative__key=key, number=number
    )
    try:
        kept = _kept(version, request)
    except LabError as problem:
        messages.error(request, say(problem))
    else:
        if kept:
            messages.success(request, _("The reasons are kept with the version."))
        else:
            messages.info(request, _("Nothing was written, so nothing was waived."))
    return redirect("creatives:creative", request.site.key, key)


def _kept(version: Version, request: SiteRequest) -> int:
    with transaction.atomic():
        Creative.objects.select_for_update().get(pk=version.creative_id)
        version.refresh_from_db()
        if version.status != Version.Status.APPROVED:
            raise IllegalMove(_("Its warnings are waived where it is reviewed."))
        four_eyes.check(version, request.user)
        reasons = pages.waivers(request.POST.dict())
        return len(settling.waive(version, reasons, actor=request.user, now=timezone.now()))
