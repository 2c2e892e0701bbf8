"""What may be sent about creatives and versions."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from creatives import landing
from creatives.details import LARGEST_CAP
from creatives.library import NAME_LENGTH
from creatives.models import Creative, Version
from creatives.said import ALT_LENGTH
from creatives.slots import LENGTH
from creatives.words import Saying
from workspace.models import validate_key

MOVED = ("status", "live", "expired_at", "archived_at")


class SayingField(serializers.Serializer[Saying]):
    """Words in one language; what is left out stays."""

    alt = serializers.CharField(required=False, allow_blank=True, max_length=ALT_LENGTH)
    landing_url = serializers.CharField(
        required=False, allow_blank=True, max_length=landing.MAX_CHARACTERS
    )
    slots = serializers.DictField(
        child=serializers.CharField(allow_blank=True, max_length=LENGTH), required=False
    )


class SayingInput(SayingField):
    """Words in one language; `decorative` holds for all languages."""

    decorative = serializers.BooleanField(required=False)


def saying_of(values: Mapping[str, Any]) -> Saying:
    """Words as the use-cases take them."""
    return Saying(values.get("alt"), values.get("landing_url"), dict(values.get("slots") or {}))


class VersionInput(serializers.Serializer[Version]):
    """A version: a file, or the one of an earlier upload of the site (`original`), and words."""

    upload = serializers.FileField(required=False, help_text="JPEG, PNG, GIF, WebP or AVIF.")
    original = serializers.RegexField(
        "^[0-9a-f]{64}$", required=False, help_text="`original_sha256` of an earlier upload."
    )
    alt = serializers.CharField(required=False, allow_blank=True, max_length=ALT_LENGTH)
    landing_url = serializers.CharField(required=False, max_length=landing.MAX_CHARACTERS)
    decorative = serializers.BooleanField(required=False, default=None, allow_null=True)
    words = serializers.JSONField(
        required=False,
        help_text='Other languages: {"zh-Hans": {"alt": "…", "landing_url": "…", "slots": {}}}.',
    )

    def validate_words(self, value: object) -> dict[str, Saying]:
        """Language by language; a form sends it as text."""
        if not isinstance(value, dict):
            raise serializers.ValidationError(_("This is an object with a language per key."))
        found = {}
        for locale, typed in value.items():
            form = SayingField(data=typed)
            form.is_valid(raise_exception=True)
            found[str(locale)] = saying_of(form.validated_data)
        return found


class CreativeInput(VersionInput):
    """A creative with its first version."""

    name = serializers.CharField(max_length=NAME_LENGTH)
    key = serializers.CharField(required=False, max_length=64, validators=[validate_key])


class CreativeChange(serializers.Serializer[Creative]):
    """What of a creative may be changed at once; its status is moved by people."""

    name = serializers.CharField(required=False, max_length=NAME_LENGTH)
    tags = serializers.ListField(child=serializers.CharField(allow_blank=True), required=False)
    owner = serializers.CharField(required=False, allow_null=True, help_text="A user name.")
    licence = serializers.CharField(required=False, allow_blank=True)
    expires_at = serializers.DateTimeField(required=False, allow_null=True)
    cap_per_session = serializers.IntegerField(
        required=False, allow_null=True, min_value=1, max_value=LARGEST_CAP
    )
    cap_per_day = serializers.IntegerField(
        required=False, allow_null=True, min_value=1, max_value=LARGEST_CAP
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse by name what only a move changes."""
        sent = next((name for name in MOVED if name in self.initial_data), None)
        if sent:
            raise serializers.ValidationError(
                {sent: _("This is not written: submit, approve, archive and the like move it.")}
            )
        return attrs


class MoveInput(serializers.Serializer[Version]):
    """Why, for a no and a taking away; reasons of waived findings by rule, for a yes."""

    reason = serializers.CharField(required=False, allow_blank=True, default="")
    waivers = serializers.DictField(child=serializers.CharField(), required=False)
