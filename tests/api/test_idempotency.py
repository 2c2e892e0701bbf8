"""A change with an `Idempotency-Key` is done once, whatever is asked how often."""

import datetime as dt
import threading

import pytest
from django.db import connection
from django.utils import timezone

from audiences import segments
from audiences.models import Segment
from tests import factories
from tests.api.conftest import by_key, logged_in
from workspace.api import idempotency
from workspace.models import ApiKey, KeptAnswer, Role

RULE = {"all": [{"feature": "device", "op": "is", "value": "phone"}]}
PHONES = {"name": "Phones", "rule": RULE}


@pytest.mark.django_db
def test_key__same_request_twice__one_segment_and_the_first_answer(key):
    first = key.post("segments/", PHONES, idempotency_key="k-1")
    again = key.post("segments/", PHONES, idempotency_key="k-1")
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.content == again.content
    assert first["ETag"] == again["ETag"]
    assert ("Idempotency-Replayed" in first, again["Idempotency-Replayed"]) == (False, "true")
    assert Segment.objects.count() == 1


@pytest.mark.django_db
def test_key__other_body_or_address__422_and_nothing_done(key):
    key.post("segments/", PHONES, idempotency_key="k-1")
    other = key.post("segments/", PHONES | {"name": "Others"}, idempotency_key="k-1")
    elsewhere = key.delete("segments/phones/", idempotency_key="k-1")
    assert (other.status_code, other.json()["field"]) == (422, "Idempotency-Key")
    assert elsewhere.status_code == 422
    assert Segment.objects.count() == 1


@pytest.mark.django_db
def test_key__refused_request__nothing_kept_so_that_it_can_be_mended(key):
    refused = key.post("segments/", {"name": "Phones"}, idempotency_key="k-1")
    mended = key.post("segments/", PHONES, idempotency_key="k-1")
    assert (refused.status_code, mended.status_code) == (422, 201)


@pytest.mark.django_db
def test_key__another_caller__another_memory(site, key, admin):
    key.post("segments/", PHONES, idempotency_key="k-1")
    own = admin.post("segments/", PHONES | {"name": "Theirs"}, idempotency_key="k-1")
    assert own.status_code == 201, own.content
    assert own.json()["name"] == "Theirs"


@pytest.mark.django_db
@pytest.mark.parametrize("text", ["", "x" * 256, "ключ".encode().decode("latin-1")])
def test_key__that_is_none__refused(key, text):
    answer = key.post("segments/", PHONES, idempotency_key=text)
    assert (answer.status_code, answer.json()["field"]) == (422, "Idempotency-Key")


@pytest.mark.django_db
def test_key__request_at_work__409(site, key):
    key.post("segments/", PHONES, idempotency_key="k-1")
    KeptAnswer.objects.update(status=None)
    busy = key.post("segments/", PHONES, idempotency_key="k-1")
    assert busy.status_code == 409
    KeptAnswer.objects.update(created_at=timezone.now() - idempotency.ABANDONED_AFTER * 2)
    taken_up = key.post("segments/", PHONES, idempotency_key="k-1")
    assert taken_up.status_code == 201


@pytest.mark.django_db
def test_key__delete_twice__second_is_answered_like_the_first(key):
    key.post("segments/", PHONES)
    statuses = [key.delete("segments/phones/", idempotency_key="d").status_code for _ in range(2)]
    assert statuses == [204, 204]
    assert key.delete("segments/phones/").status_code == 404


@pytest.mark.django_db
def test_key__secret_shown_once__not_kept_with_its_answer(admin):
    body = {"name": "Import", "kind": "secret"}
    first = admin.post("api-keys/", body, idempotency_key="k")
    again = admin.post("api-keys/", body, idempotency_key="k")
    assert first.status_code == 201, first.content
    assert first.json()["text"].startswith("sk_")
    assert (again.json()["text"], again.json()["id"]) == (None, first.json()["id"])
    kept = bytes(KeptAnswer.objects.get().body).decode()
    assert first.json()["text"] not in kept
    assert ApiKey.objects.filter(name="Import").count() == 1


@pytest.mark.django_db
def test_sweep__after_a_day__forgotten(key):
    key.post("segments/", PHONES, idempotency_key="k-1")
    now = timezone.now()
    assert idempotency.sweep(now=now + dt.timedelta(hours=23)) == 0
    assert idempotency.sweep(now=now + dt.timedelta(hours=25)) == 1


@pytest.mark.django_db(transaction=True)
def test_key__eight_at_once_on_connections_of_their_own__one_object_others_409_or_replayed(
    monkeypatch,
):
    site = factories.a_site()
    text, slow = factories.a_key(site)[1], threading.Barrier(8)
    made = segments.create

    def unhurried(*args, **kwargs):
        threading.Event().wait(0.3)
        return made(*args, **kwargs)

    monkeypatch.setattr(segments, "create", unhurried)
    answers = []

    def ask() -> None:
        caller = by_key(text)
        slow.wait()
        answers.append(caller.post("segments/", PHONES, idempotency_key="k-1"))
        connection.close()

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    statuses = sorted(answer.status_code for answer in answers)
    assert statuses.count(201) >= 1
    assert set(statuses) <= {201, 409}
    fresh = [a for a in answers if a.status_code == 201 and "Idempotency-Replayed" not in a]
    assert len(fresh) == 1
    assert Segment.objects.count() == 1
    assert by_key(text).post("segments/", PHONES, idempotency_key="k-1").status_code == 201


@pytest.mark.django_db
def test_person__form_with_a_file__repetition_is_known_by_its_content(site):
    from django.core.files.uploadedfile import SimpleUploadedFile

    mei = logged_in(factories.a_user(role=Role.MARKETER, site=site))

    def send():
        file = SimpleUploadedFile("hero.png", factories.a_picture(), "image/png")
        data = {"name": "Hero", "alt": "Shoes", "landing_url": factories.SPRING, "upload": file}
        headers = mei.headers | {"Idempotency-Key": "f"}
        return mei.client.post(f"{mei.root}creatives/", data, headers=headers)

    first, again = send(), send()
    assert (first.status_code, again.status_code) == (201, 201), first.content
    assert first.json()["key"] == again.json()["key"]
    assert again["Idempotency-Replayed"] == "true"
