"""The back office writes into the audit log like everybody else."""

from typing import Any

from django.contrib import admin
from django.db import models, transaction
from django.db.models import QuerySet
from django.forms import BaseModelFormSet, ModelForm
from django.http import HttpRequest
from django.utils import timezone

from workspace import audit
from workspace.models import Site


class AuditedAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """A model's admin whose changes are recorded; `site_path` leads from a row to its site."""

    site_path: str = "site"

    def site_of(self, row: models.Model) -> Site | None:
        """The site a row belongs to; None for what belongs to the whole installation."""
        found: Any = row
        for step in filter(None, self.site_path.split("__")):
            found = getattr(found, step, None)
        return found if isinstance(found, Site) and found.pk else None

    def save_model(
        self,
        request: HttpRequest,
        obj: models.Model,
        form: "ModelForm[Any]",
        change: bool,
    ) -> None:
        stored = self.get_queryset(request).filter(pk=obj.pk).first() if change else None
        before = audit.state_of(stored) if stored else None
        with transaction.atomic():
            super().save_model(request, obj, form, change)
            self._record(request, "change" if change else "create", obj, before)

    def save_formset(
        self,
        request: HttpRequest,
        form: "ModelForm[Any]",
        formset: "BaseModelFormSet[Any, Any]",
        change: bool,
    ) -> None:
        with transaction.atomic():
            super().save_formset(request, form, formset, change)
            for row in formset.new_objects:
                self._record(request, "create", row, None)
            for row, _fields in formset.changed_objects:
                self._record(request, "change", row, None)
            for row in formset.deleted_objects:
                self._record(request, "delete", row, None)

    def delete_model(self, request: HttpRequest, obj: models.Model) -> None:
        before = audit.state_of(obj)
        with transaction.atomic():
            self._record(request, "delete", obj, before)
            super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: "QuerySet[Any]") -> None:
        with transaction.atomic():
            for row in queryset:
                self.delete_model(request, row)

    def _record(
        self,
        request: HttpRequest,
        action: str,
        row: models.Model,
        before: audit.State | None,
    ) -> None:
        audit.record(
            site=self.site_of(row),
            actor=request.user,
            action=action,
            subject=row,
            before=before,
            after=None if action == "delete" else audit.state_of(row),
            now=timezone.now(),
        )


class ReadOnlyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """A model that people may look at but only the machinery writes."""

    # Nobody types an address here, but the form behind the page has a field for it.
    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002
        return False

    def has_change_permission(
        self,
        request: HttpRequest,  # noqa: ARG002
        obj: models.Model | None = None,  # noqa: ARG002
    ) -> bool:
        return False

    def has_delete_permission(
        self,
        request: HttpRequest,  # noqa: ARG002
        obj: models.Model | None = None,  # noqa: ARG002
    ) -> bool:
        return False

    def has_view_permission(
        self,
        request: HttpRequest,
        obj: models.Model | None = None,  # noqa: ARG002
    ) -> bool:
        return bool(request.user.is_superuser) or super().has_view_permission(request)
