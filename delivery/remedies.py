"""What helps against a refusal, in both languages: the second sentence of every 4xx.

The key is that of the refusal in `delivery.messages` and `_hint`; a remedy may use the values of
its refusal and no others. Those that need more are given by whoever refuses.
"""

from collections.abc import Mapping

REMEDIES: Mapping[str, tuple[str, str]] = {
    # who asks and what was asked
    "expired_key_hint": (
        "Settings, API keys makes a new one; both can live side by side.",
        "可在“设置 › API 密钥”中创建新密钥；新旧密钥可同时有效。",
    ),
    "nothing_here_hint": (
        "Compare it with /api/docs/; addresses of pictures and links are used as they were given.",
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
    "cut_body_hint": (
        "Send it again, whole: 'Content-Length' or the chunks must fit the body.",
        "请完整重发：“Content-Length”或分块须与正文一致。",
    ),
    "slow_body_hint": (
        "Send it again, over a better connection or in smaller parts.",
        "请在更好的网络下重发，或减小每次发送的内容。",
    ),
    "out_of_range_hint": (
        "Ask for a part that begins before byte {size}, or leave 'Range' out.",
        "请求的起始位置须小于 {size}，或省略“Range”。",
    ),
    # why an event was refused
    "not_an_object_hint": (
        'Write it as {{"type": "page_view", …}}.',
        '请写作 {{"type": "page_view", …}}。',
    ),
    "unreadable_hint": (
        "Write texts as Unicode without lone surrogates, and numbers without NaN or Infinity.",
        "文本须为有效的 Unicode（不含孤立代理项），数字不得为 NaN 或 Infinity。",
    ),
    "bad_field_hint": (
        "Correct '{field}'; /api/docs/ shows what it takes.",
        "请更正“{field}”；其格式见 /api/docs/。",
    ),
    "missing_type_hint": ("Add it, such as 'page_view'.", "请补充，例如“page_view”。"),
    "unknown_type_hint": (
        "Use a type of /api/docs/, or 'custom:' and a name of your own in lower case.",
        "请使用 /api/docs/ 中的类型，或以“custom:”加上自定义的小写名称。",
    ),
    "token_missing_hint": (
        "Hand back the 'token' of the answer that chose the banner.",
        "请原样传回选出该广告的应答中的“token”。",
    ),
    "token_invalid_hint": (
        "Hand back the 'token' of a decision exactly as it came.",
        "请将决策应答中的“token”原样传回。",
    ),
    "token_expired_hint": (
        "Ask for a new decision and report what is shown with its token.",
        "请重新请求决策，并用新的令牌上报展示。",
    ),
    "token_foreign_hint": (
        "Use the key of the site whose decision this was.",
        "请使用作出该决策的网站的密钥。",
    ),
    "missing_user_id_hint": (
        "Add the same 'user_id' that decisions are asked with.",
        "请补充与请求决策时相同的“user_id”。",
    ),
    "missing_previous_id_hint": (
        "Add the id that the visitor had before as 'previous_id'.",
        "请将访客先前的 id 填入“previous_id”。",
    ),
    "missing_id_hint": (
        "Add an 'id' of your own, such as a UUID, and keep it when you send again.",
        "请补充自定义的“id”（例如 UUID），重发时保持不变。",
    ),
    "missing_order_id_hint": (
        "Add the 'order_id' of the purchase.",
        "请补充原购买事件的“order_id”。",
    ),
    "bad_id_hint": (
        "Send '{field}' as a text of that length, without NUL characters.",
        "请以该长度的文本发送“{field}”，且不含 NUL 字符。",
    ),
    "id_time_out_of_range_hint": (
        "Check the clock that made the id, or use an id without a time, such as a UUIDv4.",
        "请检查生成 id 的时钟，或改用不含时间的 id，例如 UUIDv4。",
    ),
    "bad_time_hint": (
        "Write it in this form, or leave it out: then the time of receipt counts.",
        "请按此格式书写，或省略；省略时以接收时间为准。",
    ),
    "time_out_of_range_hint": (
        "Leave out what is older, or import it as a past period.",
        "请略去更早的事件，或作为历史数据导入。",
    ),
    "bad_amount_hint": (
        "Send 12.50 as 1250, as a number and not as a text.",
        "12.50 请写作 1250，且为数字而非文本。",
    ),
    "bad_currency_hint": (
        "Send it with every amount, in capital letters: '{example}'.",
        "请在每个金额后附上大写代码：“{example}”。",
    ),
    "other_currency_hint": (
        "Convert the amount to {expected}, or use the key of the site that counts in {currency}.",
        "请将金额换算为 {expected}，或使用以 {currency} 计价的网站的密钥。",
    ),
    "bad_properties_hint": (
        "Send an object of texts, finite numbers and lists, or leave it out.",
        "请发送由文本、有限数字和列表组成的对象，或省略该字段。",
    ),
    "properties_too_large_hint": (
        "Keep what reports need and leave out the rest.",
        "请仅保留报告所需的内容。",
    ),
    "not_storable_hint": (
        "Compare it with /api/docs/; the server's log says what the database said.",
        "请对照 /api/docs/ 检查；数据库的说明见服务器日志。",
    ),
}
