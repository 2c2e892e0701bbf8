"""The tree of errors is a contract between the rooms."""

import re

import pytest

from engine import errors
from engine.errors import LabError, NotEnoughData, RateLimited, Shortage


def _tree(root: type[LabError]) -> list[type[LabError]]:
    return [root, *(leaf for child in root.__subclasses__() for leaf in _tree(child))]


OURS = [kind for kind in _tree(LabError) if kind.__module__ == errors.__name__]
NAMED = [kind for kind in OURS if "slug" in vars(kind)]


def test_tree__module_docstring__draws_every_class():
    drawn = set(re.findall(r"\b[A-Z][A-Za-z]+\b", errors.__doc__.split("An error names")[0]))
    assert {kind.__name__ for kind in OURS} <= drawn


def test_slugs__every_problem_type__unique_and_a_slug():
    slugs = [kind.slug for kind in NAMED]
    assert len(slugs) == len(set(slugs))
    assert all(re.fullmatch(r"[a-z][a-z0-9-]*", slug) for slug in slugs)


@pytest.mark.parametrize("kind", OURS)
def test_error__any_kind__keeps_what_it_was_given(kind):
    error = kind("Why.", field="a.b", hint="Do this.")
    assert (str(error), error.detail, error.field, error.hint) == (
        "Why.",
        "Why.",
        "a.b",
        "Do this.",
    )


def test_detail__lazy_translation__read_only_when_shown():
    class Lazy:
        def __str__(self) -> str:
            return "spät"

    detail = Lazy()
    error = errors.NotFound(detail)
    assert error.detail is detail
    assert str(error) == "spät"


def test_load_error__with_pause__says_how_long():
    assert RateLimited("Slower.", retry_after=7).retry_after == 7


def test_not_enough_data__with_shortages__carries_them():
    lack = Shortage("control", "clicks", 3, 5)
    assert NotEnoughData("Too little.", missing=[lack]).missing == (lack,)
