"""What helps against a refused request, in both languages: the second sentence of its 4xx.

The key is that of the refusal in `delivery.messages` and `_hint`; a hint may use the values of its
refusal and no others. Those that need more are given by whoever refuses. What helps against a
refused event is in `delivery.remedies`.
"""

from collections.abc import Mapping

HINTS: Mapping[str, tuple[str, str]] = {
    # who asks and what was asked
    "expired_key_hint": (
        "Settings, API keys makes a new one; both can live side by side.",
        "可在“设置 › API 密钥”中创建新密钥；新旧密钥可同时有效。",
    ),
    "nothing_here_hint": (
        "Compare the address with /api/docs/; use those of pictures and links as they were given.",
        "请对照 /api/docs/ 检查网址；图片和链接的网址须原样使用。",
    ),
    "wrong_method_hint": ("Send it again as {methods}.", "请改用 {methods} 重新发送。"),
    "missing_hint": ("Add '{field}'.", "请补充“{field}”。"),
    "id_length_hint": (
        "Send the id as your shop knows it, as a text that is not empty.",
        "请以文本发送商店自己的 id，且不能为空。",
    ),
    "no_such_experiment_hint": (
        "Check the key; an experiment can be asked for once it has been started.",
        "请检查键名；实验启动之后才能查询。",
    ),
    "no_such_placement_hint": (
        "Check the key: Placements shows those of the site.",
        "请检查键名：“广告位”页面列出了该网站的全部广告位。",
    ),
    "not_utf8_hint": (
        "Encode the query's texts as UTF-8 and escape them by percent signs.",
        "请将查询参数按 UTF-8 编码并做百分号转义。",
    ),
    "does_not_fit_hint": (
        "Correct '{field}'; /api/docs/ shows what it takes.",
        "请更正“{field}”；其格式见 /api/docs/。",
    ),
    "body_does_not_fit_hint": (
        "Send a JSON object; /api/docs/ shows an example.",
        "请发送 JSON 对象；示例见 /api/docs/。",
    ),
    "too_many_hint": (
        "Divide '{field}' over several requests of {limit} at most.",
        "请将“{field}”分成多次请求，每次最多 {limit} 项。",
    ),
    "out_of_range_hint": (
        "Ask for a part that begins before byte {size}, or leave 'Range' out.",
        "请求的起始位置须小于 {size}，或省略“Range”。",
    ),
    "bad_time_hint": (
        "Write the time in RFC 3339 with its zone.",
        "请按 RFC 3339 书写时间，并带时区。",
    ),
    "token_invalid_hint": (
        "Use the 'token' of a decision exactly as it came.",
        "请原样使用决策应答中的“token”。",
    ),
    "cut_body_hint": (
        "Send it again, whole: 'Content-Length' or the chunks must fit the body.",
        "请完整重发：“Content-Length”或分块须与正文一致。",
    ),
    "slow_body_hint": (
        "Send it again, over a better connection or in smaller parts.",
        "请在更好的网络下重发，或减小每次发送的内容。",
    ),
}
