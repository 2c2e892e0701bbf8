"""Banners composed from a design: what is approved is the finished markup and its style sheet."""

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils.translation import gettext as _

from creatives import drawing, finished, landing, library, media, naming, said
from creatives.filling import Filled, Words, fill
from creatives.models import Copy, Creative, Product, Rendition, Version
from engine.errors import Conflict, InvalidInput
from workspace import audit
from workspace.models import Site

Person = AbstractBaseUser | None
TYPE = "text/html"
# It has no size of its own: in lists it is shown in this one.
WIDTH, HEIGHT = 1200, 400


def compose(
    site: Site,
    *,
    design: str,
    palette: str,
    slots: Mapping[str, Words],
    name: str,
    landing_url: str,
    actor: Person,
    now: dt.datetime,
    image: Version | None = None,
    more: Sequence[Version] = (),
    like: bool = False,
    product: Product | None = None,
    levels: Mapping[str, str] | None = None,
    key: str | None = None,
    drawn: bool = True,
) -> Creative:
    """A creative whose first version, a draft, is composed, and `drawn` by the worker.

    `slots` are the words by locale and slot, such as `{"en": {"headline": "Spring"}}`; `more` are
    the pictures after the first, where a design takes several; `like` gives it a heart button.
    Raises InvalidInput, whose `field` is such as `en.headline`; Conflict for a key that is taken.
    """
    filled = _filled(
        site,
        design=design,
        palette=palette,
        slots=slots,
        images=(image, *more),
        like=like,
        product=product,
    )
    name, url = _name(name), landing.check(landing_url)
    with transaction.atomic():
        creative, is_new = Creative.objects.get_or_create(
            site=site,
            key=key or naming.free_key(site, name),
            defaults={"name": name, "created_by_id": _id(actor)},
        )
        if not is_new or creative.key in library.RESERVED:
            raise Conflict(_("There is a creative with this key already."), field="key")
        version = _add(creative, filled, url, levels=levels, actor=actor)
        _record(creative, "create", None, version, actor=actor, now=now)
        if drawn:
            drawing.ask(version, actor=actor, now=now)
    return creative


def recompose(
    creative: Creative,
    *,
    design: str,
    palette: str,
    slots: Mapping[str, Words],
    landing_url: str,
    actor: Person,
    now: dt.datetime,
    image: Version | None = None,
    more: Sequence[Version] = (),
    like: bool = False,
    product: Product | None = None,
    levels: Mapping[str, str] | None = None,
) -> Version:
    """The next version, a draft; what visitors see stays until it is approved."""
    filled = _filled(
        creative.site,
        design=design,
        palette=palette,
        slots=slots,
        images=(image, *more),
        like=like,
        product=product,
    )
    url = landing.check(landing_url)
    with transaction.atomic():
        locked = Creative.objects.select_for_update(of=("self",)).get(pk=creative.pk)
        last = locked.versions.first()
        version = _add(locked, filled, url, levels=levels, actor=actor)
        _record(locked, "add version", last, version, actor=actor, now=now)
        drawing.ask(version, actor=actor, now=now)
    return version


def _filled(
    site: Site,
    *,
    design: str,
    palette: str,
    slots: Mapping[str, Words],
    images: Sequence[Version | None],
    like: bool,
    product: Product | None,
) -> Filled:
    first, *others = images
    more = [image for image in others if image]
    for image in (first, *more):
        _check_site(site, image, product)
    return fill(
        design=design,
        palette=palette,
        slots=slots,
        locales=list(site.locales),
        image=first,
        product=product,
        more=more,
        like=like,
    )


def _check_site(site: Site, image: Version | None, product: Product | None) -> None:
    if image and (image.creative.site_id != site.pk or image.kind != Version.Kind.IMAGE):
        raise InvalidInput(_("There is no such picture in the library."), field="image")
    if product and product.site_id != site.pk:
        raise InvalidInput(_("There is no such product."), field="product")


def _add(
    creative: Creative,
    filled: Filled,
    url: str,
    *,
    levels: Mapping[str, str] | None,
    actor: Person,
) -> Version:
    made = finished.make(filled)
    first, *others = filled.words
    css = made.sheet.css.encode()
    whole = css + "".join(made.html.values()).encode()
    version = Version.objects.create(
        creative=creative,
        number=library.next_number(creative),
        kind=Version.Kind.COMPOSED,
        alt=finished.alternative(filled, first),
        landing_url=url,
        width=WIDTH,
        height=HEIGHT,
        design=filled.design.key,
        slots=finished.kept(filled, first),
        levels=dict(levels or {}),
        html=made.html[first],
        stylesheet=media.store(css, "css"),
        product=filled.product,
        facts=finished.facts(filled).kept(),
        original_type=TYPE,
        original_bytes=len(whole),
        original_sha256=hashlib.sha256(whole).hexdigest(),
        created_by_id=_id(actor),
    )
    Copy.objects.bulk_create(_copy(version, filled, made, locale) for locale in others)
    _borrow_thumbnail(version, filled.image)
    return version


def _copy(version: Version, filled: Filled, made: finished.Made, locale: str) -> Copy:
    return Copy(
        version=version,
        locale=locale,
        alt=finished.alternative(filled, locale),
        slots=dict(filled.words[locale]),
        html=made.html[locale],
    )


def _borrow_thumbnail(version: Version, image: Version | None) -> None:
    """Until it is drawn, lists show the picture that is in it."""
    files = image.renditions.all() if image else ()
    for file in files:
        if file.purpose == Rendition.Purpose.THUMBNAIL:
            file.pk, file.version = None, version
            file.save(force_insert=True)
            return


def _record(
    creative: Creative,
    action: str,
    last: Version | None,
    version: Version,
    *,
    actor: Person,
    now: dt.datetime,
) -> None:
    audit.record(
        site=creative.site,
        actor=actor,
        action=action,
        subject=creative,
        before={"version": audit.state_of(last)} if last else None,
        after=audit.state_of(creative) | {"version": audit.state_of(version)},
        now=now,
    )


def _name(text: str) -> str:
    return said.text(text, "name", library.NAME_LENGTH)


def _id(actor: Person) -> int | None:
    return actor.pk if actor else None
