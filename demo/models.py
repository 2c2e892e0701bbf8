"""What the demo remembers of itself: since when it has a past, how busy it is, what was sent."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from workspace.models import Site


class Pace(models.TextChoices):
    """How many simulated shoppers come of themselves."""

    OFF = "off", _("Off")
    CALM = "calm", _("Calm")
    BUSY = "busy", _("Busy")
    RUSH = "rush", _("Rush")


class DemoSite(models.Model):
    """One row for a demo site; its lock lets one at a time write the demo's data.

    `anchor` is the end of the made-up past. It stays when the seed is run again, so that the same
    days are the same days; a reset moves it, and whoever still works for the old one stops.
    """

    site = models.OneToOneField(Site, on_delete=models.CASCADE, related_name="demo")
    anchor = models.DateTimeField(_("end of the past"))
    pace = models.CharField(_("shoppers"), max_length=10, choices=Pace, default=Pace.CALM)

    class Meta:
        verbose_name = _("demo site")
        verbose_name_plural = _("demo sites")
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(pace__in=Pace.values), name="known_pace"),
        ]

    def __str__(self) -> str:
        return f"{self.site} ({self.pace})"


class Parcel(models.Model):
    """The events of one day of one story, kept before they are sent and emptied afterwards.

    They name signed decisions, so a parcel that is sent twice counts once: a worker may be killed
    at any moment.
    """

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="parcels")
    story = models.CharField(_("story"), max_length=64)
    day = models.PositiveSmallIntegerField(_("day"))
    shoppers = models.PositiveIntegerField(_("shoppers"))
    events = models.JSONField(null=True)
    sent_at = models.DateTimeField(_("sent"), null=True)

    class Meta:
        ordering = ["site", "story", "day"]
        verbose_name = _("parcel")
        verbose_name_plural = _("parcels")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["site", "story", "day"], name="parcel_once"),
        ]

    def __str__(self) -> str:
        return f"{self.story} · {self.day}"
