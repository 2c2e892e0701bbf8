"""Decisions against the report that wait for a second person."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

__all__ = ["DecisionRequest"]


class DecisionRequest(models.Model):
    """What somebody wants to decide against the recommendation, until another person answers.

    Rows stay: who asked and who confirmed is part of the record of the decision.
    """

    class State(models.TextChoices):
        PENDING = "pending", _("Waiting for a second person")
        CONFIRMED = "confirmed", _("Confirmed")
        DECLINED = "declined", _("Declined")
        OVERTAKEN = "overtaken", _("Overtaken by another decision")

    experiment = models.ForeignKey(
        "experiments.Experiment", on_delete=models.CASCADE, related_name="decision_requests"
    )
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.PENDING)
    variant = models.CharField(_("variant"), max_length=64, blank=True)
    reason = models.TextField(_("why"))
    against_reason = models.TextField(_("why against the recommendation"))
    recommended = models.CharField(max_length=90, blank=True)
    takeaways = models.TextField(_("takeaways"), blank=True)
    next_step = models.CharField(_("next step"), max_length=12, blank=True)
    tags = models.JSONField(_("tags"), default=list, blank=True)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    asked_at = models.DateTimeField()
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    answered_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-asked_at", "-id"]
        verbose_name = _("decision request")
        verbose_name_plural = _("decision requests")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["experiment"],
                condition=models.Q(state="pending"),
                name="one_pending_decision",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="confirmed", answered_by=models.F("asked_by")),
                name="confirmed_by_another_person",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.experiment} · {self.variant or '-'} · {self.state}"
