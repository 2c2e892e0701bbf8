"""Words that promise an end, in English and Chinese: “until 30 November”, “今日”, “最后一天”.

Pure: the day on which they are read is passed in. A date with a word of ending beside it is
certain; a bare date, a weekday or “today only” is a promise as well, but depends on the reading.
"""

import calendar
import datetime as dt
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

ONE_DAY = dt.timedelta(days=1)
SUNDAY = 6
LONGEST = 400  # days; a longer count is no promise of an end
# A date without its year is the nearest one; what is over for longer is meant for next year.
PAST = dt.timedelta(days=90)
YEAR = dt.timedelta(days=366)
MAX_TEXT = 2000

MONTHS = {name.lower(): n for n, name in enumerate(calendar.month_name) if name}
MONTHS |= {name.lower(): n for n, name in enumerate(calendar.month_abbr) if name} | {"sept": 9}
DAYS = {name.lower(): n for n, name in enumerate(calendar.day_name)}
DAYS |= {name.lower(): n for n, name in enumerate(calendar.day_abbr)} | {
    "tues": 1, "thur": 3, "thurs": 3,
}  # fmt: skip
NUMBERS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "ten": 10,
    "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9,
    "十": 10,
}  # fmt: skip
CHINESE_DAYS = {"一": 0, "二": 1, "三": 2, "四": 3, "五": 4, "六": 5, "日": 6, "天": 6, "末": 6}

_month = "|".join(sorted(MONTHS, key=len, reverse=True))
_day = "|".join(sorted(DAYS, key=len, reverse=True))
_number = "|".join(sorted(map(re.escape, NUMBERS), key=len, reverse=True))
_count = rf"(?P<count>[0-9]{{1,3}}|{_number})"
_until = (
    r"(?:until|till|til|through|thru|ending|ends?(?:\s+on)?|expir(?:es|ing|y)(?:\s+on)?|"
    r"valid\s+(?:to|until)|by|before|no\s+later\s+than|last\s+day:?)"
)
_end = rf"(?P<until>{_until}\s+(?:(?:on|the|this|midnight|{_day}),?\s+)*)?"
_begin = re.compile(
    r"(?:from|since|starts?(?:\s+on)?|starting|after|opens?(?:\s+on)?)\s+$", re.IGNORECASE
)
_begun = re.compile(r"\s*(?:起|开始|开售|上线|上市)")
_closes = r"(?P<closes>\s*(?:截止|结束|为止|止|前))?"
_chinese_end = r"(?P<until>截止|截至|止于|至|到|到期)?(?:到|至|于)?"


@dataclass(frozen=True, slots=True)
class Ending:
    """A promise in a text: as written, the last day on which it is true, whether that is sure."""

    words: str
    last_day: dt.date
    is_certain: bool


Read = Callable[[re.Match[str], dt.date], dt.date | None]


def endings(text: str, *, today: dt.date) -> tuple[Ending, ...]:
    """Every end that a text promises, read on that day.

    Example:
        >>> day = dt.date(2026, 11, 25)  # a Wednesday
        >>> [str(one.last_day) for one in endings("Until Sunday night · 周日止", today=day)]
        ['2026-11-29', '2026-11-29']
        >>> endings("Ends 30 November", today=day)
        (Ending(words='Ends 30 November', last_day=datetime.date(2026, 11, 30), is_certain=True),)
    """
    found: list[Ending] = []
    taken: list[tuple[int, int]] = []
    for pattern, read in PATTERNS:
        for match in pattern.finditer(text[:MAX_TEXT]):
            span = match.span()
            overlaps = any(span[0] < end and begin < span[1] for begin, end in taken)
            last = None if overlaps or _is_beginning(text, span) else read(match, today)
            if last is not None:
                taken.append(span)
                found.append(Ending(match.group().strip(), last, _is_certain(match)))
    return tuple(found)


def _is_beginning(text: str, span: tuple[int, int]) -> bool:
    return bool(_begin.search(text[: span[0]]) or _begun.match(text, span[1]))


def _is_certain(match: re.Match[str]) -> bool:
    named = match.groupdict()
    return "dated" in named and bool(named.get("until") or named.get("closes"))


def _in_year(year: str | None, month: int, day: int, today: dt.date) -> dt.date | None:
    """The date; without a year the one that is nearest. None for a day that no month has."""
    try:
        if year:
            return dt.date(int(year), month, day)
        near = dt.date(today.year, month, day)
        if near < today - PAST:
            return near.replace(year=today.year + 1)
        return near.replace(year=today.year - 1) if near > today - PAST + YEAR else near
    except ValueError:
        return None


def _dated(match: re.Match[str], today: dt.date) -> dt.date | None:
    name = match["month"].lower()
    month = MONTHS.get(name) or (int(name) if name.isdigit() else 0)
    return _in_year(match["year"], month, int(match["day"]), today)


