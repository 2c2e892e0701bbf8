"""Days that the log has given up; a day among them is not made anew."""

import django.contrib.postgres.fields
from django.db import migrations, models

_FUNCTION = """
CREATE OR REPLACE FUNCTION events_ensure_partition(wanted date) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    name text := 'events_event_' || to_char(wanted, 'YYYYMMDD');
BEGIN
    IF to_regclass(name) IS NOT NULL THEN
        RETURN;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtext('events_ensure_partition'));
    -- to_regclass would answer from a cache that an advisory lock does not refresh.
    IF EXISTS (
        SELECT FROM pg_class WHERE relname = name AND relnamespace = current_schema()::regnamespace
    ) THEN
        RETURN;
    END IF;
    {refuse}
    EXECUTE format('CREATE TABLE %I (LIKE events_event INCLUDING ALL)', name);
    EXECUTE format(
        'ALTER TABLE events_event ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)',
        name, wanted, wanted + 1
    );
END $$;
"""
# The same error as that of a row without a partition: the sink knows what to make of it.
_REFUSE = """IF EXISTS (SELECT FROM events_droppedday WHERE day = wanted) THEN
        RAISE EXCEPTION 'the log has given up the day %', wanted USING ERRCODE = 'check_violation';
    END IF;"""


class Migration(migrations.Migration):
    dependencies = [
        ("events", "0007_outcomes"),
    ]

    operations = [
        migrations.CreateModel(
            name="DroppedDay",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField(unique=True, verbose_name="day")),
                ("events", models.BigIntegerField(verbose_name="events")),
                (
                    "experiments",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.IntegerField(), default=list, size=None
                    ),
                ),
                ("dropped_at", models.DateTimeField(verbose_name="dropped")),
            ],
            options={
                "verbose_name": "dropped day",
                "verbose_name_plural": "dropped days",
            },
        ),
        migrations.RunSQL(_FUNCTION.format(refuse=_REFUSE), _FUNCTION.format(refuse="")),
    ]
