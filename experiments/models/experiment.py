"""Experiments and their variants."""

from typing import ClassVar

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from audiences.models import Segment
from creatives.models import Placement
from experiments.models.layer import new_seed
from workspace.models import Site, validate_key


class Status(models.TextChoices):
    DRAFT = "draft", _("Draft")
    IN_REVIEW = "in_review", _("In review")
    SCHEDULED = "scheduled", _("Scheduled")
    RUNNING = "running", _("Running")
    PAUSED = "paused", _("Paused")
    STOPPED = "stopped", _("Stopped")
    DECIDED = "decided", _("Decided")
    ARCHIVED = "archived", _("Archived")


NOT_BEGUN = (Status.DRAFT, Status.IN_REVIEW, Status.SCHEDULED)
"""Plans: no visitor has seen anything of them."""


class NextStep(models.TextChoices):
    ROLL_OUT = "roll_out", _("Show it everywhere")
    ITERATE = "iterate", _("Improve it and test again")
    RERUN = "rerun", _("Repeat the test")
    LEAVE = "leave", _("Leave it at that")


class Experiment(models.Model):
    """A comparison of banners on one placement."""

    class Unit(models.TextChoices):
        VISITOR = "visitor", _("Visitor")
        IMPRESSION = "impression", _("Impression")
        BLOCK = "block", _("Block of hours")

    class Origin(models.TextChoices):
        LIVE = "live", _("Run here")
        EVENTS = "events", _("Imported events")
        RESULTS = "results", _("Imported totals")
        HOLDOUT = "holdout", _("Holdout of the site")

    class EndAction(models.TextChoices):
        NOTIFY = "notify", _("Say so, and go on")
        STOP = "stop", _("Stop it")
        SHIP_WINNER = "ship_winner", _("Show what the report recommends everywhere")
        SHIP_VARIANT = "ship_variant", _("Show a named variant everywhere")

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
    also_on: models.ManyToManyField = models.ManyToManyField(  # type: ignore[type-arg]
        Placement,
        blank=True,
        related_name="also_shows",
        verbose_name=_("also on"),
        help_text=_("More placements of the same layer that show it too."),
    )
    audience = models.ForeignKey(
        Segment,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="experiments",
        verbose_name=_("audience"),
        help_text=_("Only visitors of this segment take part."),
    )
    targeting = models.JSONField(
        _("targeting"),
        default=dict,
        blank=True,
        help_text=_("A rule in the language of segments; empty: everybody."),
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
    block_hours = models.PositiveSmallIntegerField(
        _("hours of a block"),
        default=0,
        validators=[MaxValueValidator(168)],
        help_text=_("All visitors get one variant for so long, then it is drawn again."),
    )
    local = models.BooleanField(
        _("shops may decide by themselves"),
        default=False,
        help_text=_("GrowthBook's SDKs get the rules of this test and decide without asking."),
    )
    slice = models.JSONField(default=list, editable=False)
    seed = models.CharField(max_length=32, default=new_seed, editable=False)
    phase = models.PositiveSmallIntegerField(default=1, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True
    )
    created_at = models.DateTimeField(auto_now_add=True)
    starts_at = models.DateTimeField(_("start"), null=True, blank=True)
    ends_at = models.DateTimeField(_("end"), null=True, blank=True)
    end_action = models.CharField(
        _("at the end"), max_length=12, choices=EndAction, default=EndAction.NOTIFY
    )
    end_variant = models.CharField(_("variant to show"), max_length=64, blank=True)
    end_handled_at = models.DateTimeField(null=True, blank=True, editable=False)
    ramp = models.JSONField(
        _("ramp"),
        default=list,
        blank=True,
        help_text=_("Steps of the traffic share: percent, hours to hold, visitors to wait for."),
    )
    ramp_since = models.DateTimeField(null=True, blank=True, editable=False)
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
    )
    submitted_at = models.DateTimeField(null=True, blank=True, editable=False)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
    )
    approved_at = models.DateTimeField(null=True, blank=True, editable=False)
    returned_reason = models.TextField(_("why it was sent back"), blank=True)
    archived_from = models.CharField(max_length=10, blank=True, editable=False)
    told = models.JSONField(
        default=dict,
        editable=False,
        help_text="What the clock did or could not do, until somebody acts: code, time, facts.",
    )
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
    links = models.JSONField(_("links"), default=list, blank=True)
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
            models.CheckConstraint(
                condition=models.Q(unit="block", block_hours__gte=1)
                | (~models.Q(unit="block") & models.Q(block_hours=0)),
                name="blocks_have_hours",
            ),
            models.CheckConstraint(
                condition=models.Q(starts_at=None)
                | models.Q(ends_at=None)
                | models.Q(ends_at__gt=models.F("starts_at")),
                name="end_after_start",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def stage(self) -> str:
        """The status, and of an archived one what it was archived from."""
        archived = self.status == Status.ARCHIVED
        return self.archived_from or Status.DRAFT if archived else self.status

    @property
    def has_begun(self) -> bool:
        """Whether visitors have seen it, here or where it was imported from."""
        return self.stage not in NOT_BEGUN
