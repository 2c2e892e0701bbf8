"""Every reason for a refusal has a sentence and a remedy, in both languages and the documents."""

import re
from pathlib import Path

import pytest

from delivery.messages import CHINESE, ENGLISH, TABLE
from delivery.remedies import REMEDIES, remedy, sentence, table

ROOT = Path(__file__).resolve().parent.parent.parent
RAISED = re.compile(r"""(?:Refused|_missing)\(\s*["'](\w+)["']""")


def raised() -> set[str]:
    texts = (path.read_text() for path in (ROOT / "delivery").rglob("*.py"))
    return {reason for text in texts for reason in RAISED.findall(text)} | {"bad_field"}


def test_reasons__that_the_steps_raise__have_a_sentence_and_a_remedy() -> None:
    assert raised() - REMEDIES.keys() == set()
    assert raised() - TABLE.keys() == set()


@pytest.mark.parametrize("reason", sorted(REMEDIES.keys() & TABLE.keys()))
@pytest.mark.parametrize("language", [ENGLISH, CHINESE])
def test_reason__in_both_languages__reads_without_a_gap(reason, language) -> None:
    for text in (sentence(reason, language), remedy(reason, language)):
        assert text
        assert not set("{}|") & set(text)


def test_document__of_the_api__has_the_table_of_the_code() -> None:
    assert table(ENGLISH) in (ROOT / "docs" / "api.md").read_text()
