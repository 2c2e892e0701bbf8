"""Old tests by page: upload, columns, preview, job, links; and files that are refused."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from events.models import Import
from experiments.imports import columns, drafts
from experiments.models import Experiment
from tests import factories
from tests.factories import NOW
from workspace import jobs
from workspace.models import AuditEntry, Job, Role

pytestmark = pytest.mark.django_db(transaction=True)
HOME = "/s/shop/experiments/import/"
GOOD = """Test,Arm,Users,Orders,Clickers,Revenue,SD,Start,End,Mood
spring,control,18412,552,1800,99000.50,40.5,2025-03-01,2025-03-14,fine
spring,sunrise,18424,604,1900,104000,41,2025-03-01,2025-03-14,fine
autumn,control,900,20,100,3000,12,2025-09-01,2025-09-07,
autumn,leaves,910,25,90,3500,13,2025-09-01,2025-09-07,
"""


@pytest.fixture
def site():
    return factories.a_site()


@pytest.fixture
def marketer(client, site):
    client.force_login(factories.a_user("mara", role=Role.MARKETER, site=site))
    return client


def upload(client, text: str | bytes, name: str = "old.csv"):
    data = text.encode() if isinstance(text, str) else text
    return client.post(HOME, {"file": SimpleUploadedFile(name, data)})


def waiting(client, text: str = GOOD) -> str:
    answer = upload(client, text)
    assert answer.status_code == 302, answer.content.decode()
    return answer.url


def choices(client, address: str, **changed: str) -> dict[str, str]:
    """What the page has guessed, as a browser would send it."""
    page = client.get(address).content.decode()
    found = {}
    for name, inside in re.findall(r'<select name="(column-\d+)"(.*?)</select>', page, re.DOTALL):
        selected = re.search(r'value="([^"]*)" selected', inside)
        found[name] = selected[1] if selected else ""
    return found | {"day": ""} | changed


def page_of(answer) -> str:
    return answer.content.decode()


def test_walk__good_file__guessed_previewed_imported_linked(marketer, site):
    address = waiting(marketer)
    guessed = choices(marketer, address)
    roles = ["test", "variant", "visitors", "orders", "clicks", "revenue", "spread", "time"]
    assert list(guessed.values())[:10] == [*roles, "until", ""]
    assert "18412" in page_of(marketer.get(address))
    preview = page_of(marketer.post(address, guessed))
    assert "2 tests will be there" in preview
    assert "sunrise" in preview
    assert not Experiment.objects.exists()
    answer = marketer.post(address, guessed | {"import": "1"})
    job = Job.objects.get(kind="import_results")
    assert answer.url == f"{HOME}?job={job.pk}"
    jobs.run(job.pk, now=NOW)
    job.refresh_from_db()
    assert (job.status, job.error) == (Job.Status.DONE, "")
    done = page_of(marketer.get(answer.url))
    assert "2 tests imported" in done
    assert "/s/shop/experiments/spring/" in done
    spring = Experiment.objects.get(key="spring")
    assert (spring.unit, spring.primary_metric, spring.planned_days) == (
        "visitor",
        "conversion_rate",
        14,
    )
    counts = spring.reports.get().payload["counts"]
    assert [(one["units"], one["converted"], one["revenue"]) for one in counts] == [
        (18_412, 552, 9_900_050),
        (18_424, 604, 10_400_000),
    ]
    assert not Import.objects.filter(kind=drafts.KIND).exists()
    assert Import.objects.get().created_by.username == "mara"
    assert AuditEntry.objects.get(action="import").actor_name == "mara"
    assert marketer.get("/s/shop/experiments/spring/").status_code == 200


def test_import__twice__changes_nothing(marketer):
    for _turn in range(2):
        address = waiting(marketer)
        marketer.post(address, choices(marketer, address) | {"import": "1"})
        job = Job.objects.filter(kind="import_results").first()
        jobs.run(job.pk, now=NOW)
    assert Experiment.objects.count() == 2
    job.refresh_from_db()
    assert "0 new, 0 changed" in job.result["message"]


def test_impressions__without_dates__asks_for_a_day(marketer):
    address = waiting(marketer, "test,variant,views,clicks\nt,a,100,9\nt,b,100,12\n")
    typed = choices(marketer, address)
    refused = marketer.post(address, typed)
    assert refused.status_code == 422
    assert "No column says when" in page_of(refused)
    preview = marketer.post(address, typed | {"day": "2025-01-31"})
    assert "100 impressions" in page_of(preview)


def test_revenue__without_spread__said_that_it_is_not_compared(marketer):
    text = "test,variant,visitors,orders,revenue,date\nt,a,100,9,500,2025-01-01\n"
    address = waiting(marketer, text + "t,b,100,12,600,2025-01-01\n")
    assert "without its spread" in page_of(marketer.post(address, choices(marketer, address)))


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("spring,c,many,2,3,4,5,2025-03-01,2025-03-02,x", "row 4: column Users: &#x27;many&#x27;"),
        ("spring,c,10,20,3,4,5,2025-03-01,2025-03-02,x", "row 4: column Orders: 20 of 10"),
        ("spring,c,10,2,3,4,5,1.3.2025,2025-03-02,x", "row 4: column Start"),
        ("spring,c,10,2,3,4,5,2025-03-09,2025-03-02,x", "row 4: column End: it ended before"),
        ("spring,c,0,0,0,0,0,2025-03-01,2025-03-02,x", "row 4: column Users: a variant without"),
        ("spring,sunrise,10,2,3,4,5,2025-03-01,2025-03-02,x", "row 4: variant sunrise"),
    ],
)
def test_columns__row_that_does_not_fit__row_and_column_named_nothing_lost(marketer, row, said):
    head = "\n".join(GOOD.splitlines()[:3])
    address = waiting(marketer, f"{head}\n{row}\n")
    answer = marketer.post(address, choices(marketer, address))
    page = page_of(answer)
    assert answer.status_code == 422
    assert said in page.replace("&#39;", "&#x27;")
    assert 'value="spread" selected' in page
    assert not Experiment.objects.exists()


def test_columns__chosen_wrongly__said_beside_the_column(marketer):
    address = waiting(marketer)
    typed = choices(marketer, address)
    both = page_of(marketer.post(address, typed | {"column-9": "visitors"}))
    assert "is chosen for “Users” and for “Mood”" in both
    missing = page_of(marketer.post(address, typed | {"column-3": ""}))
    assert "Say which column holds: Visitors who ordered." in missing
    mixed = page_of(marketer.post(address, typed | {"column-9": "impressions"}))
    assert "not both" in mixed
    strange = marketer.post(address, typed | {"column-9": "moon"})
    assert strange.status_code == 422


def test_columns__test_that_is_no_import__conflict(marketer, site):
    factories.an_experiment(site, "spring")
    address = waiting(marketer)
    answer = marketer.post(address, choices(marketer, address))
    assert answer.status_code == 409
    assert "did not come from such a file" in page_of(answer)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "empty"),
        (b"a,b\n", "a header and no rows"),
        (b"a,b\n1,x\0y\n", "NUL"),
        (b"a,b\n1,=HYPERLINK(1)\n", "is a formula"),
        (b"a,b\n1,@SUM(1)\n", "is a formula"),
        (b"a,b\n1,-2+cmd|(1)\n", "is a formula"),
        (b"a,b\n1," + b"x" * 3_000 + b"\n", "a cell of more than 2,000"),
        (b"a,b\n1,\xff\xfe\n", "not UTF-8"),
        (b"PK\x03\x04aaaa", "Excel workbook"),
        (b"a,a\n1,2\n", "names a column twice"),
        (b"a,\n1,2\n", "has no name"),
        (b"a,b\n1\n", "1 cells instead of 2"),
        (b'{"a": 1}\n', "JSON"),
        (b'a,b\n"1,2\n', "not closed"),
        (b"\xff\xfea\0,\0b\0", "UTF-16"),
    ],
)
def test_upload__hostile__refused_with_a_sentence(marketer, data, said):
    answer = upload(marketer, data)
    assert answer.status_code == 422
    assert said in page_of(answer)
    assert not Import.objects.exists()


def test_upload__more_than_5_mb__413(marketer):
    answer = upload(marketer, b"a,b\n" + b"1,2\n" * 1_400_000)
    assert answer.status_code == 413
    assert "more than 5 MB" in page_of(answer)


def test_upload__name_below_zero_percent__is_no_formula(marketer):
    waiting(marketer, "test,variant\nt,-20 % off\n")


def test_job__fails__file_stays_and_the_page_leads_back(marketer, site):
    address = waiting(marketer)
    marketer.post(address, choices(marketer, address) | {"import": "1"})
    factories.an_experiment(site, "spring")
    job = Job.objects.get(kind="import_results")
    jobs.run(job.pk, now=NOW)
    page = page_of(marketer.get(f"{HOME}?job={job.pk}"))
    assert "did not come from such a file" in page
    assert address in page


def test_drafts__many__older_ones_make_room(marketer, site):
    addresses = [waiting(marketer) for _turn in range(drafts.MOST_KEPT + 2)]
    assert Import.objects.filter(kind=drafts.KIND).count() == drafts.MOST_KEPT
    assert marketer.get(addresses[0]).status_code == 404
    assert marketer.post(f"{addresses[-1]}drop/").status_code == 302
    assert marketer.get(addresses[-1]).status_code == 404


def test_pages__other_site_or_analyst__may_not(client, marketer, site):
    address = waiting(marketer)
    client.force_login(factories.a_user(role=Role.ANALYST, site=site))
    assert client.get(HOME).status_code == 403
    assert client.get(address).status_code == 403
    other = factories.a_site("other")
    client.force_login(factories.a_user(role=Role.ADMINISTRATOR, site=other))
    assert client.get(address).status_code == 404
    assert client.get(address.replace("/shop/", "/other/")).status_code == 404
    for wanted in ("9" * 40, "x", "1"):
        assert client.get(f"/s/other/experiments/import/?job={wanted}").status_code == 404


def test_guess__chinese_header__known():
    found = columns.guess(["实验", "版本", "访客", "订单", "日期"])
    assert list(found.values()) == ["test", "variant", "visitors", "orders", "time"]
