"""The back office of creatives and placements: a picture wherever a name would stand."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from creatives import rendering, wall
from creatives.admin_actions import ArchiveActions, ReviewActions
from creatives.models import (
    Comment,
    Copy,
    Creative,
    Landing,
    Placement,
    Product,
    Rendition,
    Version,
    Waiver,
)
from creatives.templatetags.banners import creative_thumb, file_thumb, version_thumb
from workspace.audited_admin import AuditedAdmin, ReadOnlyAdmin


class OfVersionAdmin(ReadOnlyAdmin):
    """Rows that belong to a version: its picture, and a fixed number of queries."""

    list_select_related: ClassVar[Any] = ("version__creative",)

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Any]":
        rows: QuerySet[Any] = super().get_queryset(request)
        return rows.prefetch_related("version__renditions")

    @admin.display(description=_("Picture"))
    def picture(self, row: Any) -> SafeString:  # noqa: ANN401 - of several models
        return version_thumb(row.version)


@admin.register(Creative)
class CreativeAdmin(ArchiveActions, AuditedAdmin):
    """Pictures come in through the upload page, which checks them."""

    list_display = (
        "picture", "name", "key", "site", "shown", "newest", "owner", "expires_at", "created_at",
        "archived_at",
    )  # fmt: skip
    list_display_links = ("picture", "name")
    list_filter = (
        "site", "versions__status", ("live", admin.EmptyFieldListFilter),
        ("archived_at", admin.EmptyFieldListFilter), ("expired_at", admin.EmptyFieldListFilter),
        "created_at",
    )  # fmt: skip
    search_fields = ("name", "key", "tags", "licence", "owner__username")
    list_select_related = ("site", "owner", "live")
    autocomplete_fields = ("owner",)
    # The site and what is shown are no matter of a form: review moves it, the library archives it.
    readonly_fields = (
        "picture", "site", "shown", "newest", "live", "expired_at", "created_by", "created_at",
        "archived_at",
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Creative]":
        return wall.with_newest(super().get_queryset(request))

    @admin.display(description=_("Picture"))
    def picture(self, row: Creative) -> SafeString:
        return creative_thumb(row)

    @admin.display(description=_("Shown"))
    def shown(self, row: Creative) -> str:
        return f"v{row.live.number}" if row.live else "—"

    @admin.display(description=_("Newest"))
    def newest(self, row: Creative) -> str:
        version = rendering.newest(row)
        return f"v{version.number}: {version.get_status_display()}" if version else "—"

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002
        return False

    def save_model(
        self,
        request: HttpRequest,
        obj: Any,  # noqa: ANN401 - the framework's signature
        form: Any,  # noqa: ANN401
        change: bool,
    ) -> None:
        if "expires_at" in form.changed_data:
            obj.expired_at = None  # with another end it has not expired yet
        super().save_model(request, obj, form, change)


@admin.register(Version)
class VersionAdmin(ReviewActions, ReadOnlyAdmin):
    """What a version contains and how far it is, is never written here."""

    list_display = (
        "picture", "creative", "number", "status", "kind", "width", "height", "created_by",
        "submitted_by", "reviewed_by", "created_at",
    )  # fmt: skip
    list_display_links = ("picture", "creative")
    list_filter = ("creative__site", "status", "kind", "original_type", "created_at")
    search_fields = (
        "creative__name", "creative__key", "alt", "landing_url", "reason", "original_name",
    )  # fmt: skip
    list_select_related = ("creative", "created_by", "submitted_by", "reviewed_by")

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Version]":
        rows: QuerySet[Version] = super().get_queryset(request).prefetch_related("renditions")
        return rows

    @admin.display(description=_("Picture"))
    def picture(self, row: Version) -> SafeString:
        return version_thumb(row)


@admin.register(Rendition)
class RenditionAdmin(ReadOnlyAdmin):
    list_display = ("picture", "file", "version", "purpose", "mime_type", "width", "height",
                    "density", "bytes")  # fmt: skip
    list_display_links = ("picture", "file")
    list_filter = ("version__creative__site", "purpose", "mime_type", "density")
    search_fields = ("file", "version__creative__key", "version__creative__name")
    list_select_related = ("version__creative",)

    @admin.display(description=_("Picture"))
    def picture(self, row: Rendition) -> SafeString:
        return file_thumb(row)


@admin.register(Placement)
class PlacementAdmin(AuditedAdmin):
    list_display = ("picture", "name", "key", "site", "page_type", "width", "height", "layer")
    list_display_links = ("picture", "name")
    list_filter = ("site", "page_type", "animated", ("fallback", admin.EmptyFieldListFilter))
    search_fields = ("name", "key", "layer", "fallback__name", "fallback__key")
    list_select_related = ("site",)
    readonly_fields = ("picture", "created_at")
    raw_id_fields = ("fallback",)

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Placement]":
        fallback = Prefetch("fallback", wall.with_pictures(Creative.objects.all()))
        rows: QuerySet[Placement] = super().get_queryset(request)
        return rows.prefetch_related(fallback)

    @admin.display(description=_("Default"))
    def picture(self, row: Placement) -> SafeString:
        return creative_thumb(row.fallback)


@admin.register(Copy)
class CopyAdmin(OfVersionAdmin):
    list_display = ("picture", "version", "locale", "alt", "landing_url")
    list_display_links = ("picture", "version")
    list_filter = ("version__creative__site", "locale")
    search_fields = ("version__creative__key", "version__creative__name", "alt", "landing_url")


@admin.register(Comment)
class CommentAdmin(OfVersionAdmin):
    list_display = ("picture", "version", "author", "at", "text", "resolved_at")
    list_display_links = ("picture", "version")
    list_filter = (
        "version__creative__site", ("resolved_at", admin.EmptyFieldListFilter), "at",
    )  # fmt: skip
    search_fields = ("version__creative__key", "text", "author__username")
    list_select_related = ("version__creative", "author")


@admin.register(Waiver)
class WaiverAdmin(OfVersionAdmin):
    list_display = ("picture", "version", "rule", "placement", "reason", "by", "at")
    list_display_links = ("picture", "version")
    list_filter = ("version__creative__site", "rule")
    search_fields = ("version__creative__key", "reason", "by__username")
    list_select_related = ("version__creative", "by")


@admin.register(Product)
class ProductAdmin(ReadOnlyAdmin):
    list_display = ("title", "sku", "site", "price", "old_price", "currency", "updated_at")
    list_filter = ("site", "category")
    search_fields = ("title", "sku", "brand")
    list_select_related = ("site",)


@admin.register(Landing)
class LandingAdmin(ReadOnlyAdmin):
    list_display = ("url", "site", "status", "error", "checked_at")
    list_filter = ("site", "status")
    search_fields = ("url",)
    list_select_related = ("site",)
