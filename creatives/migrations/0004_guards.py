"""The database holds the promise of review: only what was approved is shown, as it was approved."""

from django.db import migrations

# What was shown until now was chosen by people: it stays.
APPROVE = """
UPDATE creatives_version SET status = 'approved';
UPDATE creatives_creative AS creative SET live_id = newest.id
FROM (SELECT DISTINCT ON (creative_id) id, creative_id FROM creatives_version
      ORDER BY creative_id, number DESC) AS newest
WHERE newest.creative_id = creative.id;
"""

CONTENT = (
    "kind", "alt", "decorative", "landing_url", "width", "height", "frames", "duration_ms",
    "focus_x", "focus_y", "design", "slots", "levels", "html", "stylesheet", "original_sha256",
)  # fmt: skip
OLD = ", ".join(f"OLD.{name}" for name in CONTENT)
NEW = ", ".join(f"NEW.{name}" for name in CONTENT)

GUARDS = f"""
CREATE FUNCTION creatives_version_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.status <> 'draft' AND ROW({OLD}) IS DISTINCT FROM ROW({NEW}) THEN
        RAISE EXCEPTION 'version % left the state of draft: its content stays', OLD.id
            USING ERRCODE = 'check_violation';
    END IF;
    IF OLD.status = 'approved' AND NEW.status <> 'approved'
        AND EXISTS (SELECT FROM creatives_creative WHERE live_id = OLD.id) THEN
        RAISE EXCEPTION 'version % is shown to visitors', OLD.id
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER creatives_version_guard BEFORE UPDATE ON creatives_version
FOR EACH ROW EXECUTE FUNCTION creatives_version_guard();

CREATE FUNCTION creatives_live_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.live_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM creatives_version
        WHERE id = NEW.live_id AND creative_id = NEW.id AND status = 'approved'
    ) THEN
        RAISE EXCEPTION 'version % of creative % is not approved', NEW.live_id, NEW.id
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER creatives_live_guard BEFORE INSERT OR UPDATE OF live_id ON creatives_creative
FOR EACH ROW EXECUTE FUNCTION creatives_live_guard();

CREATE FUNCTION creatives_copy_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM creatives_version WHERE id = NEW.version_id AND status <> 'draft') THEN
        RAISE EXCEPTION 'version % left the state of draft: its words stay', NEW.version_id
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER creatives_copy_guard BEFORE INSERT OR UPDATE ON creatives_copy
FOR EACH ROW EXECUTE FUNCTION creatives_copy_guard();
"""
DROP = """
DROP TRIGGER creatives_copy_guard ON creatives_copy; DROP FUNCTION creatives_copy_guard();
DROP TRIGGER creatives_live_guard ON creatives_creative; DROP FUNCTION creatives_live_guard();
DROP TRIGGER creatives_version_guard ON creatives_version; DROP FUNCTION creatives_version_guard();
"""


class Migration(migrations.Migration):
    dependencies = [("creatives", "0003_studio")]
    operations = [
        migrations.RunSQL(APPROVE, migrations.RunSQL.noop),
        migrations.RunSQL(GUARDS, DROP),
    ]
