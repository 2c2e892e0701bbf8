"""Old tests: upload a file, say what its columns hold, look at what will be made, import it."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from engine.errors import Conflict, InvalidInput, LabError
from events.models import Import
from experiments.import_forms import ColumnsForm, FileForm
from experiments.imports import columns, drafts, job
from experiments.imports.drafts import Preview
from experiments.imports.wishes import ResultsImport
from workspace import jobs
from workspace.access import Permission, SiteRequest, site_page
from workspace.models import Job

UNPROCESSABLE, CONFLICT, TOO_LARGE = 422, 409, 413
LONGEST_ID = 18
PAST = 8


@require_http_methods(["GET", "HEAD", "POST"])
@site_page(Permission.EDIT)
def index(request: SiteRequest) -> HttpResponse:
    """Upload a file; files that wait and imports so far stand beside."""
    form = FileForm(request.POST or None, request.FILES or None)
    if request.method != "POST":
        return _upload(request, FileForm())
    if not form.is_valid():
        return _upload(request, form, UNPROCESSABLE)
    file = form.cleaned_data["file"]
    try:
        data = file.read(drafts.MOST_BYTES + 1)
        draft = drafts.keep(request.site, file.name, data, actor=request.user, now=timezone.now())
    except InvalidInput as error:
        form.add_error("file", said(error))
        large = len(data) > drafts.MOST_BYTES
        return _upload(request, form, TOO_LARGE if large else UNPROCESSABLE)
    return redirect("experiments:import-columns", request.site.key, draft.pk)


def _upload(request: SiteRequest, form: FileForm, status: int = 200) -> HttpResponse:
    shown = _job(request)
    done = shown is not None and shown.status == Job.Status.DONE
    waiting = Import.objects.filter(site=request.site, kind=drafts.KIND).defer("mapping")
    context = {
        "form": form,
        "job": shown,
        "made": job.experiments_of(shown) if shown and done else [],
        "sentences": (shown.result or {}).get("sentences", []) if shown else [],
        "again": _again(request, shown),
        "waiting": waiting,
        "past": Job.objects.filter(site=request.site, kind=job.KIND).order_by("-pk")[:PAST],
        "workers": jobs.workers(now=timezone.now()),
    }
    return render(request, "experiments/import.html", context, status=status)


def _job(request: SiteRequest) -> Job | None:
    wanted = request.GET.get("job", "")
    if not wanted:
        return None
    rows = Job.objects.filter(site=request.site, kind=job.KIND)
    known = wanted.isascii() and wanted.isdecimal() and len(wanted) <= LONGEST_ID
    found = rows.filter(pk=wanted).first() if known else None
    if found is None:
        raise Http404
    return found


def _again(request: SiteRequest, shown: Job | None) -> int | None:
    """The file of an import that did not work, to go on with."""
    if shown is None or shown.status != Job.Status.FAILED:
        return None
    rows = Import.objects.filter(site=request.site, kind=drafts.KIND)
    return rows.filter(pk=shown.parameters["file"]).values_list("pk", flat=True).first()


@require_http_methods(["GET", "HEAD", "POST"])
@site_page(Permission.EDIT)
def map_columns(request: SiteRequest, pk: int) -> HttpResponse:
    """Say what each column holds, look at what comes of it, then import."""
    draft = drafts.find(request.site, pk)
    found = drafts.columns_of(draft)
    if request.method != "POST":
        return _columns(request, draft, ColumnsForm(found=found, site=request.site))
    form = ColumnsForm(request.POST, found=found, site=request.site)
    if not form.is_valid():
        return _columns(request, draft, form, status=UNPROCESSABLE)
    try:
        wanted = _wanted(request, draft, form)
        preview = drafts.preview(draft, wanted)
    except (InvalidInput, Conflict) as error:
        form.refuse(error.field, said(error))
        status = CONFLICT if isinstance(error, Conflict) else UNPROCESSABLE
        return _columns(request, draft, form, status=status)
    if "import" not in request.POST:
        return _columns(request, draft, form, preview)
    made = job.ask(draft, wanted, actor=request.user, now=timezone.now())
    return redirect(f"{reverse('experiments:import', args=[request.site.key])}?job={made.pk}")


def _wanted(request: SiteRequest, draft: Import, form: ColumnsForm) -> ResultsImport:
    chosen = columns.mapped(form.chosen())
    day = form.cleaned_data["day"]
    return drafts.wish(draft, chosen, day=day, actor=request.user, now=timezone.now())


def _columns(
    request: SiteRequest,
    draft: Import,
    form: ColumnsForm,
    preview: Preview | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {"draft": draft, "form": form, "preview": preview}
    return render(request, "experiments/import_columns.html", context, status=status)


@require_POST
@site_page(Permission.EDIT)
def drop(request: SiteRequest, pk: int) -> HttpResponse:
    """Forget a file that waits."""
    draft = drafts.find(request.site, pk)
    draft.delete()
    messages.success(request, _("“%(name)s” is dropped.") % {"name": draft.name})
    return redirect("experiments:import", request.site.key)


def said(error: LabError) -> str:
    """An error with its remedy; remedies that are options of a command help nobody here."""
    hint = str(error.hint or "")
    return "\n".join([str(error.detail), *([hint] if hint and "--" not in hint else [])])
