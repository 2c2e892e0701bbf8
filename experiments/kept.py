"""What a report leaves behind: the present state of a phase, earlier versions, and links."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Func, Value
from django.utils.translation import gettext_lazy as _

__all__ = ["Report", "ReportVersion", "ShareLink"]

PRIMARY_EFFECTS = "$.effects[*] ? (@.metric == $.design.primary)"
BELIEFS = "$.findings.beliefs[*]"


class Report(models.Model):
    """What is known about a phase of an experiment. A failed refresh keeps the last payload.

    `inputs_hash` is that of the design and the aggregates, `result_hash` that of everything worked
    out from them: equal inputs give equal results, on every machine. `primary_effects` and
    `beliefs` are parts of the payload, copied out by the database, so that a page about a thousand
    tests need not open a thousand payloads.
    """

    experiment = models.ForeignKey(
        "experiments.Experiment", on_delete=models.CASCADE, related_name="reports"
    )
    phase = models.PositiveSmallIntegerField(default=1)
    verdict = models.CharField(max_length=20, default="no_data")
    payload = models.JSONField(null=True)
    as_of = models.DateTimeField(null=True)
    watermark = models.BigIntegerField(default=0)
    method = models.CharField(max_length=30, blank=True)
    code_version = models.CharField(max_length=40, blank=True)
    inputs_hash = models.CharField(max_length=64, blank=True)
    result_hash = models.CharField(max_length=64, blank=True)
    last_error = models.TextField(blank=True)
    last_error_at = models.DateTimeField(null=True, blank=True)
    primary_effects = models.GeneratedField(
        expression=Func(F("payload"), Value(PRIMARY_EFFECTS), function="jsonb_path_query_array"),
        output_field=models.JSONField(null=True),
        db_persist=True,
    )
    beliefs = models.GeneratedField(
        expression=Func(F("payload"), Value(BELIEFS), function="jsonb_path_query_array"),
        output_field=models.JSONField(null=True),
        db_persist=True,
    )

    class Meta:
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["experiment", "phase"], name="one_report_per_phase"),
        ]

    def __str__(self) -> str:
        return f"{self.experiment} · {self.verdict}"


class ReportVersion(models.Model):
    """A report as it was at a time. Rows are only ever added."""

    class Cause(models.TextChoices):
        DAY = "day", _("end of a day")
        VERDICT = "verdict", _("another verdict")
        LATE = "late", _("late events")
        FROZEN = "frozen", _("kept by hand")
        DECIDED = "decided", _("decision")

    experiment = models.ForeignKey(
        "experiments.Experiment", on_delete=models.CASCADE, related_name="report_versions"
    )
    phase = models.PositiveSmallIntegerField()
    number = models.PositiveIntegerField()
    cause = models.CharField(_("cause"), max_length=10, choices=Cause)
    note = models.CharField(_("note"), max_length=150, blank=True)
    verdict = models.CharField(max_length=20)
    payload = models.JSONField()
    inputs = models.JSONField(help_text=_("Design and aggregates: what the bundle holds."))
    as_of = models.DateTimeField()
    watermark = models.BigIntegerField()
    method = models.CharField(max_length=30)
    code_version = models.CharField(max_length=40)
    inputs_hash = models.CharField(max_length=64)
    result_hash = models.CharField(max_length=64)
    kept_at = models.DateTimeField()
    kept_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True
    )

    class Meta:
        ordering = ["-number"]
        verbose_name = _("report version")
        verbose_name_plural = _("report versions")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["experiment", "phase", "number"], name="report_version_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.experiment} · {self.phase}/{self.number}"


class ShareLink(models.Model):
    """A link that shows one report to whoever has it, until it expires or is taken back.

    Only the hash of its secret is kept. Without a version it shows the report as it is now.
    """

    experiment = models.ForeignKey(
        "experiments.Experiment", on_delete=models.CASCADE, related_name="share_links"
    )
    version = models.ForeignKey(
        ReportVersion, on_delete=models.CASCADE, null=True, blank=True, related_name="share_links"
    )
    secret_hash = models.CharField(max_length=64, unique=True)
    hint = models.CharField(max_length=8)
    language = models.CharField(max_length=10, default="en")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True
    )
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    opened = models.PositiveIntegerField(default=0)
    last_opened_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at"]
        verbose_name = _("share link")
        verbose_name_plural = _("share links")

    def __str__(self) -> str:
        return f"{self.experiment} · {self.hint}…"
