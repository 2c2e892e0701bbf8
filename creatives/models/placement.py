"""Where banners are shown: slots of the shop, of its e-mails and its app."""

from dataclasses import dataclass
from typing import Any, ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from creatives.models.creative import Creative
from workspace.models import Site, validate_key

OTHERS = ("tablet", "phone")


@dataclass(frozen=True, slots=True)
class Size:
    """How large a slot is on a device, in CSS pixels."""

    device: str
    width: int
    height: int


def _other_side(name: Any) -> "models.PositiveIntegerField[int | None, int | None]":  # noqa: ANN401 - lazy text
    return models.PositiveIntegerField(
        name,
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("Empty: the same as on the desktop."),
    )


def _characters(name: Any) -> "models.PositiveSmallIntegerField[int | None, int | None]":  # noqa: ANN401 - lazy text
    return models.PositiveSmallIntegerField(
        name,
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("In characters; empty: as long as the design allows."),
    )


def _both_or_neither(device: str) -> models.CheckConstraint:
    width, height = f"{device}_width", f"{device}_height"
    return models.CheckConstraint(
        condition=models.Q(**{f"{width}__gte": 1, f"{height}__gte": 1})
        | models.Q(**{f"{width}__isnull": True, f"{height}__isnull": True}),
        name=f"placement_{device}_size_whole",
    )


class Placement(models.Model):
    """A slot of the shop that a banner fills. It belongs to exactly one layer (by its key)."""

    class PageType(models.TextChoices):
        WELCOME = "welcome", _("Welcome")
        PRODUCT = "product", _("Product")
        PROMOTION = "promotion", _("Promotion")
        CLEARANCE = "clearance", _("Clearance")
        CATEGORY = "category", _("Category")
        CART = "cart", _("Cart")
        SEARCH = "search", _("Search")
        EMAIL = "email", _("E-mail")
        APP = "app", _("App")

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="placements")
    key = models.CharField(_("key"), max_length=64, validators=[validate_key])
    name = models.CharField(_("name"), max_length=120)
    page_type = models.CharField(
        _("page"), max_length=20, choices=PageType, default=PageType.WELCOME
    )
    width = models.PositiveIntegerField(_("width"), help_text=_("In CSS pixels."))
    height = models.PositiveIntegerField(_("height"), help_text=_("In CSS pixels."))
    tablet_width = _other_side(_("width on tablets"))
    tablet_height = _other_side(_("height on tablets"))
    phone_width = _other_side(_("width on phones"))
    phone_height = _other_side(_("height on phones"))
    max_kilobytes = models.PositiveIntegerField(
        _("weight limit"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("In kB, for what loads first; empty: the IAB limit of its size."),
    )
    max_headline = _characters(_("longest headline"))
    max_body = _characters(_("longest text"))
    max_button = _characters(_("longest button"))
    safe_area = models.PositiveSmallIntegerField(
        _("safe area"),
        default=0,
        validators=[MaxValueValidator(40)],
        help_text=_("Percent at each edge that the page may cover: words stay out of it."),
    )
    animated = models.BooleanField(
        _("animations and films allowed"),
        default=True,
    )
    layer = models.CharField(
        _("layer"),
        max_length=64,
        validators=[validate_key],
        help_text=_("Experiments of one layer exclude each other."),
    )
    fallback = models.ForeignKey(
        Creative,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="fallback_of",
        verbose_name=_("default creative"),
        help_text=_("Shown to everybody whom no experiment reaches."),
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name"]
        verbose_name = _("placement")
        verbose_name_plural = _("placements")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["site", "key"], name="placement_key_once_per_site"),
            models.CheckConstraint(
                condition=models.Q(width__gte=1, height__gte=1), name="placement_has_a_size"
            ),
            *(_both_or_neither(device) for device in ("tablet", "phone")),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.width}×{self.height})"

    @property
    def sizes(self) -> tuple["Size", ...]:
        """Its size per device, the desktop's first; devices without one of their own use that."""
        named = ((d, getattr(self, f"{d}_width"), getattr(self, f"{d}_height")) for d in OTHERS)
        others = (Size(device, width, height) for device, width, height in named if width)
        return (Size("desktop", self.width, self.height), *others)
