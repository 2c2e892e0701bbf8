"""What of the demo was made in the studio: pictures, banners in two languages, a small feed."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from django.conf import settings

from creatives import library, placements, preflight, review, studio, uploads
from creatives.generating import feed
from creatives.models import Creative, Placement, Version
from demo import art
from demo.stories import Cost, Story, fixed_test
from experiments import hypothesis
from experiments.models import Experiment
from workspace.models import Site

FEED = "feed.csv"
PLACE = "home-band"
WIDTH, HEIGHT = 970, 250
EXPERIMENT = "home-band-morning"
CHINESE = "zh-Hans"
LOOKED_AT = "Looked at in every size before the shop opened."


@dataclass(frozen=True, slots=True)
class Scene:
    """A picture without words, for the library; `leads_to` is a path in the shop.

    Its key there is the number of its product, so that the feed finds it.
    """

    key: str
    sku: str
    name: str
    alt: str
    chinese: str
    leads_to: str


@dataclass(frozen=True, slots=True)
class Composition:
    """A banner as it is filled into a design; `leads_to` is a path in the shop.

    `more` are the scenes after the first, `like` gives it a heart.
    """

    key: str
    name: str
    design: str
    palette: str
    scene: str
    leads_to: str
    words: Mapping[str, Mapping[str, str]]
    sku: str = ""
    more: tuple[str, ...] = ()
    like: bool = False


SCENES = (
    Scene(
        "breakfast", "kettle", "Picture · Breakfast",
        "A kettle, two mugs and a vase", "水壶、两只马克杯和一只花瓶", "c/kitchen/",
    ),
    Scene(
        "trail", "trail-runner", "Picture · Trail",
        "A trail shoe before the rising sun", "朝阳前的一只越野跑鞋", "c/shoes/",
    ),
    Scene(
        "pot", "cast-iron-pot", "Picture · Pot",
        "A red cast-iron pot on a wooden table", "木桌上的红色铸铁锅", "c/kitchen/",
    ),
    Scene(
        "mugs", "mug-set", "Picture · Mugs",
        "Two stoneware mugs, steaming", "两只冒着热气的炻器马克杯", "c/kitchen/",
    ),
    Scene(
        "vase", "linen-throw", "Picture · Vase",
        "A vase with twigs beside folded linen", "插着枝条的花瓶，旁边是叠好的亚麻布", "c/home/",
    ),
    Scene(
        "lamp", "desk-lamp", "Picture · Lamp",
        "A desk lamp that is lit", "一盏点亮的台灯", "c/home/",
    ),
)  # fmt: skip
COMPOSITIONS = (
    Composition(
        "studio-morning", "Studio · Slow mornings", "split", "sand", "breakfast", "c/kitchen/",
        {
            "en": {
                "headline": "Slow mornings, poured well",
                "body": "The Heron kettle keeps its temperature for an hour.",
                "button": "Shop kettles",
            },
            "zh-Hans": {
                "headline": "慢下来，好好泡一壶",
                "body": "苍鹭手冲壶，一小时恒温。",
                "button": "选购水壶",
            },
        },
    ),
    Composition(
        "studio-trail", "Studio · Early morning", "cover", "night", "trail", "c/shoes/",
        {
            "en": {
                "headline": "Grip for every early morning",
                "body": "New soles, the same light step.",
                "button": "See the shoes",
            },
            "zh-Hans": {
                "headline": "每个清晨，步步抓地",
                "body": "全新鞋底，轻盈依旧。",
                "button": "查看跑鞋",
            },
        },
    ),
    Composition(
        "studio-kettle", "Studio · Kettle at a price", "price", "signal", "breakfast",
        "p/kettle/",
        {
            "en": {"headline": "Heron pour-over kettle", "button": "Buy now"},
            "zh-Hans": {"headline": "苍鹭手冲壶", "button": "立即购买"},
        },
        sku="kettle",
    ),
    Composition(
        "studio-delivery", "Studio · Free delivery", "strip", "forest", "mugs", "",
        {
            "en": {
                "headline": "Free delivery from ¥399",
                "body": "At your door in two days.",
                "button": "Start here",
            },
            "zh-Hans": {"headline": "满 399 元包邮", "body": "两日送达。", "button": "去逛逛"},
        },
    ),
    Composition(
        "studio-table", "Studio · A table for friends", "carousel", "paper", "mugs", "c/kitchen/",
        {
            "en": {
                "headline": "Mugs that stay warm",
                "body": "Stoneware, glazed by hand.",
                "button": "Set the table",
                "headline2": "A pot for decades",
                "body2": "Cast iron, from stove to table.",
                "headline3": "Light for late supper",
                "body3": "The Halo lamp, warm and low.",
            },
            "zh-Hans": {
                "headline": "久握仍温的杯",
                "body": "炻器，手工上釉。",
                "button": "布置餐桌",
                "headline2": "一口用几十年的锅",
                "body2": "铸铁，从灶上到桌上。",
                "headline3": "晚餐时的一盏灯",
                "body3": "光晕台灯，温暖低垂。",
            },
        },
        more=("pot", "lamp"),
        like=True,
    ),
)  # fmt: skip
STORY = Story(
    EXPERIMENT,
    "Home: a slow morning or free delivery",
    PLACE,
    hypothesis.Parts(
        "show a slow morning instead of free delivery",
        "more visitors click",
        "a mood stays longer in mind than a condition",
    ),
    ("studio-delivery", "studio-morning"),
    ("Delivery", "Morning"),
    begins=0,
    planned_visitors=2_200,
    mde=30,
    costs=(Cost(), Cost()),
)


def compose(site: Site, *, now: dt.datetime) -> None:
    """Make what is missing, each approved, and start the experiment between two of them."""
    feed.take(site, _feed(), actor=None, now=now)
    pictures = {scene.key: _picture(site, scene, now=now) for scene in SCENES}
    made = {one.key: _banner(site, one, pictures, now=now) for one in COMPOSITIONS}
    if not Placement.objects.filter(site=site, key=PLACE).exists():
        planned = Placement(
            site=site,
            key=PLACE,
            name="Home: band",
            page_type=Placement.PageType.WELCOME,
            width=WIDTH,
            height=HEIGHT,
            layer=PLACE,
            fallback=made["studio-delivery"],
        )
        placements.create(planned, actor=None, now=now)
    if not Experiment.objects.filter(site=site, key=EXPERIMENT).exists():
        fixed_test(STORY, site, now)


def _feed() -> bytes:
    """The feed with addresses in this shop."""
    text = (settings.BASE_DIR / "demo" / FEED).read_text(encoding="utf-8")
    head, *lines = text.splitlines()
    place = head.split(",").index("path")
    rows = [head.replace("path", "url").split(","), *(line.split(",") for line in lines)]
    for row in rows[1:]:
        row[place] = f"{settings.PUBLIC_URL}/demo/{row[place]}"
    return "\n".join(map(",".join, rows)).encode()


def _picture(site: Site, scene: Scene, *, now: dt.datetime) -> Version:
    found = Creative.objects.filter(site=site, key=scene.sku).first()
    creative = found or library.create(
        site,
        key=scene.sku,
        name=scene.name,
        alt=scene.alt,
        alts={CHINESE: scene.chinese},
        landing_url=f"{settings.PUBLIC_URL}/demo/{scene.leads_to}",
        upload=uploads.accept((art.PICTURES / f"{scene.key}.webp").read_bytes()),
        filename=f"{scene.key}.webp",
        actor=None,
        now=now,
    )
    return creative.versions.order_by("number").select_related("creative").get(number=1)


def _banner(
    site: Site, one: Composition, pictures: Mapping[str, Version], *, now: dt.datetime
) -> Creative:
    found = Creative.objects.filter(site=site, key=one.key).first()
    if found:
        return found
    creative = studio.compose(
        site,
        key=one.key,
        name=one.name,
        design=one.design,
        palette=one.palette,
        slots=one.words,
        image=pictures[one.scene],
        more=[pictures[scene] for scene in one.more],
        like=one.like,
        product=site.products.filter(sku=one.sku).first() if one.sku else None,
        landing_url=f"{settings.PUBLIC_URL}/demo/{one.leads_to}",
        actor=None,
        now=now,
    )
    version = review.submit(creative.versions.get(), actor=None, now=now)
    review.approve(version, waivers=_settled(version, now=now), actor=None, now=now)
    creative.refresh_from_db()
    return creative


def _settled(version: Version, *, now: dt.datetime) -> dict[str, str]:
    """The shop opens before the worker has drawn its banners: they were looked at before."""
    found = preflight.check(version, now=now)
    return {f.code: LOOKED_AT for f in found if f.is_open and f.rule == "overflow"}
