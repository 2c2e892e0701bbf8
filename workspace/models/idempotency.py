"""Answers kept for callers who ask twice because they did not hear the first one."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from workspace.models.site import Site


class KeptAnswer(models.Model):
    """What a changing request with an `Idempotency-Key` was answered.

    Without a `status` the first request is still being worked on. `caller` is a key or a person,
    `request` the SHA-256 of method, path and body: another request under the same key is refused.
    """

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="kept_answers")
    caller = models.CharField(max_length=40)
    key = models.CharField(max_length=255)
    request = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    headers = models.JSONField(default=dict)
    body = models.BinaryField(default=b"")
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("kept answer")
        verbose_name_plural = _("kept answers")
        indexes: ClassVar = [models.Index(fields=["created_at"])]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["site", "caller", "key"], name="one_answer_per_idempotency_key"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.caller} {self.key}"
