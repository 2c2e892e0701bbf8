"""The pages of audiences, with plain forms."""

import time

import pytest

from audiences import segments
from audiences.examples import LABELS
from audiences.models import Segment
from engine.assignment.rule_document import MOST_CONDITIONS
from engine.errors import IllegalMove
from experiments.models import PolicyRule
from tests.audiences.profiles import a_profile, keep
from tests.factories import NOW, a_site, an_experiment
from workspace.models import AuditEntry

pytestmark = pytest.mark.django_db
MOST_QUERIES = 30
RULE = {"all": [{"feature": "visits", "op": "at_least", "value": 3}]}
NEW = "/s/shop/audiences/new/"


def _segment(site, name="Regulars", rule=RULE):
    return segments.create(site, name=name, rule=rule, actor=None, now=NOW)


def _row(**changes):
    return {
        "join": "and",
        "feature": "visits",
        "part": "",
        "op": "at_least",
        "value": "3",
    } | changes


def _fields(*rows, **changes):
    rows = rows or (_row(),)
    fields = {"name": "Regulars", "key": "", "r-TOTAL_FORMS": len(rows), "r-INITIAL_FORMS": 0}
    for number, row in enumerate(rows):
        fields |= {f"r-{number}-{name}": text for name, text in row.items()}
    return fields | changes


def test_list__nothing_there__one_button(client, marketer):
    page = client.get("/s/shop/audiences/").content.decode()
    assert page.count("/audiences/new/") == 1


def test_list__manager__looks_only(client, site, manager):
    _segment(site)
    assert "/audiences/new/" not in client.get("/s/shop/audiences/").content.decode()
    page = client.get("/s/shop/audiences/regulars/").content.decode()
    assert "has been here at least 3 times" in page
    assert "/edit/" not in page
    assert "/delete/" not in page


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("get", "new/"),
        ("post", "new/"),
        ("get", "regulars/edit/"),
        ("post", "regulars/edit/"),
        ("post", "regulars/delete/"),
    ],
)
def test_changing__manager__not_allowed(client, site, manager, method, path):
    _segment(site)
    assert getattr(client, method)(f"/s/shop/audiences/{path}", _fields()).status_code == 403
    assert Segment.objects.get().name == "Regulars"


@pytest.mark.parametrize(
    ("method", "path"), [("get", ""), ("get", "edit/"), ("post", "edit/"), ("post", "delete/")]
)
def test_segment__of_another_site__not_found(client, site, marketer, method, path):
    _segment(a_site("other"))
    assert (
        getattr(client, method)(f"/s/shop/audiences/regulars/{path}", _fields()).status_code == 404
    )
    assert (
        getattr(client, method)(f"/s/other/audiences/regulars/{path}", _fields()).status_code == 404
    )


def test_new__good__saved_recorded_and_shown(client, marketer):
    rows = (
        _row(feature="affinity.category.", part="Running  Shoes", value="1,5"),
        _row(feature="device", op="one_of", value="phone, tablet"),
        _row(join="or", feature="spent", op="more_than", value="99.90"),
    )
    answer = client.post(NEW, _fields(*rows), follow=True)
    assert answer.redirect_chain == [("/s/shop/audiences/regulars/", 302)]
    assert Segment.objects.get().rule == {
        "all": [
            {"feature": "affinity.category.running shoes", "op": "at_least", "value": 1.5},
            {
                "any": [
                    {"feature": "device", "op": "one_of", "value": ["phone", "tablet"]},
                    {"feature": "spent", "op": "more_than", "value": 9990},
                ]
            },
        ]
    }
    assert AuditEntry.objects.get(action="create", object_type="segment").actor == marketer


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"r-0-feature": ""}, "feature"),
        ({"r-0-feature": "mood"}, "feature"),
        ({"r-0-feature": "affinity.category."}, "part"),
        ({"r-0-feature": "affinity.category.", "r-0-part": "x" * 65}, "part"),
        ({"r-0-feature": "affinity.category.", "r-0-part": "ß" * 64}, "part"),
        ({"r-0-feature": "attributes.", "r-0-part": "a\x00", "r-0-op": "is"}, "part"),
        ({"r-0-feature": "attributes.", "r-0-part": "a\x07", "r-0-op": "is"}, "part"),
        ({"r-0-op": ""}, "op"),
        ({"r-0-op": "above"}, "op"),
        ({"r-0-op": "contains"}, "op"),
        ({"r-0-feature": "device"}, "op"),
        ({"r-0-value": ""}, "value"),
        ({"r-0-value": "many"}, "value"),
        ({"r-0-value": "nan"}, "value"),
        ({"r-0-value": "1e400"}, "value"),
        ({"r-0-value": "3\x00"}, "value"),
        ({"r-0-value": "3" * 5000}, "value"),
        ({"r-0-op": "one_of", "r-0-value": "1, two"}, "value"),
        ({"r-0-feature": "spent", "r-0-value": "1.234"}, "value"),
        ({"r-0-feature": "device", "r-0-op": "is", "r-0-value": "x" * 201}, "value"),
    ],
)
def test_new__bad_condition__said_beside_it_and_nothing_made(client, marketer, changes, field):
    answer = client.post(NEW, _fields(**changes))
    assert answer.status_code == 422
    assert answer.context["rows"].forms[0].errors.keys() == {field}
    assert f'id="id_r-0-{field}_error"' in answer.content.decode()
    assert not Segment.objects.exists()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 121}, "name"),
        ({"key": "No Key"}, "key"),
        ({"key": "new"}, "key"),
        ({"name": "a\x00"}, "name"),
    ],
)
def test_new__bad_name_or_key__said_beside_it(client, marketer, changes, field):
    answer = client.post(NEW, _fields(**changes))
    assert answer.status_code in {409, 422}
    assert answer.context["form"].errors.keys() == {field}


