"""A test that commits leaves nothing behind, and takes nothing with it."""

import pytest
from django.apps import apps
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction

from delivery import sink
from tests import emptying, factories
from tests.delivery.test_sink import a_record


def rows():
    counted = {model._meta.label: model._default_manager.count() for model in apps.get_models()}
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM events_event")
        counted["log"] = cursor.fetchone()[0]
    return {name: count for name, count in counted.items() if count}


@pytest.mark.django_db(transaction=True)
def test_empty__whatever_was_committed__only_djangos_own_rows_stay():
    factories.an_experiment(factories.a_site())
    with transaction.atomic():
        sink.write(connection.connection, [a_record()])
    permissions = Permission.objects.count()
    assert len(rows()) > 10
    assert rows()["log"] == 1
    emptying.empty()
    assert set(rows()) == {"auth.Permission", "contenttypes.ContentType"}
    assert Permission.objects.count() == permissions
    assert ContentType.objects.exists()
