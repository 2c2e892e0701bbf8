"""Whether tables are up to date is known without starting Django."""

from pathlib import Path

from banner_lab.stack import migrations


def project(tmp_path: Path) -> Path:
    (tmp_path / "events" / "migrations").mkdir(parents=True)
    (tmp_path / "events" / "migrations" / "0001_initial.py").write_text("one")
    (tmp_path / "requirements.txt").write_text("django==5.2")
    return tmp_path


def test_fingerprint__nothing_changed__is_the_same(tmp_path: Path) -> None:
    root = project(tmp_path)
    assert migrations.fingerprint(root) == migrations.fingerprint(root)


def test_fingerprint__new_migration_or_package__is_another(tmp_path: Path) -> None:
    root = project(tmp_path)
    before = migrations.fingerprint(root)
    (root / "events" / "migrations" / "0002_more.py").write_text("two")
    after = migrations.fingerprint(root)
    (root / "requirements.txt").write_text("django==5.3")
    assert len({before, after, migrations.fingerprint(root)}) == 3


def test_applied__no_note__is_false(tmp_path: Path) -> None:
    assert not migrations.applied(tmp_path / "migrated")
    (tmp_path / "migrated").write_text(migrations.fingerprint())
    assert migrations.applied(tmp_path / "migrated")
