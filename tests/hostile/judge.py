"""What may be said to a hostile request, and what may not."""

import json
import re
from collections import Counter
from dataclasses import dataclass, field

from tests.hostile.asked import Case
from tests.hostile.sockets import Heard

SAFE = ("x-content-type-options", "referrer-policy", "content-security-policy")
LEAKS = re.compile(
    rb"Traceback|\.py\b|File \"|granian|msgspec|Python|psycopg|hyper|SELECT |engine\.errors",
    re.IGNORECASE,
)
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_OURS = re.compile(r"\{|\}|None|_hint")
TELLING = (b"/media/", b"/tag/", b"/metrics")
"""What tells of files, and of ourselves to whom may know."""
NAMED = ("type", "title", "status", "detail", "field", "hint")
BARE = {400, 405, 414, 431, 505}
"""What the HTTP parser itself may answer, without a body, before there is a request."""


@dataclass(slots=True)
class Verdict:
    """What a storm brought: how many of each status, the first faults, and what was stored."""

    statuses: Counter[int] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    stored: int = 0
    reasons: Counter[str] = field(default_factory=Counter)

    def see(self, case: Case, heard: Heard) -> None:
        """Judge one answer."""
        self.statuses[heard.status] += 1
        self._count(heard)
        for fault in faults_of(case, heard):
            if len(self.faults) < 50:
                self.faults.append(
                    f"{fault}: {heard.status} {heard.headers} {heard.body[:300]!r}"
                    f" to {case.raw()[:700]!r}"
                )

    def _count(self, heard: Heard) -> None:
        if heard.status == 202:
            receipt = json.loads(heard.body)
            self.stored += receipt["stored"] + receipt["filtered"]
            self.reasons.update(one["reason"] for one in receipt["rejected"])


def faults_of(case: Case, heard: Heard) -> list[str]:
    """Everything that is wrong with an answer."""
    if heard.status == 0 or (
        heard.status in BARE and not heard.body and not heard.headers.get("server-timing")
    ):
        return [] if _may_be_cut(case) else ["no answer"]
    found = []
    if heard.status >= 500:
        found.append("an error of the server")
    found += [f"without {name}" for name in SAFE if name not in heard.headers]
    if not case.target.startswith(TELLING) and LEAKS.search(heard.body):
        found.append("tells about the inside")
    if any("\n" in text or "\r" in text for text in heard.headers.values()):
        found.append("a split header")
    if heard.status >= 400 and case.method != b"HEAD":
        own = heard.status in {400, 404} and case.target.startswith(b"/ofrep/v1/evaluate/flags")
        found += _in_protocol(heard) if own else _problem(heard)
    if heard.status == 202:
        found += _receipt(heard)
    return found


def _may_be_cut(case: Case) -> bool:
    """Whether the parser may have turned it away: no HTTP, or beyond what a head may be."""
    head = case.raw().partition(b"\r\n\r\n")[0]
    line = head.partition(b"\r\n")[0]
    unprintable = any(byte < 0x20 or byte >= 0x7F for byte in line)
    odd = not case.target.startswith(b"/") or any(
        sign in case.target for sign in (b"\\", b" ", b"<", b">")
    )
    return unprintable or odd or len(line) > 4000 or len(head) > 8000 or len(case.body) > 1_048_576


def _in_protocol(heard: Heard) -> list[str]:
    """OFREP has bodies of its own for these two."""
    if "errorCode" not in json.loads(heard.body):
        return _problem(heard)
    return [] if json.loads(heard.body).get("errorDetails") else ["an error without details"]


def _problem(heard: Heard) -> list[str]:
    if heard.headers.get("content-type") != "application/problem+json":
        return ["not a problem document"]
    told = json.loads(heard.body)
    missing = [name for name in NAMED if not told.get(name)]
    found = [f"a problem without {name}" for name in missing]
    found += _spoken(told.get("title", ""), heard.headers.get("content-language", ""))
    return found if told["status"] == heard.status else [*found, "two statuses"]


def _spoken(text: str, language: str) -> list[str]:
    right = bool(_CHINESE.search(text)) == (language == "zh-Hans") and not _OURS.search(text)
    return [] if right else ["not in the language it says"]


def _receipt(heard: Heard) -> list[str]:
    told = json.loads(heard.body)
    parts = sum(told[name] for name in ("stored", "duplicate", "conflict", "filtered"))
    found = [] if told["received"] == parts + len(told["rejected"]) else ["does not add up"]
    bare = [one["reason"] for one in told["rejected"] if not (one.get("hint") and one.get("field"))]
    return [*found, *(f"{reason} without remedy" for reason in bare)]
