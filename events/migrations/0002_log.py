"""The log: partitioned by day, one unique key, partitions made on demand."""

from django.db import migrations

CREATE = """
CREATE SEQUENCE events_event_seq;

CREATE TABLE events_event (
    day date NOT NULL,
    id uuid NOT NULL,
    digest bigint NOT NULL,
    seq bigint NOT NULL DEFAULT nextval('events_event_seq'),
    site_id integer NOT NULL,
    kind text NOT NULL,
    unit uuid NOT NULL,
    experiment_id integer,
    phase integer,
    variant_id integer,
    placement_id integer,
    creative_version_id integer,
    policy_version integer,
    propensity real,
    flags integer NOT NULL DEFAULT 0,
    decision uuid,
    occurred_at timestamptz NOT NULL,
    received_at timestamptz NOT NULL,
    amount bigint,
    currency text NOT NULL DEFAULT '',
    order_id text NOT NULL DEFAULT '',
    mark text NOT NULL DEFAULT '',
    properties jsonb,
    source text NOT NULL DEFAULT 'live',
    PRIMARY KEY (day, id)
) PARTITION BY RANGE (day);

CREATE INDEX events_event_seq_idx ON events_event (seq);

ALTER SEQUENCE events_event_seq OWNED BY events_event.seq;

-- One partition a day. Two processes may meet the same new day at once: the lock lets one of them make it.
-- Attaching, unlike CREATE ... PARTITION OF, does not wait for those who are just writing the log, so
-- nobody who has written already and now meets a new day can deadlock with another one.
CREATE FUNCTION events_ensure_partition(wanted date) RETURNS void LANGUAGE plpgsql AS $$
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
    EXECUTE format('CREATE TABLE %I (LIKE events_event INCLUDING ALL)', name);
    EXECUTE format(
        'ALTER TABLE events_event ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)',
        name, wanted, wanted + 1
    );
END $$;

SELECT events_ensure_partition('1970-01-01');
"""

DROP = """
DROP TABLE events_event;
DROP FUNCTION events_ensure_partition(date);
"""


class Migration(migrations.Migration):
    dependencies = [("events", "0001_initial")]
    operations = [migrations.RunSQL(CREATE, DROP)]