@pytest.mark.parametrize("total", ["", "0", "-1", "x", "21", "99999999999999999999", "\u0664"])
def test_new__strange_number_of_rows__no_crash(client, marketer, total):
    fields = _fields(**{"r-TOTAL_FORMS": total})
    assert client.post(NEW, fields).status_code in {302, 422}
    for extra in (
        {"add": "1"},
        {"alternative": "0"},
        {"remove": "0"},
        {"remove": "x"},
        {"refresh": "1"},
    ):
        assert client.post(NEW, fields | extra).status_code == 200
    assert client.post(f"{NEW}?part=preview", fields).status_code == 200


def test_new__a_site_is_full__says_so(client, site, marketer):
    for number in range(segments.MOST_SEGMENTS):
        Segment.objects.create(site=site, key=f"s{number}", name="S", rule=RULE)
    answer = client.post(NEW, _fields())
    assert answer.status_code == 409
    assert "at most 50" in answer.content.decode()
    assert "/audiences/new/" not in client.get("/s/shop/audiences/").content.decode()


def _typed(page):
    names = ("join", "feature", "part", "op", "value")
    return [
        tuple(str(row[name].value() or "") for name in names) for row in page.context["rows"].forms
    ]


def test_rows__added_and_removed__nothing_lost_nothing_complained(client, marketer):
    first, second = _row(), _row(feature="device", op="is", value="")
    page = client.post(NEW, _fields(first, second, add="1"))
    assert "invalid-feedback" not in page.content.decode()
    assert [row[1] for row in _typed(page)] == ["visits", "device", ""]
    page = client.post(NEW, _fields(first, second, alternative="0"))
    assert [(row[0], row[1]) for row in _typed(page)] == [
        ("and", "visits"),
        ("or", "visits"),
        ("and", "device"),
    ]
    page = client.post(NEW, _fields(first, second, remove="0"))
    assert [row[1] for row in _typed(page)] == ["device"]
    assert not Segment.objects.exists()


def test_rows__first_of_alternatives_removed__the_next_takes_its_place(client, marketer):
    rows = (_row(), _row(feature="orders"), _row(join="or", feature="device"))
    page = client.post(NEW, _fields(*rows, remove="1"))
    assert [(row[0], row[1]) for row in _typed(page)] == [("and", "visits"), ("and", "device")]


def test_rows__full__no_more(client, marketer):
    rows = [_row()] * MOST_CONDITIONS
    page = client.post(NEW, _fields(*rows, add="1"))
    assert len(page.context["rows"].forms) == MOST_CONDITIONS
    assert 'name="add"' not in page.content.decode()


def test_rows__feature_chosen__operators_that_fit(client, marketer):
    page = client.post(NEW, _fields(_row(feature="device"), refresh="1"))
    offered = [value for value, _label in page.context["rows"].forms[0].fields["op"].choices]
    assert "contains" in offered
    assert "at_least" not in offered


def test_edit__saved_rule__comes_back_as_it_was(client, site, marketer):
    rule = {
        "all": [
            {"feature": "affinity.brand.halo", "op": "less_than", "value": 0.5},
            {
                "any": [
                    {"feature": "attributes.plan", "op": "one_of", "value": ["3", "a, b"]},
                    {"feature": "spent", "op": "at_least", "value": 12345},
                ]
            },
        ]
    }
    segment = _segment(site, rule=rule)
    page = client.get("/s/shop/audiences/regulars/edit/")
    assert "has spent at least 123.45 CNY" in page.content.decode()
    rows = [row.initial for row in page.context["rows"].forms]
    client.post("/s/shop/audiences/regulars/edit/", _fields(*rows, name="Halo"))
    segment.refresh_from_db()
    assert (segment.name, segment.rule) == ("Halo", rule)


