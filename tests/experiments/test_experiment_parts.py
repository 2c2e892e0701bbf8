"""Small pieces of pages about experiments."""

import pytest
from django.utils.translation import override

from experiments.templatetags.experiment_parts import unbroken
from experiments.testing_forms import LinkForm
from experiments.views.replay import ReplayForm


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("+¥157 至 +¥19,219。", ["+¥157", "+¥19,219"]),
        ("−US$1,200.50 to +€3", ["−US$1,200.50", "+€3"]),
        ("+25% to +77%", []),
        ("", []),
    ],
)
def test_unbroken__signed_amounts__each_on_one_line(text, marked):
    html = unbroken(text)
    for amount in marked:
        assert f'<span class="nowrap">{amount}</span>' in html
    assert html.count("nowrap") == len(marked)


def test_unbroken__what_somebody_wrote__escaped():
    assert "<b>" not in unbroken("<b>+¥1</b>")


@pytest.mark.parametrize("form", [ReplayForm, LinkForm])
def test_spans__of_a_form__in_the_language_of_the_reader(form):
    with override("zh-hans"):
        words = [label for _days, label in form().fields["days"].choices]
    assert all("天" in word for word in words)
