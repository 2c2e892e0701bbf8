"""What belongs to a plan beside the experiment: its seal, templates, test visitors, holdout."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from experiments.models.experiment import Experiment
from experiments.models.layer import new_seed
from experiments.models.variant import Variant
from workspace.models import Site


class SealedPlan(models.Model):
    """What was planned when a phase began, and its hash: what is different later is a departure."""

    experiment = models.ForeignKey(Experiment, on_delete=models.CASCADE, related_name="seals")
    phase = models.PositiveSmallIntegerField()
    body = models.JSONField()
    sha256 = models.CharField(max_length=64)
    sealed_at = models.DateTimeField()
    sealed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )

    class Meta:
        verbose_name = _("sealed plan")
        verbose_name_plural = _("sealed plans")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["experiment", "phase"], name="one_seal_per_phase"),
        ]

    def __str__(self) -> str:
        return f"{self.experiment} · {self.phase}"


class PlanTemplate(models.Model):
    """A plan to begin new experiments from."""

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="plan_templates")
    name = models.CharField(_("name"), max_length=120)
    plan = models.JSONField(_("plan"))
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name"]
        verbose_name = _("template of plans")
        verbose_name_plural = _("templates of plans")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["site", "name"], name="template_name_once_per_site"),
        ]

    def __str__(self) -> str:
        return self.name


class TestUnit(models.Model):
    """A visitor of the team who always gets one variant, and is never counted.

    Stored is the pseudonym of the id, and a label by which people know who it is.
    """

    __test__ = False  # not a class of tests

    experiment = models.ForeignKey(Experiment, on_delete=models.CASCADE, related_name="test_units")
    variant = models.ForeignKey(Variant, on_delete=models.CASCADE, related_name="+")
    pseudonym = models.CharField(max_length=64)
    label = models.CharField(_("who"), max_length=100)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["label"]
        verbose_name = _("test visitor")
        verbose_name_plural = _("test visitors")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["experiment", "pseudonym"], name="test_unit_once_per_experiment"
            ),
        ]

    def __str__(self) -> str:
        return self.label


class Holdout(models.Model):
    """Visitors of a site who get the defaults for a quarter, to see what all tests together bring.

    It is measured as an ordinary experiment with the variants `held` and `rest`, whose origin is
    `holdout`; its slice is the holdout's own seed, beside all layers.
    """

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="holdouts")
    quarter = models.CharField(_("quarter"), max_length=6, help_text=_("Such as 2026Q4."))
    share = models.PositiveSmallIntegerField(_("share"), help_text=_("Percent of all visitors."))
    seed = models.CharField(max_length=32, default=new_seed, editable=False)
    experiment = models.OneToOneField(Experiment, on_delete=models.CASCADE, related_name="holdout")
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-started_at"]
        verbose_name = _("holdout")
        verbose_name_plural = _("holdouts")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["site", "quarter"], name="one_holdout_per_quarter"),
            models.CheckConstraint(
                condition=models.Q(share__gte=1, share__lte=20), name="holdout_is_small"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.site} · {self.quarter}"