def test_edit__rule_cannot_be_read__says_so_and_can_be_mended(client, site, marketer):
    Segment.objects.create(site=site, key="broken", name="Broken", rule={"all": "x"})
    for path in ("", "broken/"):
        assert "cannot be read" in client.get(f"/s/shop/audiences/{path}").content.decode()
    assert client.get("/s/shop/audiences/?sizes=1").status_code == 200
    assert client.get("/s/shop/audiences/broken/edit/").status_code == 200
    assert client.post("/s/shop/audiences/broken/edit/", _fields()).status_code == 302
    assert Segment.objects.get().rule == RULE


def test_preview__while_typing__sentence_and_size(client, site, marketer):
    now_ms = int(time.time() * 1000)
    keep(site, a_profile(now_ms, looks=1), a_profile(now_ms, looks=3))
    row = _row(feature="affinity.category.", part="shoes", value="2")
    part = client.post(f"{NEW}?part=preview", _fields(row)).content.decode()
    assert "<html" not in part
    assert "has shown an interest in category shoes of at least 2" in part
    assert "1 of 2 visitors known now" in part
    assert "50 %" in part


def test_preview__something_missing__neither_sentence_nor_number(client, site, marketer):
    keep(site, a_profile(int(time.time() * 1000)))
    part = client.post(f"{NEW}?part=preview", _fields(_row(), _row(value=""))).content.decode()
    assert "Complete every condition" in part
    assert "visitors known" not in part


def test_sizes__nothing_known__no_zero(client, site, marketer):
    _segment(site)
    for path in ("?sizes=1", "regulars/"):
        page = client.get(f"/s/shop/audiences/{path}").content.decode()
        assert "Nothing is known of any visitor yet." in page
        assert "0 %" not in page


def test_editor__values_seen__suggested(client, site, marketer):
    keep(site, a_profile(int(time.time() * 1000), category="trail <shoes>"))
    page = client.get(f"{NEW}?example=interest").content.decode()
    assert '<datalist id="r-0-parts"><option value="trail &lt;shoes&gt;"></option>' in page
    assert 'list="r-0-parts"' in page


def test_names__with_markup__shown_as_words(client, site, marketer):
    words = "<script>alert(1)</script>"
    rows = (_row(feature="attributes.", part=words, op="is", value=words),)
    page = client.post(NEW, _fields(*rows, name=words), follow=True).content.decode()
    assert words not in page
    assert "&lt;script&gt;" in page


def test_delete__in_use__stays_and_says_where(client, site, marketer):
    segment = _segment(site)
    experiment = an_experiment(site, "hero", name="Spring hero")
    PolicyRule.objects.create(experiment=experiment, position=0, segment=segment, weights={"a": 1})
    page = client.get("/s/shop/audiences/regulars/").content.decode()
    assert "Spring hero" in page
    assert "/delete/" not in page
    answer = client.post("/s/shop/audiences/regulars/delete/", follow=True)
    assert "Experiments use this segment: Spring hero." in answer.content.decode()
    assert (
        "may get another banner" in client.get("/s/shop/audiences/regulars/edit/").content.decode()
    )


def test_delete__unused__gone(client, site, marketer):
    _segment(site)
    assert client.get("/s/shop/audiences/regulars/delete/").status_code == 405
    assert client.post("/s/shop/audiences/regulars/delete/").status_code == 302
    assert not Segment.objects.exists()


def test_pages__many_segments__few_queries_and_a_strict_policy(
    client, site, marketer, django_assert_max_num_queries
):
    for number in range(40):
        _segment(site, f"Segment {number}")
    keep(site, *[a_profile(int(time.time() * 1000))] * 20)
    for path in ("", "?sizes=1", "new/", "segment-1/", "segment-1/edit/"):
        with django_assert_max_num_queries(MOST_QUERIES):
            page = client.get(f"/s/shop/audiences/{path}")
        assert page.status_code == 200
        text = page.content.decode()
        assert not [word for word in (" style=", " onclick=", "<script>", "<style") if word in text]


def test_new__begun_with_an_example__complete_but_for_what_only_the_shop_knows(client, marketer):
    for key, _label in LABELS:
        page = client.get(f"{NEW}?example={key}")
        rows = [dict(row.initial) for row in page.context["rows"].forms]
        for row in rows:
            row["part"] = row["part"] or "shoes"
        assert client.post(NEW, _fields(*rows, name=key)).status_code == 302
    assert client.get(f"{NEW}?example=nonsense").status_code == 200
    assert Segment.objects.count() == len(LABELS)


def test_segment__audience_and_policy_of_one_experiment__counted_once(site):
    segment = _segment(site)
    experiment = an_experiment(site, audience=segment)
    assert segments.of(site).get().tests == 1
    PolicyRule.objects.create(experiment=experiment, segment=segment, position=0, weights={"a": 1})
    assert segments.of(site).get().tests == 1
    an_experiment(site, audience=segment)
    assert segments.of(site).get().tests == 2
    with pytest.raises(IllegalMove, match="Experiments use this segment"):
        segments.delete(segment, actor=None, now=NOW)
