"""The translation sheet: out, in, in again."""

import csv
import io

import pytest

from creatives import review, sheet, sheet_in, words
from creatives.models import Version
from creatives.words import Saying
from engine.errors import InvalidInput, TooLarge
from tests.creatives.languages import from_before
from tests.factories import NOW, a_site

pytestmark = pytest.mark.django_db
ZH = "zh-Hans"


@pytest.fixture
def site():
    return a_site(locales=["en", "zh-Hans"])


def read(data: bytes) -> list[dict[str, str]]:
    assert data.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def written(rows, *, delimiter=",", encoding="utf-8-sig") -> bytes:
    out = io.StringIO()
    table = csv.DictWriter(out, list(rows[0]), delimiter=delimiter)
    table.writeheader()
    table.writerows(rows)
    return out.getvalue().encode(encoding)


def out(site) -> list[dict[str, str]]:
    return read(sheet.write(site, sheet.newest_of(site)))


def translated(site, text="春季") -> list[dict[str, str]]:
    rows = out(site)
    for row in rows:
        if row["field"] == "alt":
            row[ZH] = text
    return rows


def apply(site, data):
    return sheet_in.apply(site, data, actor=None, now=NOW).counts()


def test_out__every_text__one_row_with_a_remark(site):
    from_before(site, "Spring")
    alt, landing = out(site)
    assert list(alt) == ["creative", "version", "field", "en", ZH, "comment"]
    assert (alt["creative"], alt["version"], alt["field"]) == ("spring", "1", "alt")
    assert (alt["en"], alt[ZH]) == ("Spring: everything for spring", "")
    assert "250" in alt["comment"]
    assert landing["field"] == "landing_url"


def test_lacking__only_what_lacks_something__and_nothing_put_away(site):
    creative = from_before(site, "Spring", approved=False)
    done = from_before(site, "Done", approved=False).versions.get()
    words.say(done, ZH, Saying(alt="好"), actor=None, now=NOW)
    away = from_before(site, "Away")
    type(away).objects.filter(pk=away.pk).update(archived_at=NOW)
    assert [v.creative for v in sheet.lacking_of(site)] == [creative]


@pytest.mark.parametrize(
    "text", ["=1+1", "+49 off", "-20 %", "@home", "'=x", "''+", "＝1", "plain"]
)
def test_cells__formulas__tame_outside_and_the_same_inside(site, text):
    version = from_before(site, "Spring", approved=False).versions.get()
    words.say(version, "en", Saying(alt=text), actor=None, now=NOW)
    row = out(site)[0]
    assert row["en"][0] not in "=+-@＝"
    assert sheet.untame(row["en"]) == text
    report = sheet_in.check(site, written(translated(site, sheet.tame(text))))
    assert [line.after for line in report.changed] == [text]


@pytest.mark.parametrize("approved", [True, False])
def test_in__dry_then_applied_then_again__draft_once(site, approved):
    creative = from_before(site, "Spring", approved=approved)
    data = written(translated(site))
    assert sheet_in.check(site, data).counts() == {"changed": 1, "unchanged": 1, "refused": 0}
    assert creative.versions.count() == 1
    assert apply(site, data)["changed"] == 1
    newest = creative.versions.first()
    assert (newest.status, newest.copies.get().alt) == ("draft", "春季")
    assert apply(site, data) == {"changed": 0, "unchanged": 2, "refused": 0}
    assert creative.versions.count() == (2 if approved else 1)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"creative": "nothing"}, "no banner"),
        ({"field": "slot:headline"}, "no such text"),
        ({"en": "Another text"}, "another one since"),
        ({ZH: "春" * 251}, "250"),
    ],
)
def test_in__row_that_does_not_fit__refused_alone_with_a_sentence(site, change, sentence):
    from_before(site, "Autumn")
    from_before(site, "Spring")
    rows = translated(site)
    rows[2] |= change
    report = sheet_in.check(site, written(rows))
    (refused,) = [line for line in report.lines if line.outcome == "refused"]
    assert sentence in refused.reason
    assert refused.row == 4
    assert apply(site, written(rows))["changed"] == 1


def test_in__language_unknown_or_twice_or_in_review__refused(site):
    creative = from_before(site, "Spring", approved=False)
    rows = [row | {"fr": "Printemps"} for row in translated(site)[:1]]
    report = sheet_in.check(site, written(rows))
    assert [(line.locale, line.outcome) for line in report.lines] == [
        (ZH, "changed"),
        ("fr", "refused"),
    ]
    twice = translated(site)[:1] + translated(site, "别的")[:1]
    assert "Row 2" in sheet_in.check(site, written(twice)).lines[1].reason
    words.say(creative.versions.get(), ZH, Saying(alt="好"), actor=None, now=NOW)
    review.submit(creative.versions.get(), actor=None, now=NOW)
    (line, _landing) = sheet_in.check(site, written(translated(site))).lines
    assert "in review" in line.reason


def test_in__empty_cell__erases_nothing(site):
    version = from_before(site, "Spring", approved=False).versions.get()
    words.say(version, ZH, Saying(alt="春季"), actor=None, now=NOW)
    assert apply(site, written(translated(site, ""))) == {
        "changed": 0,
        "unchanged": 2,
        "refused": 0,
    }


@pytest.mark.parametrize(("delimiter", "encoding"), [(";", "utf-8"), ("\t", "utf-16")])
def test_in__as_excel_of_other_countries_writes__understood(site, delimiter, encoding):
    from_before(site, "Spring")
    data = written(translated(site), delimiter=delimiter, encoding=encoding)
    assert sheet_in.check(site, data).counts()["changed"] == 1


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"", InvalidInput),
        (b"a,b\n1,2\n", InvalidInput),
        ("creative,version,field,en\n,,,é".encode("latin-1"), InvalidInput),
        (b"x" * 1_000_001, TooLarge),
        (b"creative,version,field,en\n" + b"a,1,alt,x\n" * 5_001, TooLarge),
    ],
)
def test_in__no_sheet__refused_whole(site, data, kind):
    with pytest.raises(kind) as refused:
        sheet_in.check(site, data)
    assert refused.value.field == "sheet"


def test_lacking__many__few_queries(site, django_assert_max_num_queries):
    for _ in range(5):
        from_before(site)
    with django_assert_max_num_queries(3):
        versions = sheet.lacking_of(site)
        assert len(read(sheet.write(site, versions))) == 10
    assert Version.objects.count() == 5
