"""The back office of the workspace, for those who run the installation."""

from django.contrib import admin
from django.contrib.auth import get_user_model
from django.contrib.auth.admin import UserAdmin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from workspace.audited_admin import AuditedAdmin, ReadOnlyAdmin
from workspace.models import (
    ApiKey,
    AuditEntry,
    Delivery,
    Heartbeat,
    Job,
    KeptAnswer,
    Membership,
    SavedView,
    Seen,
    Site,
    Webhook,
)

admin.site.site_header = _("Banner Lab back office")
admin.site.site_title = "Banner Lab"
admin.site.index_title = _("All tables")

admin.site.unregister(get_user_model())


@admin.register(get_user_model())
class AuditedUserAdmin(AuditedAdmin, UserAdmin):  # type: ignore[type-arg]
    site_path = ""


class MembershipInline(admin.TabularInline):  # type: ignore[type-arg]
    model = Membership
    extra = 0
    autocomplete_fields = ("user",)


@admin.register(Site)
class SiteAdmin(AuditedAdmin):
    site_path = ""
    list_display = ("name", "key", "currency", "timezone", "is_demo", "created_at")
    list_filter = ("is_demo", "currency")
    search_fields = ("name", "key")
    readonly_fields = ("created_at",)
    inlines = (MembershipInline,)

    def site_of(self, row: object) -> Site | None:
        return row if isinstance(row, Site) else getattr(row, "site", None)

    def has_delete_permission(
        self,
        request: HttpRequest,  # noqa: ARG002
        obj: object = None,  # noqa: ARG002
    ) -> bool:
        return False  # with everything that hangs on it, its audit log above all


@admin.register(Membership)
class MembershipAdmin(AuditedAdmin):
    list_display = ("user", "site", "role")
    list_filter = ("site", "role")
    search_fields = ("user__username", "site__key", "site__name")
    list_select_related = ("user", "site")
    autocomplete_fields = ("user", "site")


@admin.register(ApiKey)
class ApiKeyAdmin(ReadOnlyAdmin):
    """Made and revoked under Settings: only there the text is shown."""

    list_display = ("name", "site", "kind", "prefix", "created_at", "last_used_at", "revoked_at")
    list_filter = ("site", "kind", ("revoked_at", admin.EmptyFieldListFilter))
    search_fields = ("name", "prefix", "site__key")
    list_select_related = ("site",)
    exclude = ("sha256",)


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyAdmin):
    list_display = ("at", "site", "actor_name", "action", "object_type", "object_key")
    list_filter = ("site", "action", "object_type")
    search_fields = ("actor_name", "object_key", "object_type")
    date_hierarchy = "at"
    list_select_related = ("site",)


@admin.register(Job)
class JobAdmin(ReadOnlyAdmin):
    list_display = ("kind", "subject", "site", "status", "attempt", "created_at", "finished_at")
    list_filter = ("status", "kind", "site")
    search_fields = ("kind", "subject", "error")
    list_select_related = ("site",)


@admin.register(Heartbeat)
class HeartbeatAdmin(ReadOnlyAdmin):
    list_display = ("name", "seen_at")
    search_fields = ("name",)


@admin.register(Seen)
class SeenAdmin(ReadOnlyAdmin):
    list_display = ("what", "user", "site", "at")
    list_filter = ("site", "what")
    search_fields = ("what", "user__username")
    list_select_related = ("user", "site")


@admin.register(SavedView)
class SavedViewAdmin(ReadOnlyAdmin):
    list_display = ("name", "page", "site", "user")
    list_filter = ("site", "page")
    list_select_related = ("site", "user")


@admin.register(Webhook)
class WebhookAdmin(ReadOnlyAdmin):
    list_display = ("url", "site", "active", "failures", "created_at")
    list_filter = ("site", "active")
    list_select_related = ("site",)
    exclude = ("secret",)


@admin.register(Delivery)
class DeliveryAdmin(ReadOnlyAdmin):
    list_display = ("type", "webhook", "status", "attempts", "answer", "created_at")
    list_filter = ("status", "type")
    list_select_related = ("webhook",)


@admin.register(KeptAnswer)
class KeptAnswerAdmin(ReadOnlyAdmin):
    list_display = ("caller", "key", "site", "status", "created_at")
    list_filter = ("site", "status")
    search_fields = ("caller", "key")
    list_select_related = ("site",)
    exclude = ("body",)
