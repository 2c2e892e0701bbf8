"""A second shop, with a personalised placement beside a fixed one. Prints its key as JSON."""

import json

import django

from benchmarks import seed

SHOES = {"all": [{"feature": "affinity.category.shoes", "op": "at_least", "value": 2}]}


def make() -> dict[str, str]:
    """Two placements alike but for their policy."""
    from django.utils import timezone

    from audiences.models import Segment
    from experiments import publishing
    from experiments.models import Experiment, PolicyRule
    from workspace import keys

    now = timezone.now()
    site = seed.a_shop("personal", now)
    for number in (100, 101):
        seed.an_experiment(site, number, now)
    segment = Segment.objects.create(site=site, key="shoes", name="Likes shoes", rule=SHOES)
    personal = Experiment.objects.filter(site=site, key="exp-101")
    personal.update(policy="rules", exploration_share=5)
    PolicyRule.objects.create(
        experiment=personal.get(), position=0, segment=segment, weights={"b": 1}
    )
    _, secret = keys.create(site, name="benchmark", kind="secret", actor=None, now=now)
    publishing.publish_if_changed(now=now)
    return {"key": secret}


if __name__ == "__main__":
    django.setup()
    print(json.dumps(make()))
