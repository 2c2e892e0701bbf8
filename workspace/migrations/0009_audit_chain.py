"""Every row of the log is tied to the one before it, and the table cannot be emptied.

The tie is made at the commit of the change, not at the insert: whoever waited for a lock on the end of
the chain in the middle of a change could wait for somebody who waits for him.
"""

from django.db import migrations, models

APPEND_ONLY = """
CREATE OR REPLACE FUNCTION workspace_audit_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF NOT EXISTS (SELECT 1 FROM workspace_site WHERE id = OLD.site_id) OR
           current_setting('banner_lab.site_removal', true) = OLD.site_id::text THEN
            RETURN OLD;
        END IF;
    ELSIF TG_OP = 'UPDATE' THEN
        IF NEW.actor_id IS NULL AND
           (to_jsonb(NEW) - 'actor_id') = (to_jsonb(OLD) - 'actor_id') THEN
            RETURN NEW;
        END IF;
        -- The tie, once: see workspace_audit_tie().
        IF OLD.place IS NULL AND OLD.chain = '' AND NEW.place IS NOT NULL AND
           (to_jsonb(NEW) - 'place' - 'chain') = (to_jsonb(OLD) - 'place' - 'chain') THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'The audit log is append-only.';
END $$;

CREATE TRIGGER never_emptied BEFORE TRUNCATE ON workspace_auditentry
    FOR EACH STATEMENT EXECUTE FUNCTION workspace_audit_append_only();
"""

CHAIN = """
-- What is tied: all that a row says. Who it was stands in it by name; the link to the person may go.
CREATE FUNCTION workspace_audit_words(e workspace_auditentry) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT jsonb_build_array(
        e.place, e.id, e.site_id, (extract(epoch FROM e.at) * 1000000)::bigint, e.actor_name, e.action,
        e.object_type, e.object_key, e.before, e.after, e.reason, e.request_id
    )::text
$$;

CREATE FUNCTION workspace_audit_untied() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.place := NULL;
    NEW.chain := '';
    RETURN NEW;
END $$;

CREATE FUNCTION workspace_audit_tie_one(entry bigint, of_site bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    one workspace_auditentry;
    last_place bigint;
    last_chain text;
BEGIN
    -- One at a time for each site, until the end of the transaction.
    PERFORM pg_advisory_xact_lock(1096107086, (coalesce(of_site, 0) % 2147483647)::int);
    IF of_site IS NULL THEN
        SELECT place, chain INTO last_place, last_chain FROM workspace_auditentry
            WHERE site_id IS NULL AND place IS NOT NULL ORDER BY place DESC LIMIT 1;
    ELSE
        SELECT place, chain INTO last_place, last_chain FROM workspace_auditentry
            WHERE site_id = of_site AND place IS NOT NULL ORDER BY place DESC LIMIT 1;
    END IF;
    SELECT * INTO one FROM workspace_auditentry WHERE id = entry;
    IF one.id IS NULL OR one.place IS NOT NULL THEN
        RETURN;
    END IF;
    one.place := coalesce(last_place, 0) + 1;
    one.chain := encode(
        sha256(convert_to(coalesce(last_chain, '') || workspace_audit_words(one), 'UTF8')), 'hex'
    );
    UPDATE workspace_auditentry SET place = one.place, chain = one.chain WHERE id = entry;
END $$;

CREATE FUNCTION workspace_audit_tie() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM workspace_audit_tie_one(NEW.id, NEW.site_id);
    RETURN NULL;
END $$;

-- What was written before there was a chain is tied in the order of its writing.
DO $$
DECLARE
    old record;
BEGIN
    FOR old IN SELECT id, site_id FROM workspace_auditentry ORDER BY id LOOP
        PERFORM workspace_audit_tie_one(old.id, old.site_id);
    END LOOP;
END $$;

CREATE TRIGGER untied BEFORE INSERT ON workspace_auditentry
    FOR EACH ROW EXECUTE FUNCTION workspace_audit_untied();
CREATE CONSTRAINT TRIGGER workspace_audit_tie AFTER INSERT ON workspace_auditentry
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION workspace_audit_tie();
"""

BACK = """
DROP TRIGGER never_emptied ON workspace_auditentry;
DROP TRIGGER workspace_audit_tie ON workspace_auditentry;
DROP TRIGGER untied ON workspace_auditentry;
DROP FUNCTION workspace_audit_tie();
DROP FUNCTION workspace_audit_tie_one(bigint, bigint);
DROP FUNCTION workspace_audit_untied();
DROP FUNCTION workspace_audit_words(workspace_auditentry);
"""


class Migration(migrations.Migration):
    dependencies = [("workspace", "0008_rights")]
    operations = [
        migrations.AddField(
            model_name="auditentry",
            name="place",
            field=models.BigIntegerField(editable=False, null=True),
        ),
        migrations.AddIndex(
            model_name="auditentry",
            index=models.Index(fields=["site", "place"], name="audit_by_place"),
        ),
        migrations.AddIndex(
            model_name="auditentry",
            index=models.Index(fields=["site", "request_id"], name="audit_by_request"),
        ),
        migrations.RunSQL(APPEND_ONLY + CHAIN, BACK),
    ]
