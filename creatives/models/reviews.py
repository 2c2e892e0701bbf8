"""What people said of a version before it was shown."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from creatives.models.creative import Version


class Comment(models.Model):
    """A remark on a version; with a region, on that part of its picture (percent of its sides)."""

    version = models.ForeignKey(Version, on_delete=models.CASCADE, related_name="comments")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    at = models.DateTimeField(_("time"))
    text = models.TextField(_("comment"), max_length=2000)
    left = models.FloatField(null=True, blank=True)
    top = models.FloatField(null=True, blank=True)
    width = models.FloatField(null=True, blank=True)
    height = models.FloatField(null=True, blank=True)
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["at", "id"]
        verbose_name = _("comment")
        verbose_name_plural = _("comments")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(left=None, top=None, width=None, height=None)
                | models.Q(
                    left__gte=0, top__gte=0, width__gt=0, height__gt=0, left__lte=100, top__lte=100
                ),
                name="comment_region_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version}: {self.text[:40]}"


class Waiver(models.Model):
    """A warning that a reviewer let pass, and why."""

    version = models.ForeignKey(Version, on_delete=models.CASCADE, related_name="waivers")
    rule = models.CharField(_("check"), max_length=40)
    placement = models.CharField(_("placement"), max_length=64, blank=True)
    reason = models.CharField(_("reason"), max_length=500)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    at = models.DateTimeField(_("time"))

    class Meta:
        ordering = ["at", "id"]
        verbose_name = _("waiver")
        verbose_name_plural = _("waivers")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["version", "rule", "placement"], name="waived_once_per_place"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version}: {self.rule}"
