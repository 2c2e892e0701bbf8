"""The demo's banners: pictures (drawn in `demo.artwork`), words and where they lead."""

from dataclasses import dataclass

from delivery.config import ROOT

FOLDER = ROOT / "static" / "demo" / "banners"


@dataclass(frozen=True, slots=True)
class Banner:
    """A banner as it is uploaded; `leads_to` is a path in the shop."""

    key: str
    name: str
    alt: str
    leads_to: str

    @property
    def file(self) -> str:
        return f"{self.key}.webp"

    def read(self) -> bytes:
        return (FOLDER / self.file).read_bytes()


BANNERS = (
    Banner(
        "hero-welcome",
        "Hero · Good things for home and road",
        "Good things for home and road: boots, kettles, lamps and more",
        "c/home/",
    ),
    Banner(
        "hero-trail",
        "Hero · Ridge at sunrise",
        "Grip for every early morning: the new Ridge trail runner, ¥599",
        "p/trail-runner/",
    ),
    Banner(
        "hero-hearth",
        "Hero · Slow food, easy evenings",
        "Slow food, easy evenings: the kitchen edit, pots and pans",
        "c/kitchen/",
    ),
    Banner(
        "hero-light",
        "Hero · Evenings, better lit",
        "Evenings, better lit: Halo desk lamp from ¥329",
        "p/desk-lamp/",
    ),
    Banner(
        "hero-harvest",
        "Hero · Harvest week",
        "Harvest week: 30 % off boots, kettles and vases until Sunday night",
        "c/kitchen/",
    ),
    Banner(
        "strip-shoes",
        "Category · Two pairs, one box",
        "Two pairs, one box, 15 % less: mix your pairs",
        "c/shoes/",
    ),
    Banner(
        "strip-coffee",
        "Category · Good coffee takes its time",
        "Good coffee takes its time: Heron kettle, ¥269",
        "p/kettle/",
    ),
    Banner(
        "cart-delivery",
        "Cart · Free delivery",
        "Free delivery from ¥399, at your door in two days, returns on us",
        "",
    ),
    Banner(
        "cart-mugs",
        "Cart · A mug for later?",
        "A mug for later? Dune stoneware pair with this order for ¥119",
        "p/mug-set/",
    ),
)
