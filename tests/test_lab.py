"""The bootstrap: from a bare Python to the packages, and plain words when it cannot."""

import ast
import importlib.util
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from importlib.machinery import SourceFileLoader
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

Lab = Callable[..., "subprocess.CompletedProcess[str]"]

# Stands where the real stack would be handed over to; says how it was called.
ECHO = "import sys; print('handed over:', *sys.argv[1:])"


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A folder like a fresh clone of a project that needs no packages at all."""
    root = tmp_path / "克隆 of lab"
    (root / "banner_lab" / "stack").mkdir(parents=True)
    shutil.copy(ROOT / "lab", root / "lab")
    (root / "banner_lab" / "stack" / "__main__.py").write_text(ECHO)
    (root / "requirements.txt").write_text("# nothing\n")
    (root / "requirements-dev.txt").write_text("# nothing\n")
    return root


@pytest.fixture
def lab(clone: Path) -> Lab:
    def run(*arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, clone / "lab", *arguments],
            capture_output=True,
            text=True,
            env={**os.environ, **environment},
            check=False,
        )

    return run


def test_help__no_arguments__lists_every_command(lab: Lab) -> None:
    done = lab()
    assert done.returncode == 0
    for command in ("up", "test", "status", "logs", "doctor", "reset", "backup", "restore"):
        assert f"./lab {command}" in done.stdout


def test_unknown_command__default__prints_help_and_fails(lab: Lab) -> None:
    done = lab("start")
    assert done.returncode == 2
    assert "There is no command 'start'" in done.stderr
    assert "./lab up" in done.stderr


def test_status__nothing_installed__says_what_to_do(lab: Lab) -> None:
    done = lab("status")
    assert done.returncode == 1
    assert "./lab up sets everything up" in done.stderr


def test_up__fresh_clone__installs_once_and_hands_over(lab: Lab, clone: Path) -> None:
    first = lab("up", "--port", "8123")
    assert first.returncode == 0, first.stdout + first.stderr
    assert "Installing requirements.txt" in first.stdout
    assert "handed over: up --port 8123" in first.stdout
    # A second start needs no network, not even pip.
    second = lab("up", PIP_NO_INDEX="1", PIP_FIND_LINKS="/nowhere")
    assert second.stdout == "handed over: up\n"


def test_up__requirements_changed__installs_again(lab: Lab, clone: Path) -> None:
    lab("up")
    (clone / "requirements.txt").write_text("# something else\n")
    assert "Installing requirements.txt" in lab("up").stdout


def test_up__interrupted_installation__starts_afresh(lab: Lab, clone: Path) -> None:
    lab("up")
    (clone / ".venv" / "banner-lab-unfinished").touch()
    (clone / ".venv" / "torn").touch()
    done = lab("up")
    assert "did not finish" in done.stdout
    assert "handed over: up" in done.stdout
    assert not (clone / ".venv" / "torn").exists()


def test_up__broken_python__makes_the_environment_anew(lab: Lab, clone: Path) -> None:
    lab("up")
    python = clone / ".venv" / "bin" / "python"
    python.unlink()
    python.symlink_to("/nowhere/python3")
    assert "!!  Packages" in lab("doctor").stdout
    assert "handed over: up" in lab("up").stdout


def test_up__package_without_hash__is_refused_and_repaired_later(lab: Lab, clone: Path) -> None:
    (clone / "requirements.txt").write_text("pip==1.0\n")
    failed = lab("up", PIP_NO_INDEX="1")
    assert failed.returncode == 1
    assert "The installation failed" in failed.stderr
    (clone / "requirements.txt").write_text("# nothing\n")
    assert "handed over: up" in lab("up").stdout


def test_doctor__fresh_clone__finds_only_the_packages_missing(lab: Lab) -> None:
    done = lab("doctor")
    assert done.returncode == 1
    problems = [line for line in done.stdout.splitlines() if "!!" in line]
    assert len(problems) == 1
    assert "./lab up does it" in problems[0]


def test_first_lines__old_python__can_read_the_whole_file() -> None:
    # What an old Python has to do is parse everything and run the part before the check.
    source = (ROOT / "lab").read_text(encoding="utf-8")
    ast.parse(source, feature_version=(3, 7))


def test_find_python__none_new_enough__says_what_is_needed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    loader = SourceFileLoader("lab_bootstrap", str(ROOT / "lab"))
    spec = importlib.util.spec_from_loader("lab_bootstrap", loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    loader.exec_module(module)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SystemExit, match=r"needs Python 3\.11 or newer"):
        module.find_python()


def test_stamp__default__names_the_python_it_was_made_for(lab: Lab, clone: Path) -> None:
    lab("up")
    stamp = json.loads((clone / ".venv" / "banner-lab-installed.json").read_text())
    assert stamp["python"] == f"{sys.version_info.major}.{sys.version_info.minor}"
    stamp["python"] = "3.9"
    (clone / ".venv" / "banner-lab-installed.json").write_text(json.dumps(stamp))
    assert "Installing requirements.txt" in lab("up").stdout
