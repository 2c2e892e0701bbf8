"""Fields that many answers have."""

from typing import Any, TypeAlias

from rest_framework import serializers

Named: TypeAlias = "serializers.SlugRelatedField[Any]"


def person() -> Named:
    """Somebody by the name to log in with."""
    return serializers.SlugRelatedField(slug_field="username", read_only=True, allow_null=True)


def keyed(**options: Any) -> Named:  # noqa: ANN401 - those of the field
    """A row by its key."""
    options = {"read_only": True, "allow_null": True} | options
    return serializers.SlugRelatedField(slug_field="key", **options)
