"""A page made into one file: styles, scripts, symbols and pictures move in, nothing is fetched."""

import base64
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from django.contrib.staticfiles import finders
from django.templatetags.static import static

from creatives import media

POLICY: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data: blob:"
)
"""Whoever opens the file asks nobody for anything: not even us."""
LEFT_OUT: Final = re.compile(r"vendor/tabler-[\d.]+min\.js|js/theme\.js|js/copy\.js")
"""Menus that a file has no use for."""
STYLE: Final = re.compile(r"<link\b(?=[^>]*\brel=\"stylesheet\")[^>]*>")
ICON: Final = re.compile(r"<link\b(?=[^>]*\brel=\"icon\")[^>]*>\s*")
SCRIPT: Final = re.compile(r"<script\b([^>]*?)\bsrc=\"([^\"]+)\"([^>]*)></script>")
USE: Final = re.compile(r"<use href=\"[^\"#]*#([\w-]+)\"")
SYMBOL: Final = re.compile(r"<symbol id=\"([\w-]+)\".*?</symbol>", re.DOTALL)
PICTURE: Final = re.compile(r"(<img\b[^>]*?\bsrc=\")([^\"]+)(\")")
HREF, MEDIA = re.compile(r"\bhref=\"([^\"]+)\""), re.compile(r"\bmedia=\"([^\"]+)\"")
TYPES: Final[Mapping[str, str]] = {**media.MIME_TYPES, "svg": "image/svg+xml"}
EMPTY: Final = "data:,"


def inlined(html: str, *, sprite: str) -> str:
    """The page as one file.

    Args:
        html: A page of ours.
        sprite: Static path of the file with all symbols.
    """
    found = ICON.sub("", html)
    found = STYLE.sub(_once(_style), found)
    found = SCRIPT.sub(_script, found)
    found = PICTURE.sub(lambda m: m[1] + _picture(m[2]) + m[3], found)
    names = set(USE.findall(found))
    found = USE.sub(r'<use href="#\1"', found)
    found = found.replace("<head>", f"<head>\n{_policy()}", 1)
    return re.sub(r"(<body[^>]*>)", lambda m: m[1] + _symbols(names, sprite), found, count=1)


def _policy() -> str:
    return f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'


def _once(change: Callable[[re.Match[str]], str]) -> Callable[[re.Match[str]], str]:
    seen: set[str] = set()

    def changed(match: re.Match[str]) -> str:
        if match[0] in seen:
            return ""
        seen.add(match[0])
        return change(match)

    return changed


def _style(match: re.Match[str]) -> str:
    href, wanted = HREF.search(match[0]), MEDIA.search(match[0])
    text = _text(href[1]).replace("</style", "<\\/style") if href else ""
    # The names of Plotly's own sheet: without it the script would try to make one.
    identity = (
        ' id="plotly.js-style-global" class="no-inline-styles"' if "plotly" in match[0] else ""
    )
    which = f' media="{wanted[1]}"' if wanted else ""
    return f"<style{identity}{which}>{text}</style>"


def _script(match: re.Match[str]) -> str:
    if LEFT_OUT.search(match[2]):
        return ""
    text = _text(match[2]).replace("</script", "<\\/script")
    # What was deferred stands at the end of the body, so the order stays.
    kind = ' type="module"' if 'type="module"' in match[1] + match[3] else ""
    return f"<script{kind}>{text}</script>"


def _picture(src: str) -> str:
    if src.startswith("data:"):
        return src
    path = _file(src) or media.path_of(src.rsplit("/", 1)[-1])
    if path is None:
        return EMPTY
    return _data(path)


def _data(path: Path) -> str:
    kind = TYPES[path.suffix.removeprefix(".")]
    return f"data:{kind};base64,{base64.b64encode(path.read_bytes()).decode()}"


def _symbols(names: set[str], sprite: str) -> str:
    text = _text(static(sprite))
    found = [match[0] for match in SYMBOL.finditer(text) if match[1] in names]
    return f'<svg xmlns="http://www.w3.org/2000/svg" hidden>{"".join(found)}</svg>'


def _text(address: str) -> str:
    path = _file(address)
    return path.read_text(encoding="utf-8") if path else ""


def _file(address: str) -> Path | None:
    """The static file behind an address; None where it is none of ours."""
    root = static("")
    if not address.startswith(root):
        return None
    found = finders.find(address.removeprefix(root).split("?")[0])
    return Path(found) if isinstance(found, str) else None
