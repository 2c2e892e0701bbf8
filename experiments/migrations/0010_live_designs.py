"""Where else an experiment is shown, who tests it, and the holdout are part of what is live."""

from django.db import migrations

TABLES = ("experiments_experiment_also_on", "experiments_testunit", "experiments_holdout")
TRIGGERS = "".join(
    f"CREATE TRIGGER live_changed AFTER INSERT OR DELETE OR UPDATE ON {table} "
    "FOR EACH STATEMENT EXECUTE FUNCTION experiments_live_changed();\n"
    for table in TABLES
)
DROP = "".join(f"DROP TRIGGER live_changed ON {table};\n" for table in TABLES)


class Migration(migrations.Migration):
    dependencies = [("experiments", "0009_design")]
    operations = [migrations.RunSQL(TRIGGERS, DROP)]
