"""The back office of audiences."""

from django.contrib import admin

from audiences.models import Segment
from workspace.audited_admin import AuditedAdmin


@admin.register(Segment)
class SegmentAdmin(AuditedAdmin):
    """Segments, for people who look after the installation."""

    list_display = ("name", "key", "site", "created_at")
    list_filter = ("site",)
    search_fields = ("name", "key")
