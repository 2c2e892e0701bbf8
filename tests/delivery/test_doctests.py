"""The examples in the docstrings are right."""

import doctest
import importlib
import pkgutil

import pytest

import delivery

MODULES = [f"delivery.{module.name}" for module in pkgutil.iter_modules(delivery.__path__)]


@pytest.mark.parametrize("name", MODULES)
def test_docstrings__every_example__gives_what_it_says(name) -> None:
    assert doctest.testmod(importlib.import_module(name)).failed == 0
