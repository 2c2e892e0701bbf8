"""One road for all changes of what is live: a trigger moves the revision on and tells the listeners."""

from django.db import migrations

WATCHED = {
    "workspace_site": "INSERT OR DELETE OR UPDATE",
    "workspace_apikey": "INSERT OR DELETE OR UPDATE OF site_id, kind, sha256, revoked_at",
    "creatives_creative": "INSERT OR DELETE OR UPDATE",
    "creatives_version": "INSERT OR DELETE OR UPDATE",
    "creatives_rendition": "INSERT OR DELETE OR UPDATE",
    "creatives_placement": "INSERT OR DELETE OR UPDATE",
    "experiments_layer": "INSERT OR DELETE OR UPDATE",
    "experiments_experiment": "INSERT OR DELETE OR UPDATE",
    "experiments_variant": "INSERT OR DELETE OR UPDATE",
}

FUNCTION = """
CREATE FUNCTION experiments_live_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- The row lock puts the changes in order: whoever reads the revision under it sees all of them.
    INSERT INTO experiments_liverevision AS live (id, value) VALUES (1, 1)
    ON CONFLICT (id) DO UPDATE SET value = live.value + 1;
    PERFORM pg_notify('live_changed', '');
    RETURN NULL;
END $$;
"""

TRIGGERS = "".join(
    f"CREATE TRIGGER live_changed AFTER {events} ON {table} "
    "FOR EACH STATEMENT EXECUTE FUNCTION experiments_live_changed();\n"
    for table, events in WATCHED.items()
)
DROP = "".join(f"DROP TRIGGER live_changed ON {table};\n" for table in WATCHED)


class Migration(migrations.Migration):
    dependencies = [
        ("experiments", "0001_initial"),
        ("creatives", "0001_initial"),
        ("workspace", "0001_initial"),
    ]
    operations = [
        migrations.RunSQL(FUNCTION, "DROP FUNCTION experiments_live_changed();"),
        migrations.RunSQL(TRIGGERS, DROP),
    ]
