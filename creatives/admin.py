"""The back office of creatives and placements."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from creatives import wall
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
from creatives.templatetags.banners import creative_thumb, version_thumb
from workspace.audited_admin import AuditedAdmin, ReadOnlyAdmin


@admin.register(Creative)
class CreativeAdmin(AuditedAdmin):
    """Pictures come in through the upload page, which checks them."""

    list_display = ("picture", "name", "key", "site", "created_by", "created_at", "archived_at")
    list_display_links = ("picture", "name")
    list_filter = ("site", ("archived_at", admin.EmptyFieldListFilter), "created_at")
    search_fields = ("name", "key")
    list_select_related = ("site", "created_by")
    readonly_fields = ("picture", "created_by", "created_at", "archived_at")

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Creative]":
        return wall.with_newest(super().get_queryset(request))

    @admin.display(description=_("Picture"))
    def picture(self, row: Creative) -> SafeString:
        return creative_thumb(row)

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002
        return False


@admin.register(Version)
class VersionAdmin(ReadOnlyAdmin):
    list_display = ("picture", "creative", "number", "width", "height", "frames", "created_at")
    list_display_links = ("picture", "creative")
    list_filter = ("creative__site", "original_type", "created_at")
    search_fields = ("creative__name", "creative__key", "alt", "landing_url")
    list_select_related = ("creative",)

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Version]":
        rows: QuerySet[Version] = super().get_queryset(request).prefetch_related("renditions")
        return rows

    @admin.display(description=_("Picture"))
    def picture(self, row: Version) -> SafeString:
        return version_thumb(row)


@admin.register(Rendition)
class RenditionAdmin(ReadOnlyAdmin):
    list_display = ("file", "version", "purpose", "mime_type", "width", "height", "bytes")
    list_filter = ("purpose", "mime_type")
    search_fields = ("file", "version__creative__key")
    list_select_related = ("version__creative",)


@admin.register(Placement)
class PlacementAdmin(AuditedAdmin):
    list_display = ("picture", "name", "key", "site", "page_type", "width", "height", "layer")
    list_display_links = ("picture", "name")
    list_filter = ("site", "page_type")
    search_fields = ("name", "key", "layer")
    list_select_related = ("site", "fallback")
    readonly_fields = ("created_at",)
    raw_id_fields = ("fallback",)

    @admin.display(description=_("Default"))
    def picture(self, row: Placement) -> SafeString:
        return creative_thumb(row.fallback)


@admin.register(Copy)
class CopyAdmin(ReadOnlyAdmin):
    list_display = ("version", "locale", "alt")
    list_filter = ("locale",)
    search_fields = ("version__creative__key", "alt")
    list_select_related = ("version__creative",)


@admin.register(Comment)
class CommentAdmin(ReadOnlyAdmin):
    list_display = ("version", "author", "at", "text", "resolved_at")
    search_fields = ("version__creative__key", "text")
    list_select_related = ("version__creative", "author")


@admin.register(Waiver)
class WaiverAdmin(ReadOnlyAdmin):
    list_display = ("version", "rule", "placement", "reason", "by", "at")
    list_filter = ("rule",)
    search_fields = ("version__creative__key", "reason")
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
