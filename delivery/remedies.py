"""What to do about each reason for which an event is refused, and how the reason reads in general.

The sentence is that of `delivery.messages`, without what was particular to one event.
"""

from collections import defaultdict
from collections.abc import Mapping
from typing import Final

from delivery.contents import MOST_AMOUNT, MOST_LEVELS, MOST_PROPERTIES
from delivery.messages import CHINESE, TABLE
from delivery.tokened import SERVER_PAST

REMEDIES: Final[Mapping[str, tuple[str, str]]] = {
    "not_an_object": (
        "Send each event as an object of its own; do not turn it into a text first.",
        "请将每个事件作为独立的 JSON 对象发送，不要先转成文本。",
    ),
    "unreadable": (
        "Encode texts as UTF-8, and leave out numbers such as NaN.",
        "文本请使用 UTF-8 编码，不要发送 NaN 之类的数字。",
    ),
    "bad_field": (
        "Look up the field's type in the API document; ids are texts, also when they are numbers.",
        "请在 API 文档中核对该字段的类型；id 一律为文本，即使看起来是数字。",
    ),
    "missing_type": ("Name one of the types of events.", "请写明事件类型。"),
    "unknown_type": (
        "Use a type of the list, or 'custom:' with a name of your own.",
        "请使用列表中的类型，或“custom:”加上自定义名称。",
    ),
    "token_missing": (
        "Hand on the token that came with the banner.",
        "请传回随横幅一同下发的令牌。",
    ),
    "token_invalid": (
        "Hand the token on as it came. If many are refused, compare TOKEN_KEYS of all servers.",
        "请原样传回令牌。若大量被拒，请检查所有服务器的 TOKEN_KEYS 是否一致。",
    ),
    "token_expired": (
        "Ask for a new decision when a page is shown; do not cache banners for longer than a week.",
        "展示页面时请重新请求决策，不要将横幅缓存超过一周。",
    ),
    "token_foreign": (
        "Use the key of the site that decided; a page has mixed up two sites.",
        "请使用作出决策的网站的密钥：页面混用了两个网站。",
    ),
    "needs_secret_key": (
        "Report what an SDK has decided from a server; pages report with their token.",
        "SDK 自行判定的曝光请由服务器上报；页面请使用令牌上报。",
    ),
    "not_local": (
        "Open the test to SDKs in its plan, or ask us to decide. These cannot be taken in later.",
        "请在实验方案中允许 SDK 自行判定，或由我们判定。这类事件之后无法补收。",
    ),
    "assignment_differs": (
        "Let the SDK load the features again, for the same id. These cannot be taken in later.",
        "请让 SDK 以相同的 user_id 重新加载特性。这类事件之后无法补收。",
    ),
    "missing_user_id": (
        "Send the same user_id that decisions are asked with.",
        "请发送与请求决策时相同的 user_id。",
    ),
    "missing_previous_id": (
        "Send the visitor's id from before the log-in as previous_id.",
        "请将访客登录前的 id 作为 previous_id 发送。",
    ),
    "missing_id": (
        "Give each event an id that stays the same when it is sent again, best a UUIDv7.",
        "请为每个事件指定一个重发时不变的 id，最好是 UUIDv7。",
    ),
    "missing_order_id": (
        "Send the number of the order with the refund.",
        "退款请附上订单号。",
    ),
    "bad_id": (
        "Send a text of 1 to 256 characters; leave the field out where there is none.",
        "请发送 1 到 256 个字符的文本；没有值时请省略该字段。",
    ),
    "id_time_out_of_range": (
        "Set the clock of the sender right, and send events within 30 days.",
        "请校准发送方的时钟，并在 30 天内发送事件。",
    ),
    "bad_time": (
        "Write the time in RFC 3339 with its zone.",
        "请按 RFC 3339 书写时间，并带时区。",
    ),
    "time_out_of_range": (
        "Bring older events in as an import.",
        "更早的事件请以导入方式提交。",
    ),
    "bad_amount": (
        "Send whole minor units: 129.90 is 12990. A refund is more than 0.",
        "请发送以最小货币单位计的整数：129.90 应写作 12990。退款须大于 0。",
    ),
    "too_many_decimals": (
        "Send no more decimals than the currency has.",
        "小数位数不得超过该货币的位数。",
    ),
    "bad_currency": ("Write the currency's code in capitals.", "请用大写字母书写货币代码。"),
    "other_currency": (
        "Send amounts in the site's currency; or correct it under Settings, and replay.",
        "请以网站的货币发送金额；或在“设置”中更正货币后重放。",
    ),
    "bad_properties": (
        "Send an object; leave out NUL characters and numbers that are not finite.",
        "请发送对象，不要含有 NUL 字符或非有限的数字。",
    ),
    "properties_too_large": (
        "Send only what reports need.",
        "请只发送报告所需的内容。",
    ),
    "no_consent": (
        "Nothing: the visitor's choice is followed.",
        "无需处理：这是在遵循访客的选择。",
    ),
    "not_storable": (
        "This is a fault of ours: look into the log of the data plane, then replay.",
        "这是我们的问题：请查看数据面的日志，然后重放。",
    ),
}

# Where a sentence names what was sent, it says "…" in general.
_GENERAL: Final[Mapping[str, object]] = defaultdict(
    lambda: "…",
    days=SERVER_PAST.days,
    least=0,
    most=MOST_AMOUNT,
    limit=MOST_PROPERTIES,
    depth=MOST_LEVELS,
    example="CNY",
)


def sentence(reason: str, language: str) -> str:
    """What the reason means; the reason itself if it is none of ours."""
    if reason not in TABLE:
        return reason
    english, chinese = TABLE[reason]
    return (chinese if language == CHINESE else english).format_map(_GENERAL)


def remedy(reason: str, language: str) -> str:
    """What to do about it; empty where nobody has said."""
    english, chinese = REMEDIES.get(reason, ("", ""))
    return chinese if language == CHINESE else english


def table(language: str) -> str:
    """All reasons with sentence and remedy, as the documents show them."""
    rows = (
        f"| `{reason}` | {sentence(reason, language)} | {remedy(reason, language)} |"
        for reason in sorted(REMEDIES)
        if reason in TABLE
    )
    return "\n".join(("| reason | what it means | what to do |", "|---|---|---|", *rows))
