"""The look of a version as bits of its own, so that look-alikes are counted without reading facts."""

from django.db import migrations

ADD = """
ALTER TABLE creatives_version ADD COLUMN look bit(64) GENERATED ALWAYS AS (
    CASE WHEN facts ->> 'look' ~ '^[0-9a-f]{16}$' THEN ('x' || (facts ->> 'look'))::bit(64) END
) STORED;
"""
DROP = "ALTER TABLE creatives_version DROP COLUMN look;"


class Migration(migrations.Migration):
    dependencies = [("creatives", "0004_guards")]
    operations = [migrations.RunSQL(ADD, DROP)]
