"""What Ctrl+K finds; also a page of its own."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from workspace import searching
from workspace.access import Permission, SiteRequest, site_page


@require_safe
@site_page(Permission.VIEW)
def search(request: SiteRequest) -> HttpResponse:
    """The page, or with `?part=1` only what was found, for the dialog."""
    text = request.GET.get("q", "")[: searching.LONGEST]
    groups = searching.find(request.site, text, role=request.role)
    context = {"q": text, "groups": groups, "found": sum(len(group.hits) for group in groups)}
    part = "part" in request.GET
    return render(request, f"workspace/{'_search_found' if part else 'search'}.html", context)
