"""The experiment's own rule as rows of conditions; no row is no rule, and everybody."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.http import QueryDict

from audiences import forms as editor
from audiences import rows
from engine.assignment.targeting import Rule
from engine.errors import InvalidInput
from experiments import audience

PREFIX: Final = "t"


class OwnRule:
    """The editor of segments, for one experiment."""

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        currency: str,
        document: Mapping[str, Any] | None = None,
    ) -> None:
        start: Sequence[Mapping[str, str]] = []
        rule = _readable(document or {})
        if rule is not None:
            start = editor.initial_of(rule, currency=currency)
        sent = data if data is not None and f"{PREFIX}-TOTAL_FORMS" in data else None
        self.document_before = dict(document or {})
        self.rows = editor.conditions(
            currency=currency, data=sent, initial=start, prefix=PREFIX, least=0
        )

    def is_valid(self) -> bool:
        return not self.rows.is_bound or self.rows.is_valid()

    def document(self) -> dict[str, Any]:
        """The rule that the rows make; what was there before where the rows were not sent."""
        if not self.rows.is_bound:
            return self.document_before
        return self.rows.document() if self.rows.forms else {}

    def typed(self) -> dict[str, Any]:
        """The same while it is typed: without a rule as long as something is missing."""
        return self.document() if self.is_valid() else {}

    def quiet(self) -> None:
        self.rows.quiet()


def _readable(document: Mapping[str, Any]) -> Rule | None:
    try:
        return audience.read(document)
    except InvalidInput:
        return None


def reshaped(data: QueryDict) -> QueryDict | None:
    """What has been typed with a condition more or less; None if nobody asked for that."""
    return rows.reshaped(data, prefix=PREFIX, least=0)