def _weekday(match: re.Match[str], today: dt.date) -> dt.date:
    name = match["weekday"].lower()
    wanted = CHINESE_DAYS[name] if name in CHINESE_DAYS else DAYS[name]
    return today + ONE_DAY * ((wanted - today.weekday()) % 7)


def _counted(match: re.Match[str], today: dt.date) -> dt.date | None:
    text, unit = match["count"].lower(), match["unit"].lower()
    count = NUMBERS.get(text) or int(text)
    days = count / 24 if unit[0] in "h小" or unit == "时" else count
    return today + dt.timedelta(days=int(days)) if days <= LONGEST else None


def _today(_match: re.Match[str], today: dt.date) -> dt.date:
    return today


def _tomorrow(_match: re.Match[str], today: dt.date) -> dt.date:
    return today + ONE_DAY


def _sunday(_match: re.Match[str], today: dt.date) -> dt.date:
    return today + ONE_DAY * (SUNDAY - today.weekday())


def _month_end(_match: re.Match[str], today: dt.date) -> dt.date:
    return today.replace(day=calendar.monthrange(today.year, today.month)[1])


def _patterns() -> Iterator[tuple[str, Read]]:
    """Longest promises first: what they take, the shorter ones do not read again."""
    year, day = r"(?P<year>20[0-9]{2})", r"(?P<dated>(?P<day>[0-3]?[0-9]))(?:st|nd|rd|th)?"
    month = rf"(?P<month>{_month})\.?"
    yield rf"\b{_end}{day}\s+(?:of\s+)?{month}(?:,?\s+{year})?(?![0-9a-z])", _dated
    yield rf"\b{_end}{month}\s+{day}(?:,?\s+{year})?(?![0-9])", _dated
    numeric = r"(?P<month>[01]?[0-9])"
    iso = rf"{year}-{numeric}-(?P<dated>(?P<day>[0-3]?[0-9]))"
    yield rf"{_end}(?<![0-9]){iso}(?![0-9])", _dated
    chinese = (
        rf"(?:{year}\s*年\s*)?{numeric}\s*月\s*(?P<dated>(?P<day>[0-3]?[0-9]))\s*[日号]{_closes}"
    )
    yield rf"{_chinese_end}\s*(?<![0-9]){chinese}", _dated
    yield (
        rf"\b{_until}\s+(?:on\s+|this\s+|midnight\s+)*(?P<weekday>{_day})(?:\s+(?:night|evening))?\b",
        _weekday,
    )
    yield rf"\b(?P<weekday>{_day})(?:\s+night)?\s+only\b", _weekday
    yield r"\b(?:this|all)\s+weekend\b|\bweekend\s+only\b|\bthis\s+week(?:\s+only)?\b", _sunday
    yield r"\bthis\s+month(?:\s+only)?\b|\bend\s+of\s+(?:the\s+)?month\b", _month_end
    yield (
        rf"\b(?:today|tonight)\s+only\b|\b(?:only|just|{_until})\s+(?:today|tonight|midnight)\b",
        _today,
    )
    yield r"\b(?:last|final)\s+day\b", _today
    yield rf"\b(?:{_until})\s+tomorrow\b|\btomorrow\s+only\b", _tomorrow
    unit = r"(?P<unit>hours?|hrs?|days?)"
    yield rf"\b(?:last|final|only|next|just)\s+{_count}[\s-]*{unit}\b", _counted
    yield rf"\b{_count}[\s-]*{unit}\s+(?:only|left|to\s+go|sale|deal|offer)\b", _counted
    yield rf"\b(?:ends?|ending)\s+in\s+{_count}\s*{unit}\b", _counted
    yield r"(?:最后|仅剩|只剩|倒数|限时|仅限?|还剩)\s*(?P<last>一)\s*天", _today
    yield (
        rf"(?:最后|仅剩|只剩|倒数|限时|仅限?|还剩)\s*{_count}\s*个?\s*(?P<unit>小时|时|天|日)",
        _counted,
    )
    yield (
        r"(?:截止|截至|止于|至|到)\s*(?:本|这)?(?:周|星期|礼拜)(?P<weekday>[一二三四五六日天末])",
        _weekday,
    )
    yield (
        r"(?:本|这)?(?:周|星期|礼拜)(?P<weekday>[一二三四五六日天末])(?:晚|午夜)?(?:截止|结束|为止|止|前)",
        _weekday,
    )
    yield r"(?:本|这)?周末", _sunday
    yield r"(?:本|这)周(?![一二三四五六日天])", _sunday
    yield r"本月|月底", _month_end
    yield r"(?:截止|仅限|限时)?(?:明日|明天)(?:截止|结束|为止|止)", _tomorrow
    yield r"(?:仅限|仅|只限|截止|截至|至)?(?:今日|今天|今晚)(?:截止|结束|为止|止|限定)?", _today


PATTERNS = tuple((re.compile(text, re.IGNORECASE), read) for text, read in _patterns())
