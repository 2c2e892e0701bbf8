"""What the management API says of creatives and their versions."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from creatives import rendering, words
from creatives.models import Creative, Rendition, Version
from workspace.api.fields import Named, person


class NewestData(serializers.ModelSerializer[Version]):
    """The newest version in short."""

    class Meta:
        model = Version
        fields = ("number", "status", "kind", "width", "height", "alt", "decorative")


class CreativeData(serializers.ModelSerializer[Creative]):
    """A banner; `live` is the number of the version that visitors see."""

    owner = person()
    created_by = person()
    live = serializers.IntegerField(source="live.number", read_only=True, allow_null=True)
    newest = serializers.SerializerMethodField()
    thumbnail = serializers.SerializerMethodField()

    class Meta:
        model = Creative
        fields = (
            "key", "name", "tags", "owner", "licence", "expires_at", "expired_at", "archived_at",
            "cap_per_session", "cap_per_day", "live", "newest", "thumbnail", "created_by",
            "created_at",
        )  # fmt: skip

    def to_representation(self, instance: Creative) -> dict[str, Any]:
        data: dict[str, Any] = super().to_representation(instance)
        return data | {"live": instance.live.number if instance.live else None}

    @extend_schema_field(NewestData(allow_null=True))
    def get_newest(self, row: Creative) -> dict[str, Any] | None:
        version = rendering.newest(row)
        return dict(NewestData(version).data) if version else None

    def get_thumbnail(self, row: Creative) -> str | None:
        file = rendering.thumbnail(row)
        return rendering.media_url(file.file) if file else None


class RenditionData(serializers.ModelSerializer[Rendition]):
    """One file of a version."""

    url = serializers.SerializerMethodField()

    class Meta:
        model = Rendition
        fields = (
            "url", "purpose", "mime_type", "width", "height", "density", "css_width", "css_height",
            "locale", "bytes",
        )  # fmt: skip

    def get_url(self, row: Rendition) -> str:
        return rendering.media_url(row.file)


class SpokenData(serializers.Serializer[words.Spoken]):
    """The words in one language; `lacks` names what is still to be translated."""

    locale = serializers.CharField()
    dir = serializers.ChoiceField(["ltr", "rtl"])
    alt = serializers.CharField()
    landing_url = serializers.CharField()
    slots = serializers.DictField(child=serializers.CharField())
    lacks = serializers.ListField(child=serializers.CharField())


class VersionData(serializers.ModelSerializer[Version]):
    """One version: what it shows, what it says, how far it is."""

    creative = serializers.CharField(source="creative.key", read_only=True)
    is_live = serializers.SerializerMethodField()
    words = serializers.SerializerMethodField()
    product: Named = serializers.SlugRelatedField(slug_field="sku", read_only=True, allow_null=True)
    submitted_by = person()
    reviewed_by = person()
    created_by = person()
    renditions = RenditionData(many=True, read_only=True)

    class Meta:
        model = Version
        fields = (
            "creative", "number", "kind", "status", "is_live", "decorative", "words", "width",
            "height", "frames", "duration_ms", "focus_x", "focus_y", "design", "levels", "product",
            "original_name", "original_type", "original_bytes", "original_sha256", "submitted_by",
            "submitted_at", "reviewed_by", "reviewed_at", "reason", "created_by", "created_at",
            "renditions",
        )  # fmt: skip

    def get_is_live(self, row: Version) -> bool:
        return row.creative.live_id == row.pk

    @extend_schema_field(SpokenData(many=True))
    def get_words(self, row: Version) -> list[dict[str, Any]]:
        return [dict(SpokenData(said).data) for said in words.spoken(row)]
