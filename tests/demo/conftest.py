"""The demo keeps its credentials in the state folder: every test has its own."""

import pytest


@pytest.fixture(autouse=True)
def state(tmp_path, monkeypatch):
    monkeypatch.setenv("LAB_STATE", str(tmp_path))
    return tmp_path
