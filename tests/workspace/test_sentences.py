"""Sentences one after the other."""

import pytest
from django.utils.translation import gettext_lazy

from workspace.sentences import together


@pytest.mark.parametrize(
    ("sentences", "text"),
    [
        (["One.", "Two."], "One. Two."),
        (["一句。", "两句！", "三句"], "一句。两句！三句"),
        (["One.", None, "", gettext_lazy("Done")], "One. Done"),
        (["共 3 位。", "2 位"], "共 3 位。2 位"),
        ([], ""),
    ],
)
def test_together__sentences_of_a_language__spaced_as_it_does(sentences, text):
    assert together(sentences) == text
