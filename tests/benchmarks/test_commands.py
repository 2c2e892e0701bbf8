"""Benchmarks run rarely: what they are made of must still be there when they do."""

import importlib
from pathlib import Path

import pytest

import benchmarks

FOLDER = Path(benchmarks.__file__).parent
# Importing what the calibration needs takes longer than all others together.
COMMANDS = sorted(
    path.stem
    for path in FOLDER.glob("*.py")
    if "def main()" in path.read_text() and path.stem != "calibration"
)


@pytest.mark.parametrize("name", COMMANDS)
def test_command__of_the_benchmarks__can_be_started(name: str) -> None:
    assert importlib.import_module(f"benchmarks.{name}").main
