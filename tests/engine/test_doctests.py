"""Every example in a docstring of the engine runs."""

import doctest
import importlib
from pathlib import Path

import pytest

import engine

ROOT = Path(engine.__file__).parent
MODULES = sorted(
    ".".join(("engine", *path.relative_to(ROOT).with_suffix("").parts))
    for path in ROOT.rglob("*.py")
    if path.stem != "__init__"
)


@pytest.mark.parametrize("name", MODULES)
def test_docstrings__every_module__examples_hold(name):
    found = doctest.testmod(importlib.import_module(name))
    assert found.attempted, f"{name} has no example"
    assert not found.failed
