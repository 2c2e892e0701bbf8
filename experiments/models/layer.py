"""Layers: experiments that exclude each other."""

import secrets
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from workspace.models import Site, validate_key


def new_seed() -> str:
    """A seed nobody can guess: who knows it could choose ids that land in one variant."""
    return secrets.token_hex(8)


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
