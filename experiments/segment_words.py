"""The rule of a segment in words."""

from engine.assignment.targeting import Condition, Item, Rule


def sentence(rule: Rule, *, currency: str) -> str:  # noqa: ARG001 - amounts are written with it
    """What a visitor of the rule has done or is."""
    return ", ".join(map(_item, rule.all))


def _item(item: Item) -> str:
    return " / ".join(map(_condition, item.choices))


def _condition(condition: Condition) -> str:
    value = condition.value
    text = ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)
    return f"{condition.feature} {condition.op.replace('_', ' ')} {text}"
