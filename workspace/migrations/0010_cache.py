"""The cache that all processes share: counts of failed log-ins. Made as `createcachetable` does."""

from django.db import migrations

TABLE = """
CREATE TABLE workspace_cache (
    cache_key varchar(255) PRIMARY KEY,
    value text NOT NULL,
    expires timestamp with time zone NOT NULL
);
CREATE INDEX workspace_cache_expires ON workspace_cache (expires);
"""


class Migration(migrations.Migration):
    dependencies = [("workspace", "0009_audit_chain")]
    operations = [migrations.RunSQL(TABLE, "DROP TABLE workspace_cache;")]
