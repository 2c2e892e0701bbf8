"""What somebody looks for, taken apart: words, and runs of Chinese, Japanese or Korean characters.

A question is welcome: of "have we tried red before?" and of 我们以前试过红色吗 only red and 红色
are looked for. Words that a bilingual team writes now in one language, now in the other, find each
other.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

LONGEST: Final = 200
MOST_TERMS: Final = 8
"""Everything beyond is a copied paragraph, not a search."""
SHORTEST_BEGINNING: Final = 4
"""`count` finds `countdown`; `red` must not find `redesign`."""
BIGRAM: Final = 2

_CJK: Final = "\u2e80-\u9fff\uf900-\ufaff\uac00-\ud7af"
CJK_RUN: Final = f"[{_CJK}]+"
_TOKEN = re.compile(rf"{CJK_RUN}|[^\W_{_CJK}]+(?:['’][^\W_{_CJK}]+)?")
_IS_CJK = re.compile(CJK_RUN)

ASKING: Final = frozenset(
    [
        "a",
        "about",
        "already",
        "an",
        "and",
        "any",
        "anyone",
        "are",
        "before",
        "did",
        "do",
        "does",
        "ever",
        "for",
        "had",
        "has",
        "have",
        "how",
        "i",
        "if",
        "in",
        "is",
        "it",
        "of",
        "on",
        "once",
        "or",
        "our",
        "test",
        "tested",
        "testing",
        "tests",
        "that",
        "the",
        "there",
        "this",
        "to",
        "tried",
        "tries",
        "try",
        "trying",
        "us",
        "use",
        "used",
        "was",
        "we",
        "were",
        "what",
        "when",
        "where",
        "which",
        "who",
        "why",
        "with",
        "work",
        "worked",
        "works",
        "you",
        "your",
    ]
)
"""Words of a question that say nothing about what is looked for."""
ASKING_CJK = re.compile(
    "我们|咱们|以前|之前|从前|曾经|已经|有没有|是不是|是否|有过|试过|测过|测试过|测试|用过|做过|尝试过|试验过|实验过"
    "|什么|怎么样|怎样|如何|哪些|哪个|关于|吗|呢|的"
)

SAME: Final[Mapping[str, str]] = MappingProxyType(
    {
        "red": "红色",
        "orange": "橙色",
        "yellow": "黄色",
        "green": "绿色",
        "blue": "蓝色",
        "purple": "紫色",
        "pink": "粉色",
        "black": "黑色",
        "white": "白色",
        "grey": "灰色",
        "gray": "灰色",
        "gold": "金色",
        "button": "按钮",
        "banner": "横幅",
        "discount": "折扣",
        "coupon": "优惠券",
        "delivery": "配送",
        "shipping": "包邮",
        "countdown": "倒计时",
        "price": "价格",
        "video": "视频",
        "summer": "夏",
        "autumn": "秋",
        "winter": "冬",
        "spring": "春",
    }
)
"""What shops test, in the two languages of the product."""
_BACK: Final = MappingProxyType(
    {chinese: tuple(e for e, c in SAME.items() if c == chinese) for chinese in SAME.values()}
)


@dataclass(frozen=True, slots=True)
class Term:
    """One thing that is looked for: it is there if any of its words or of its parts is.

    `words` are found by their stem at the border of a word, `parts` anywhere in a text.
    """

    words: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()


def terms(text: str) -> tuple[Term, ...]:
    """What a search or a question is about; empty only for a text without a letter or digit."""
    tokens = _TOKEN.findall(text[:LONGEST].lower())
    wanted = [piece for token in tokens for piece in _wanted(token)]
    found = dict.fromkeys(_term(piece) for piece in wanted or tokens)
    return tuple(found)[:MOST_TERMS]


def looser(wanted: tuple[Term, ...]) -> tuple[Term, ...]:
    """The same with long runs of characters cut into pairs: 红色按钮 is 红色, 色按 and 按钮."""
    found = dict.fromkeys(term for one in wanted for term in _pairs(one))
    return tuple(found)[: 2 * MOST_TERMS]


def _wanted(token: str) -> Iterator[str]:
    if not _IS_CJK.fullmatch(token):
        if token not in ASKING:
            yield token
        return
    yield from (piece for piece in ASKING_CJK.split(token) if piece)


def _term(piece: str) -> Term:
    if _IS_CJK.fullmatch(piece):
        return Term(words=_BACK.get(piece, ()), parts=(piece,))
    other = SAME.get(piece)
    return Term(words=(piece,), parts=(other,) if other else ())


def _pairs(term: Term) -> Iterator[Term]:
    whole = term.parts[0] if term.parts and not term.words else ""
    if len(whole) <= BIGRAM:
        yield term
        return
    for start in range(len(whole) - 1):
        yield _term(whole[start : start + BIGRAM])
