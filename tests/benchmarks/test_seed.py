"""What benchmarks load can still be launched and published."""

import pytest

from benchmarks import personal, seed
from experiments.models import Experiment, Snapshot, Status

pytestmark = pytest.mark.django_db


def test_seed__then_more__all_run_and_are_published(monkeypatch):
    monkeypatch.setattr(seed, "EXPERIMENTS", 2)
    seed.seed()
    seed.more(2, learning=1)
    personal.make()
    assert Experiment.objects.filter(status=Status.RUNNING).count() == 6
    assert list(
        Experiment.objects.exclude(policy="fixed").values_list("key", "policy").order_by("key")
    ) == [("exp-101", "rules"), ("exp-2", "thompson")]
    assert Snapshot.objects.exists()
