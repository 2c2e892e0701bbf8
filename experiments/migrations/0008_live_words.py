"""Words in other languages are part of what is live."""

from django.db import migrations

TRIGGER = (
    "CREATE TRIGGER live_changed AFTER INSERT OR DELETE OR UPDATE ON creatives_copy "
    "FOR EACH STATEMENT EXECUTE FUNCTION experiments_live_changed();"
)
DROP = "DROP TRIGGER live_changed ON creatives_copy;"


class Migration(migrations.Migration):
    dependencies = [
        ("experiments", "0007_headlines_of_reports"),
        ("creatives", "0004_guards"),
    ]
    operations = [migrations.RunSQL(TRIGGER, DROP)]
