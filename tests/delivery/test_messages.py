"""Two languages, one table."""

import ast
import re
import string
from pathlib import Path

import pytest

from delivery import messages
from delivery.hints import HINTS
from delivery.messages import CHINESE, ENGLISH, TABLE, language_of, message
from delivery.remedies import REMEDIES

ROOT = Path(__file__).resolve().parent.parent.parent / "delivery"


def _names(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


NO_REFUSALS = {"expected", "unexpected"}
"""A part of other sentences, and what a client can only wait for."""


@pytest.mark.parametrize("key", TABLE)
def test_table__each_refusal__has_a_hint_that_needs_nothing_more(key) -> None:
    if key.startswith("title_") or key.endswith("_hint") or key in NO_REFUSALS:
        return
    hint = f"{key}_hint"
    known = hint in HINTS or hint in TABLE or key in GIVEN_ANOTHER or key in REMEDIES
    assert known, f"what helps against {key}?"
    if hint in HINTS:
        assert _names(HINTS[hint][0]) <= _names(TABLE[key][0])


GIVEN_ANOTHER = {"no_batch", "no_snapshot", "not_durable", "too_many_requests"}
"""Those whose remedy is that of another sentence, named where they are raised."""


@pytest.mark.parametrize("key", HINTS)
def test_hints__each__has_both_languages_and_a_refusal(key) -> None:
    english, chinese = HINTS[key]
    assert _names(english) == _names(chinese)
    assert re.search(r"[\u4e00-\u9fff]", chinese)
    assert key.removesuffix("_hint") in TABLE


@pytest.mark.parametrize("key", TABLE)
def test_table__each_sentence__has_both_languages_and_the_same_values(key) -> None:
    english, chinese = TABLE[key]
    assert _names(english) == _names(chinese)
    assert re.search(r"[\u4e00-\u9fff]", chinese)
    assert not re.search(r"[\u4e00-\u9fff]", english)


def test_table__every_key_that_the_code_names__exists() -> None:
    named = {
        call.args[0].value
        for path in ROOT.glob("*.py")
        for call in ast.walk(ast.parse(path.read_text()))
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Name)
        and call.func.id in {"message", "Refused"}
        and call.args
        and isinstance(call.args[0], ast.Constant)
    }
    assert len(named) > 40
    assert named <= set(TABLE)


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", ENGLISH),
        ("zh", CHINESE),
        ("zh-CN,zh;q=0.9,en;q=0.8", CHINESE),
        ("zh-Hant-TW", CHINESE),
        ("en-GB,en;q=0.9,zh;q=0.8", ENGLISH),
        ("fr,zh;q=0.5", CHINESE),
        ("fr", ENGLISH),
        ("zh;q=0", ENGLISH),
        ("*", ENGLISH),
        (";;;,,q=;=", ENGLISH),
        ("zh" * 5000, ENGLISH),
    ],
)
def test_language_of__accept_language__is_one_of_ours(header, language) -> None:
    assert language_of(header) == language


def test_say__nested_sentence__is_translated_too() -> None:
    why = message("expected", expected="str", got="int")
    text = message("does_not_fit", field="user_id", why=why)
    assert str(text) == "'user_id' does not fit: expected str, got int."
    assert messages.say(text, CHINESE) == "“user_id”不符合要求：应为 str，实为 int。"
