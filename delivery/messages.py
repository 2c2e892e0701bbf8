"""What the data plane says to people, in the languages of the product.

There is no Django here and so no gettext: the sentences are few, and both languages stand beside
each other. Everything else is translated in `locale/`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from delivery.hints import HINTS

ENGLISH, CHINESE = "en", "zh-Hans"


@dataclass(frozen=True, slots=True)
class Message:
    """A sentence of the table below with its values; `str` gives the English one."""

    key: str
    values: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.say(ENGLISH)

    def say(self, language: str) -> str:
        """The sentence in a language."""
        english, chinese = TABLE.get(self.key) or HINTS[self.key]
        values = {name: say(value, language) for name, value in self.values.items()}
        return (chinese if language == CHINESE else english).format(**values)


def message(key: str, /, **values: object) -> Message:
    """A sentence by its key.

    Example:
        >>> str(message("no_such_experiment", key="spring"))
        "There is no experiment 'spring'."
    """
    return Message(key, values)


def say(text: object, language: str) -> str:
    """A `Message` in the language, anything else as it is."""
    return text.say(language) if isinstance(text, Message) else str(text)


def hint_of(text: object) -> Message | None:
    """What helps against what a sentence says, where there is such a sentence."""
    if not isinstance(text, Message):
        return None
    key = f"{text.key}_hint"
    return Message(key, text.values) if key in HINTS else None


_RANGE = re.compile(
    r"\s*([A-Za-z]{1,8}|\*)(?:-[A-Za-z0-9-]*)?\s*(?:;\s*q\s*=\s*([01](?:\.\d{0,3})?))?\s*"
)


@lru_cache(maxsize=512)
def language_of(accept_language: str) -> str:
    """The language that an Accept-Language header prefers; English where it wants neither.

    Example:
        >>> language_of("fr, zh-CN;q=0.8, en;q=0.5")
        'zh-Hans'
    """
    wanted = [
        (float(found[2] or 1), found[1].lower())
        for part in accept_language[:200].split(",")
        if (found := _RANGE.fullmatch(part))
    ]
    ours = [(weight, name) for weight, name in wanted if name in {"en", "zh"} and weight > 0]
    best = max(ours, key=lambda pair: pair[0], default=(1.0, "en"))
    return CHINESE if best[1] == "zh" else ENGLISH


TABLE: Mapping[str, tuple[str, str]] = {
    # titles of problems, by status
    "title_400": ("The request cannot be read", "无法读取该请求"),
    "title_401": ("Please identify yourself", "请提供身份凭据"),
    "title_403": ("You may not do this", "不允许执行此操作"),
    "title_404": ("This does not exist", "不存在"),
    "title_405": ("This address does not know that method", "该地址不支持此方法"),
    "title_413": ("This is too large", "内容过大"),
    "title_415": ("This kind of content is not accepted", "不接受此类内容"),
    "title_416": ("The file has no such part", "文件没有该部分"),
    "title_422": ("Something does not fit", "有内容不符合要求"),
    "title_429": ("Too many requests", "请求过多"),
    "title_503": ("A part that is needed is not there", "所需的部分暂不可用"),
    # who asks
    "no_key": ("No key was sent.", "没有提供密钥。"),
    "no_key_hint": (
        "Send it as 'Authorization: Bearer pk_…', or a publishable key as 'key'.",
        "请以“Authorization: Bearer pk_…”发送；公开密钥也可放在参数“key”中。",
    ),
    "unknown_key": ("This key is unknown or has been revoked.", "该密钥未知或已被撤销。"),
    "expired_key": ("This key has expired.", "该密钥已过期。"),
    "unknown_key_hint": (
        "Settings, API keys shows the keys of a site.",
        "网站的密钥见“设置 › API 密钥”。",
    ),
    "secret_in_browser": (
        "A secret key must not be used in a browser: every visitor could read it.",
        "私密密钥不得在浏览器中使用：任何访客都能读到它。",
    ),
    "secret_in_browser_hint": (
        "Use the publishable key (pk_…) there, and replace this secret key now.",
        "请在浏览器中使用公开密钥（pk_…），并立即更换这个私密密钥。",
    ),
    "secret_in_address": (
        "A secret key is only accepted in the Authorization header: addresses end up in logs.",
        "私密密钥只能放在 Authorization 标头中：网址会被写入日志。",
    ),
    "secret_in_address_hint": (
        "Send it as 'Authorization: Bearer sk_…'.",
        "请以“Authorization: Bearer sk_…”发送。",
    ),
    "wrong_origin": (
        "Pages of {origin} may not use the keys of this site.",
        "{origin} 的页面不得使用该网站的密钥。",
    ),
    "wrong_origin_hint": (
        "Add the origin under Settings, allowed origins.",
        "请在“设置 › 允许的来源”中添加该来源。",
    ),
    "metrics_token": (
        "The metrics are told to whoever has their token.",
        "只有持有令牌者才能读取指标。",
    ),
    "metrics_token_hint": (
        "Send the setting METRICS_TOKEN as 'Authorization: Bearer …'.",
        "请以“Authorization: Bearer …”发送设置项 METRICS_TOKEN 的值。",
    ),
    # what was asked
    "nothing_here": ("There is nothing at this address.", "该地址没有内容。"),
    "wrong_method": ("This address takes {methods}.", "该地址只接受 {methods}。"),
    "missing": ("'{field}' is missing.", "缺少“{field}”。"),
    "id_length": (
        "'{field}' is an opaque text of 1 to 256 characters.",
        "“{field}”应为 1 到 256 个字符的文本。",
    ),
    "no_such_experiment": ("There is no experiment '{key}'.", "没有名为“{key}”的实验。"),
    "no_such_placement": ("There is no placement '{key}'.", "没有名为“{key}”的广告位。"),
    "is_a_draft": (
        "The experiment '{key}' is a draft and has not been started.",
        "实验“{key}”仍是草稿，尚未启动。",
    ),
    "is_a_draft_hint": (
        "Start it; the answer changes within five seconds.",
        "启动后五秒之内即可生效。",
    ),
    "not_json": ("The body is not JSON.", "请求正文不是 JSON。"),
    "not_json_hint": (
        "Send UTF-8 JSON, such as {example}",
        "请发送 UTF-8 编码的 JSON，例如 {example}",
    ),
    "not_utf8": ("The query is not UTF-8.", "查询参数不是 UTF-8 编码。"),
    "does_not_fit": ("'{field}' does not fit: {why}.", "“{field}”不符合要求：{why}。"),
    "body_does_not_fit": ("The body does not fit: {why}.", "请求正文不符合要求：{why}。"),
    "expected": ("expected {expected}, got {got}", "应为 {expected}，实为 {got}"),
    "no_batch": (
        "The body is an event, or an object with a list of them in 'events'.",
        "请求正文应为一个事件，或在“events”中包含事件列表的对象。",
    ),
    "body_too_large": (
        "The body may have {limit} bytes at most.",
        "请求正文最多 {limit} 字节。",
    ),
    "body_too_large_hint": (
        "Send fewer events at a time. A server with a secret key may send 1 MiB.",
        "请减少每次发送的事件。持有私密密钥的服务器最多可发送 1 MiB。",
    ),
    "too_many": (
        "'{field}' may have {limit} entries at most.",
        "“{field}”最多 {limit} 项。",
    ),
    "wrong_type": (
        "The content type {type} is not accepted here.",
        "此处不接受内容类型 {type}。",
    ),
    "wrong_type_hint": (
        "Send 'Content-Type: application/json' (or text/plain from a beacon), in UTF-8.",
        "请发送“Content-Type: application/json”（信标可用 text/plain），UTF-8 编码。",
    ),
    "too_many_requests": (
        "This key has sent too many requests from one network.",
        "该密钥从同一网络发来的请求过多。",
    ),
    "out_of_range": ("This file has {size} bytes.", "该文件共 {size} 字节。"),
    "cut_body": ("The body ended before its announced end.", "请求正文在声明的长度之前中断。"),
    "slow_body": ("The body did not arrive in time.", "请求正文未能及时到达。"),
    # not now
    "no_snapshot": (
        "Nothing has been published to this server yet.",
        "尚未向该服务器发布任何内容。",
    ),
    "not_durable": (
        "Nothing can be stored right now. What was sent is not counted.",
        "目前无法保存数据。所发送的内容未被计入。",
    ),
    "unexpected": (
        "Something went wrong on our side. It has been logged.",
        "我们这边出了问题，已记录在日志中。",
    ),
    "again_hint": ("Send it again in {seconds} seconds.", "请在 {seconds} 秒后重试。"),
    # why an event was refused (the keys are the reasons of the wire contract)
    "not_an_object": ("An event is a JSON object.", "事件应为 JSON 对象。"),
    "unreadable": (
        "The event has text that is not Unicode, or a number that is not finite.",
        "事件中含有无效的 Unicode 文本或非有限的数字。",
    ),
    "bad_field": ("'{field}' does not fit: {why}.", "“{field}”不符合要求：{why}。"),
    "missing_type": ("'type' is missing.", "缺少“type”。"),
    "unknown_type": ("There is no event type '{type}'.", "没有名为“{type}”的事件类型。"),
    "token_missing": ("'{type}' names a token.", "“{type}”事件必须带有令牌。"),
    "token_invalid": (
        "This token was not signed here, or was changed.",
        "该令牌并非由此签发，或已被改动。",
    ),
    "token_expired": (
        "This token is older than seven days (of an e-mail: 90 days).",
        "该令牌已超过七天（邮件中的令牌为 90 天）。",
    ),
    "token_foreign": ("This token belongs to another site.", "该令牌属于另一个网站。"),
    "needs_secret_key": (
        "An impression without a token is only taken with a secret key.",
        "没有令牌的曝光事件只能用私密密钥发送。",
    ),
    "not_local": (
        "'{key}' is no running experiment that shops may decide by themselves.",
        "“{key}”不是允许商店自行决定的运行中实验。",
    ),
    "assignment_differs": (
        "We would have decided otherwise for this visitor ({reason}).",
        "对该访客，我们的判定结果不同（{reason}）。",
    ),
    "missing_user_id": ("'{type}' names a user_id.", "“{type}”事件必须带有 user_id。"),
    "missing_previous_id": ("'alias' names a previous_id.", "“alias”事件必须带有 previous_id。"),
    "missing_id": (
        "'{type}' needs an id, so that sending it again counts once.",
        "“{type}”事件必须带有 id，重复发送才只计一次。",
    ),
    "missing_order_id": (
        "'{type}' names the order_id of the order that is paid back.",
        "“{type}”事件必须带有被退款订单的 order_id。",
    ),
    "bad_id": (
        "'{field}' is an opaque text of 1 to 256 characters.",
        "“{field}”应为 1 到 256 个字符的文本。",
    ),
    "id_time_out_of_range": (
        "The time inside this id is more than 30 days old or in the future.",
        "该 id 中的时间早于 30 天前或位于未来。",
    ),
    "bad_time": (
        "A time is written as 2026-11-22T06:00:00Z, with its zone.",
        "时间应写作 2026-11-22T06:00:00Z，并带时区。",
    ),
    "time_out_of_range": (
        "A time may lie {days} days back at most.",
        "时间最多只能早于现在 {days} 天。",
    ),
    "bad_amount": (
        "An amount is a whole number of minor units from {least} to {most}.",
        "金额应为以最小货币单位计的整数，范围 {least} 到 {most}。",
    ),
    "too_many_decimals": (
        "{currency} has {digits} decimals, this amount has more. Nothing is rounded here.",
        "{currency} 只有 {digits} 位小数，而该金额位数更多。此处不做任何舍入。",
    ),
    "bad_currency": (
        "A currency is a code of ISO 4217, such as {example}.",
        "货币应为 ISO 4217 代码，例如 {example}。",
    ),
    "other_currency": (
        "This site counts in {expected}, not in {currency}.",
        "该网站以 {expected} 计价，而不是 {currency}。",
    ),
    "bad_properties": (
        "'properties' is an object with finite numbers and without NUL characters.",
        "“properties”应为对象，数字须有限，且不含 NUL 字符。",
    ),
    "properties_too_large": (
        "'properties' may have {limit} bytes and {depth} levels at most.",
        "“properties”最多 {limit} 字节、{depth} 层。",
    ),
    "no_consent": (
        "The visitor does not agree to be measured: nothing of this event is kept.",
        "访客不同意被统计：该事件的任何内容都不会保存。",
    ),
    "not_storable": ("The database refuses this event.", "数据库拒绝了该事件。"),
}
