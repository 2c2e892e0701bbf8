"""The log, and how far it is read and loaded."""

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from workspace.models import Site


class Event(models.Model):
    """One accepted event. The table is partitioned by `day`; (`day`, `id`) is the one unique key.

    `mark` is empty for what is counted, else the name of the filter that set it aside.
    """

    seq = models.BigIntegerField(primary_key=True)
    day = models.DateField()
    id = models.UUIDField()
    digest = models.BigIntegerField()
    site_id = models.IntegerField()
    kind = models.TextField(_("type"))
    unit = models.UUIDField(_("unit"))
    experiment_id = models.IntegerField(null=True)
    phase = models.IntegerField(null=True)
    variant_id = models.IntegerField(null=True)
    placement_id = models.IntegerField(null=True)
    creative_version_id = models.IntegerField(null=True)
    policy_version = models.IntegerField(null=True)
    propensity = models.FloatField(null=True)
    flags = models.IntegerField(default=0)
    decision = models.UUIDField(null=True)
    occurred_at = models.DateTimeField(_("time"))
    received_at = models.DateTimeField()
    amount = models.BigIntegerField(null=True)
    currency = models.TextField(default="")
    order_id = models.TextField(default="")
    mark = models.TextField(default="")
    properties = models.JSONField(null=True)
    source = models.TextField(default="live")
    device = models.TextField(default="")
    locale = models.TextField(default="")

    class Meta:
        managed = False  # partitioned: the table is made by SQL in the first migration
        db_table = "events_event"
        verbose_name = _("event")
        verbose_name_plural = _("events")

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"


class Tally(models.Model):
    """How many events there are of each kind, those set aside included: nobody counts the log.

    0 stands for "of no experiment" in the numbers; `day` is the day of the events at the site.
    """

    site_id = models.IntegerField()
    experiment_id = models.IntegerField(default=0)
    phase = models.IntegerField(default=0)
    variant_id = models.IntegerField(default=0)
    day = models.DateField(_("day"))
    kind = models.TextField(_("type"))
    mark = models.TextField(default="")
    events = models.BigIntegerField(_("events"))
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    last_received_at = models.DateTimeField()

    class Meta:
        verbose_name = _("tally")
        verbose_name_plural = _("tallies")
        indexes: ClassVar = [models.Index(fields=["experiment_id", "phase"])]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=[
                    "site_id",
                    "experiment_id",
                    "phase",
                    "variant_id",
                    "day",
                    "kind",
                    "mark",
                ],
                name="tally_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.day}: {self.events}"


class RollupState(models.Model):
    """How far the roll-up has read: every event with `seq` up to `watermark` is in the totals."""

    watermark = models.BigIntegerField(default=0)
    rolled_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("roll-up state")
        verbose_name_plural = _("roll-up states")

    def __str__(self) -> str:
        return str(self.watermark)


class DroppedDay(models.Model):
    """A day that the log has given up: what was in it, and whose totals it was a part of.

    The row keeps the day from being made again: an event of it that comes now may have been counted
    already. In the row of 1970-01-01, where events without a day of their own lie, those that were
    removed so far are added up.
    """

    day = models.DateField(_("day"), unique=True)
    events = models.BigIntegerField(_("events"))
    experiments = ArrayField(models.IntegerField(), default=list)
    dropped_at = models.DateTimeField(_("dropped"))

    class Meta:
        verbose_name = _("dropped day")
        verbose_name_plural = _("dropped days")

    def __str__(self) -> str:
        return str(self.day)


class Import(models.Model):
    """One load of a file, with what was kept, repaired and dropped by rule."""

    class Status(models.TextChoices):
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="imports")
    kind = models.CharField(max_length=20)
    name = models.CharField(_("file"), max_length=255)
    sha256 = models.CharField(max_length=64)
    mapping = models.JSONField(default=dict)
    status = models.CharField(max_length=10, choices=Status, default=Status.RUNNING)
    summary = models.JSONField(default=dict)
    error = models.TextField(blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True
    )
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-started_at"]
        verbose_name = _("import")
        verbose_name_plural = _("imports")

    def __str__(self) -> str:
        return self.name
