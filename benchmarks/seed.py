"""A shop with twenty running experiments on as many placements. Prints its key as JSON."""

import datetime as dt
import json
from typing import TYPE_CHECKING

import django

if TYPE_CHECKING:
    from creatives.models import Creative
    from workspace.models import Site

EXPERIMENTS = 20


def seed() -> dict[str, str]:
    from django.utils import timezone

    from experiments import publishing
    from workspace import keys
    from workspace.models import Site

    now = timezone.now()
    # One person alone starts what is measured, in one language.
    site = Site.objects.create(
        key="shop",
        name="Shop",
        origins=["https://shop.example"],
        locales=["en"],
        launch_review=False,
    )
    for number in range(EXPERIMENTS):
        an_experiment(site, number, now)
    _, secret = keys.create(site, name="benchmark", kind="secret", actor=None, now=now)
    publishing.publish_if_changed(now=now)
    return {"key": secret, "site": str(site.pk)}


def an_experiment(site: "Site", number: int, now: dt.datetime) -> None:
    from creatives.models import Placement
    from experiments import lifecycle
    from experiments.models import Experiment, Layer, Variant

    placement = Placement.objects.create(
        site=site,
        key=f"place-{number}",
        name=f"Place {number}",
        width=1200,
        height=400,
        layer=f"layer-{number}",
        fallback=_creative(site, f"default-{number}"),
    )
    Layer.objects.create(site=site, key=placement.layer)
    experiment = Experiment.objects.create(
        site=site,
        key=f"exp-{number}",
        name=f"Experiment {number}",
        hypothesis="Warmer is better.",
        placement=placement,
    )
    for position, letter in enumerate("ab"):
        Variant.objects.create(
            experiment=experiment,
            key=letter,
            name=letter,
            position=position,
            creative=_creative(site, f"banner-{number}-{letter}"),
        )
    lifecycle.start(experiment, actor=None, now=now)


def _creative(site: "Site", key: str) -> "Creative":
    from creatives.models import Creative, Rendition, Version

    creative = Creative.objects.create(site=site, key=key, name=key)
    version = Version.objects.create(
        status=Version.Status.APPROVED,
        creative=creative,
        number=1,
        alt="Everything for spring",
        landing_url="https://shop.example/spring",
        width=1200,
        height=400,
        original_name="banner.png",
        original_type="image/png",
        original_bytes=1000,
        original_sha256="0" * 64,
    )
    for ending in ("avif", "webp", "jpg"):
        Rendition.objects.create(
            version=version,
            file=f"{'0' * 64}.{ending}",
            mime_type=f"image/{ending}",
            width=1200,
            height=400,
            bytes=1000,
        )
    creative.live = version
    creative.save()
    return creative


if __name__ == "__main__":
    django.setup()
    print(json.dumps(seed()))
