"""Experiments: what is compared, who sees it, and what came out."""

import secrets
from typing import ClassVar

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from creatives.models import Creative, Placement
from experiments.decision_requests import DecisionRequest
from experiments.kept import Report, ReportVersion, ShareLink
from experiments.policy_rows import Parameters, PolicyRule
from experiments.published import LearntSnapshot, LiveRevision, Snapshot
from experiments.watched import Watched
from workspace.models import Site, validate_key

__all__ = [
    "DecisionRequest",
    "Experiment",
    "Layer",
    "LearntSnapshot",
    "LiveRevision",
    "NextStep",
    "Parameters",
    "PolicyRule",
    "Report",
    "ReportVersion",
    "ShareLink",
    "Snapshot",
    "Status",
    "Variant",
    "Watched",
]


def new_seed() -> str:
    """A seed nobody can guess: who knows it could choose ids that land in one variant."""
    return secrets.token_hex(8)


class Status(models.TextChoices):
    DRAFT = "draft", _("Draft")
    RUNNING = "running", _("Running")
    PAUSED = "paused", _("Paused")
    STOPPED = "stopped", _("Stopped")
    DECIDED = "decided", _("Decided")


class NextStep(models.TextChoices):
    ROLL_OUT = "roll_out", _("Show it everywhere")
    ITERATE = "iterate", _("Improve it and test again")
    RERUN = "rerun", _("Repeat the test")
    LEAVE = "leave", _("Leave it at that")


class Layer(models.Model):
    """Experiments that exclude each other; its seed puts every visitor in one of 10,000 buckets."""

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="layers")
    key = models.CharField(_("key"), max_length=64, validators=[validate_key])
    seed = models.CharField(max_length=32, default=new_seed, editable=False)

    class Meta:
        verbose_name = _("layer")
        verbose_name_plural = _("layers")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["site", "key"], name="layer_key_once_per_site"),
        ]

    def __str__(self) -> str:
        return self.key


