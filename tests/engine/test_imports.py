"""What the rooms of the engine drag in when they are imported."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def _loaded_after(*modules: str) -> set[str]:
    code = f"import sys, {', '.join(modules)}; print(*sys.modules)"
    ran = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True
    )
    return set(ran.stdout.split())


def test_assignment__imported__stays_free_of_numerics():
    loaded = _loaded_after(
        "engine.assignment.assign",
        "engine.assignment.targeting",
        "engine.policies.fixed",
        "engine.errors",
    )
    assert not loaded & {"numpy", "scipy", "statsmodels", "django"}


def test_stats__imported__leaves_slow_libraries_for_their_use():
    paths = (ROOT / "engine" / "stats").glob("*.py")
    loaded = _loaded_after(*sorted(f"engine.stats.{path.stem}" for path in paths))
    assert not loaded & {"scipy.stats", "scipy.special", "statsmodels", "pandas", "django"}
