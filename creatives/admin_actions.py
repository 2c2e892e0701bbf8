"""What the back office can do to many rows at once: the moves that people make on the pages.

Every move goes through its use-case, so four eyes, reasons and audit rows hold here too; what is
refused is said and costs only itself.
"""

from collections.abc import Callable
from typing import Any, TypeAlias

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ActionForm
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as text
from django.utils.translation import gettext_lazy as _

from creatives import library, review
from creatives.models import Creative, Version
from engine.errors import LabError

Versions: TypeAlias = "QuerySet[Version]"
Move: TypeAlias = Callable[..., Any]


class WithReason(ActionForm):
    """The row of actions, with why: a no and a taking away need it."""

    reason = forms.CharField(label=_("Reason"), required=False, max_length=review.REASON_LENGTH)


def run(request: HttpRequest, rows: "QuerySet[Any]", move: Move, **options: object) -> None:
    """Make the move with each row; say how many went and why the others did not."""
    done = 0
    for row in rows:
        done += _moved(request, row, move, **options)
    if done:
        messages.success(request, text("Done: %(n)s.") % {"n": done})


def _moved(request: HttpRequest, row: Model, move: Move, **options: object) -> bool:
    try:
        move(row, actor=request.user, now=timezone.now(), **options)
    except LabError as problem:
        hint = f" {problem.hint}" if problem.hint else ""
        messages.error(request, f"{row}: {problem}{hint}")
        return False
    return True


class ReviewActions(admin.ModelAdmin):  # type: ignore[type-arg]
    """Submit, approve, reject and withdraw the chosen versions."""

    action_form = WithReason
    actions: Any = ("submit", "approve", "reject", "withdraw")

    @admin.action(description=_("Submit for review"))
    def submit(self, request: HttpRequest, rows: Versions) -> None:
        run(request, rows, review.submit)

    @admin.action(description=_("Approve (four eyes hold)"))
    def approve(self, request: HttpRequest, rows: Versions) -> None:
        run(request, rows, review.approve)

    @admin.action(description=_("Reject, with a reason"))
    def reject(self, request: HttpRequest, rows: Versions) -> None:
        run(request, rows, review.reject, reason=request.POST.get("reason", ""))

    @admin.action(description=_("Withdraw, with a reason"))
    def withdraw(self, request: HttpRequest, rows: Versions) -> None:
        run(request, rows, review.withdraw, reason=request.POST.get("reason", ""))


class ArchiveActions(admin.ModelAdmin):  # type: ignore[type-arg]
    """Put the chosen creatives away, or take them back."""

    actions: Any = ("archive", "restore")

    @admin.action(description=_("Archive"))
    def archive(self, request: HttpRequest, rows: "QuerySet[Creative]") -> None:
        run(request, rows, library.archive)

    @admin.action(description=_("Take out of the archive"))
    def restore(self, request: HttpRequest, rows: "QuerySet[Creative]") -> None:
        run(request, rows, library.restore)
