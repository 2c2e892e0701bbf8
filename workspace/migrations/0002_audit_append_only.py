"""The audit log is only ever added to; the database itself refuses anything else.

Two ways stay open: a site that goes takes its rows along, and a deleted person's rows keep the name
but lose the link.
"""

from django.db import migrations

FUNCTION = """
CREATE FUNCTION workspace_audit_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF NOT EXISTS (SELECT 1 FROM workspace_site WHERE id = OLD.site_id) OR
           current_setting('banner_lab.site_removal', true) = OLD.site_id::text THEN
            RETURN OLD;
        END IF;
    ELSIF NEW.actor_id IS NULL AND
          (to_jsonb(NEW) - 'actor_id') = (to_jsonb(OLD) - 'actor_id') THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'The audit log is append-only.';
END $$;

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON workspace_auditentry
    FOR EACH ROW EXECUTE FUNCTION workspace_audit_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("workspace", "0001_initial")]
    operations = [
        migrations.RunSQL(
            FUNCTION,
            "DROP TRIGGER append_only ON workspace_auditentry;"
            "DROP FUNCTION workspace_audit_append_only();",
        )
    ]