class Experiment(models.Model):
    """A comparison of banners on one placement."""

    class Unit(models.TextChoices):
        VISITOR = "visitor", _("Visitor")
        IMPRESSION = "impression", _("Impression")

    class Origin(models.TextChoices):
        LIVE = "live", _("Run here")
        EVENTS = "events", _("Imported events")
        RESULTS = "results", _("Imported totals")

    class Policy(models.TextChoices):
        FIXED = "fixed", _("Fixed split")
        RULES = "rules", _("By segment")
        THOMPSON = "thompson", _("Learning (Thompson)")

    class Reading(models.TextChoices):
        PLANNED = "planned", _("Planned end")
        OPEN = "open", _("No end date")

    class MdeKind(models.TextChoices):
        RELATIVE = "relative", _("percent of the control")
        POINTS = "points", _("percentage points")

    class Metric(models.TextChoices):
        CTR = "ctr", _("Click-through rate")
        CONVERSION_RATE = "conversion_rate", _("Conversion rate per visitor")
        REVENUE_PER_VISITOR = "revenue_per_visitor", _("Revenue per visitor")

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="experiments")
    key = models.CharField(_("key"), max_length=64, validators=[validate_key])
    name = models.CharField(_("name"), max_length=150)
    hypothesis = models.TextField(_("hypothesis"), blank=True)
    placement = models.ForeignKey(
        Placement,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="experiments",
        verbose_name=_("placement"),
    )
    origin = models.CharField(max_length=10, choices=Origin, default=Origin.LIVE)
    unit = models.CharField(max_length=10, choices=Unit, default=Unit.VISITOR)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.DRAFT)
    primary_metric = models.CharField(
        _("primary metric"), max_length=30, choices=Metric, default=Metric.CTR
    )
    mde = models.DecimalField(
        _("smallest effect worth finding"),
        max_digits=7,
        decimal_places=3,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
    )
    mde_kind = models.CharField(max_length=10, choices=MdeKind, default=MdeKind.RELATIVE)
    reading = models.CharField(
        _("reading"),
        max_length=10,
        choices=Reading,
        default=Reading.PLANNED,
        help_text=_("Both may be looked at every day; a planned end needs fewer visitors."),
    )
    planned_days = models.PositiveSmallIntegerField(
        _("planned days"), default=14, validators=[MaxValueValidator(365)]
    )
    planned_visitors = models.PositiveIntegerField(
        _("planned visitors"),
        default=0,
        help_text=_("In all variants together; 0 when only the days count."),
    )
    traffic_share = models.PositiveSmallIntegerField(
        _("traffic share"),
        default=100,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
        help_text=_("Percent of the placement's visitors who take part."),
    )
    policy = models.CharField(
        _("policy"),
        max_length=10,
        choices=Policy,
        default=Policy.FIXED,
        help_text=_("Who decides which banner a visitor gets."),
    )
    exploration_share = models.PositiveSmallIntegerField(
        _("exploration slice"),
        default=10,
        validators=[MinValueValidator(5), MaxValueValidator(50)],
        help_text=_("Percent of the visitors who get any banner by chance, to compare with."),
    )
    held_parameters = models.ForeignKey(
        "Parameters",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
    )
    slice = models.JSONField(default=list, editable=False)
    seed = models.CharField(max_length=32, default=new_seed, editable=False)
    phase = models.PositiveSmallIntegerField(default=1, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True
    )
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True, blank=True)
    stopped_at = models.DateTimeField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decision = models.CharField(max_length=64, blank=True)
    decision_reason = models.TextField(blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
    )
    against_reason = models.TextField(_("why against the recommendation"), blank=True)
    recommended = models.CharField(
        max_length=90,
        blank=True,
        editable=False,
        help_text=_("What the report recommended when it was decided."),
    )
    takeaways = models.TextField(_("takeaways"), blank=True)
    next_step = models.CharField(_("next step"), max_length=12, choices=NextStep, blank=True)
    tags = models.JSONField(_("tags"), default=list, blank=True)
    revision = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering = ["-created_at", "-id"]
        verbose_name = _("experiment")
        verbose_name_plural = _("experiments")
        indexes: ClassVar = [models.Index(fields=["site", "status"])]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["site", "key"], name="experiment_key_once_per_site"),
            models.CheckConstraint(
                condition=models.Q(status__in=Status.values), name="known_experiment_status"
            ),
            models.CheckConstraint(
                condition=models.Q(traffic_share__gte=1, traffic_share__lte=100),
                name="traffic_share_is_a_percentage",
            ),
            models.CheckConstraint(
                condition=models.Q(exploration_share__gte=5, exploration_share__lte=50),
                name="exploration_is_a_slice",
            ),
            models.CheckConstraint(
                condition=models.Q(policy__in=["fixed", "rules", "thompson"]),
                name="known_policy",
            ),
            models.CheckConstraint(
                condition=~models.Q(origin="live", placement=None), name="live_needs_a_placement"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Variant(models.Model):
    """One side of an experiment. The first one (position 0) is the control."""

    experiment = models.ForeignKey(Experiment, on_delete=models.CASCADE, related_name="variants")
    key = models.CharField(_("key"), max_length=64, validators=[validate_key])
    name = models.CharField(_("name"), max_length=300)
    position = models.PositiveSmallIntegerField()
    creative = models.ForeignKey(
        Creative, on_delete=models.PROTECT, null=True, blank=True, related_name="variants"
    )
    weight = models.PositiveIntegerField(
        _("weight"), default=1, help_text=_("Relative to the other variants.")
    )
    creative_cost = models.PositiveBigIntegerField(
        _("cost of the creative"), default=0, help_text=_("Once, in minor units.")
    )
    media_cost = models.PositiveBigIntegerField(
        _("media cost"), default=0, help_text=_("Per 1,000 impressions, in minor units.")
    )
    discount = models.DecimalField(
        _("discount"),
        max_digits=5,
        decimal_places=2,
        default=0,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
        help_text=_("Percent of the revenue that this banner gives away."),
    )
    bucket_start = models.PositiveSmallIntegerField(default=0, editable=False)
    bucket_end = models.PositiveSmallIntegerField(default=0, editable=False)

    class Meta:
        ordering = ["position"]
        verbose_name = _("variant")
        verbose_name_plural = _("variants")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["experiment", "key"], name="variant_key_once"),
            models.UniqueConstraint(
                fields=["experiment", "position"], name="variant_position_once"
            ),
            models.CheckConstraint(
                condition=models.Q(
                    bucket_end__gte=models.F("bucket_start"), bucket_end__lte=10_000
                ),
                name="variant_range_is_a_range",
            ),
        ]

    def __str__(self) -> str:
        return self.name
