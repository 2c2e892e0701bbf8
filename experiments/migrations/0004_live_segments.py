"""What segments and policies say is live as well."""

from django.db import migrations

TABLES = ("audiences_segment", "experiments_policyrule")
TRIGGERS = "".join(
    f"CREATE TRIGGER live_changed AFTER INSERT OR DELETE OR UPDATE ON {table} "
    "FOR EACH STATEMENT EXECUTE FUNCTION experiments_live_changed();\n"
    for table in TABLES
)
DROP = "".join(f"DROP TRIGGER live_changed ON {table};\n" for table in TABLES)


class Migration(migrations.Migration):
    dependencies = [("experiments", "0003_policies"), ("audiences", "0001_initial")]
    operations = [migrations.RunSQL(TRIGGERS, DROP)]
