"""Rules of the house that no linter knows."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command

ROOT = Path(__file__).resolve().parent.parent
ROOMS = (
    "audiences",
    "banner_lab",
    "creatives",
    "delivery",
    "demo",
    "engine",
    "events",
    "experiments",
    "workspace",
)
BANNED = {"utils", "helpers", "services", "common", "misc"}
LONGEST = 300


def _modules():
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path


def test_modules__whole_house__short_enough_to_read_in_one_sitting():
    long = {
        str(p.relative_to(ROOT)): n
        for p in _modules()
        if (n := len(p.read_text().splitlines())) > LONGEST
    }
    assert long == {}


def test_modules__whole_house__named_after_what_they_do():
    assert [p for p in _modules() if p.stem in BANNED] == []


def test_status__whole_house__written_only_by_the_life_cycle():
    writers = {
        str(p.relative_to(ROOT))
        for p in _modules()
        if p.parts[-2] != "reports" and re.search(r"experiment\.status = ", p.read_text())
    }
    assert writers <= {"experiments/lifecycle.py"}


def _said_when_imported(tree: ast.AST):
    """Lines outside of functions that fill in a translation: in one language for everybody."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        filled = isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod)
        if filled and isinstance(node.left, ast.Call) and isinstance(node.left.func, ast.Name):
            name = node.left.func.id
            if name == "_" or "gettext" in name:
                yield node.lineno
        yield from _said_when_imported(node)


def test_translations__whole_house__made_when_somebody_reads_them():
    frozen = {
        str(p.relative_to(ROOT)): lines
        for p in _modules()
        if (lines := list(_said_when_imported(ast.parse(p.read_text()))))
    }
    assert frozen == {}


@pytest.mark.parametrize("room", ["engine", "delivery"])
def test_room__imported_alone__loads_no_django(room):
    modules = [
        ".".join(p.relative_to(ROOT).with_suffix("").parts)
        for p in sorted((ROOT / room).rglob("*.py"))
        if p.stem != "__init__"
    ]
    code = (
        f"import sys, importlib\nfor m in {modules!r}: importlib.import_module(m)\n"
        "sys.exit('django' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


@pytest.mark.django_db
def test_migrations__models_as_they_are__complete():
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_admin__every_model_of_ours__registered():
    from django.contrib import admin

    ours = [m for m in apps.get_models() if m._meta.app_label in ROOMS]
    assert [m.__name__ for m in ours if not admin.site.is_registered(m)] == []


def test_templates__all__no_inline_script_or_style():
    inline = re.compile(
        r"<script(?![^>]*(src=|type=\"application/json\"))[^>]*>|<style|\sstyle=|\son[a-z]+=\""
    )
    found = {
        str(p.relative_to(ROOT)): m.group(0)
        for p in (ROOT / "templates").rglob("*.html")
        if (m := inline.search(p.read_text()))
    }
    assert found == {}


def test_sources__whole_house__no_leftover_prints_of_secrets_or_hosts():
    private = re.compile(r"(/home/\w+/|/root/|https?://[\w.-]*(pypi|registry|npmjs)[\w.-]*)")
    found = [str(p.relative_to(ROOT)) for p in _modules() if private.search(p.read_text())]
    assert found == []


def test_functions__whole_house__documented_where_public_in_the_engine():
    missing = []
    for path in sorted((ROOT / "engine").rglob("*.py")):
        for node in ast.parse(path.read_text()).body:
            public = isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith(
                "_"
            )
            if public and not ast.get_docstring(node):
                missing.append(f"{path.relative_to(ROOT)}:{node.name}")
    assert missing == []


def test_image__every_room__is_in_it():
    listed = (ROOT / ".dockerignore").read_text().splitlines()
    assert {f"!{room}" for room in ROOMS} <= set(listed)
