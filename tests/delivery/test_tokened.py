"""The short way of what pages report comes to the same record as the steps do."""

import datetime as dt
import json
import os
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from delivery import intake, tokened
from delivery.draft import Refused, Sender
from delivery.moment import Tools
from delivery.pseudonym import Pseudonyms
from delivery.record import Record
from delivery.snapshot import SiteEntry
from delivery.token import EMAIL, EXPLORED, TEST, UNPERSONALISED, Signer, Stamp

NOW = dt.datetime(2026, 11, 22, 6, 0, tzinfo=dt.UTC)
NOW_MS = int(NOW.timestamp() * 1000)
SITE = SiteEntry(1, "shop", (), "CNY")
TOOLS = Tools(Signer({1: b"k" * 32}), Pseudonyms((b"p",)), Path(), Path(), "http://web")
DAY_MS = 86_400_000


def a_token(*, site: int, experiment: int, flags: int, age_ms: int, altered: bool) -> str:
    stamp = Stamp(site, 2, experiment, 1, 4, 5, 6, 0.25, flags)
    decision = (NOW_MS - age_ms).to_bytes(6, "big") + os.urandom(10)
    text = TOOLS.signer.sign(decision, os.urandom(16), stamp.pack()).decode()
    return text[:-1] + ("A" if text[-1] != "A" else "B") if altered else text


often = st.sampled_from([False] * 9 + [True])
tokens = st.builds(
    a_token,
    site=st.sampled_from([1, 1, 1, 2]),
    experiment=st.sampled_from([0, 3]),
    flags=st.sampled_from([0, EXPLORED, UNPERSONALISED, TEST, EMAIL, EMAIL | TEST]),
    age_ms=st.sampled_from([0, 150, 900, DAY_MS, 8 * DAY_MS, 91 * DAY_MS, -2 * DAY_MS]),
    altered=often,
)
times = (
    st.integers(-450, 40)
    .map(lambda days: (NOW + dt.timedelta(days, 7, 11)).replace(tzinfo=None))
    .flatmap(
        lambda at: st.sampled_from(["Z", "+08:00", ""]).map(lambda zone: at.isoformat() + zone)
    )
)
events = st.fixed_dictionaries(
    {"type": st.sampled_from(["impression", "viewable", "click", "hide", "search", "what"])},
    optional={
        "token": tokens,
        "occurred_at": times,
        "user_id": st.just("u-1"),
    },
)
rarely = st.fixed_dictionaries(
    {},
    optional={
        "consent": st.sampled_from([{"measurement": False}, {"personalisation": False}, {}, None]),
        "properties": st.sampled_from([{"device": "phone"}, None]),
        "amount": st.just(3),
        "currency": st.just("CNY"),
        "order_id": st.just("o"),
    },
)
senders = st.builds(
    Sender,
    site=st.sampled_from([SITE, SiteEntry(1, "shop", (), "CNY", count_automated=True)]),
    secret=st.booleans(),
    received_at=st.just(NOW),
    now_ms=st.just(NOW_MS),
    mark=st.sampled_from(["", "bot", "prefetch", "head"]),
    sent_at=st.sampled_from([None, NOW - dt.timedelta(hours=3)]),
    personal=st.booleans(),
    device=st.sampled_from(["", "phone"]),
    locale=st.sampled_from(["", "zh"]),
    measured=often.map(lambda no: not no),
)


def told(make) -> Record | str:
    try:
        return make()
    except Refused as why:
        return f"{why.reason} {why.field} {why.text.say('en')}"


@settings(max_examples=400, deadline=None)
@given(events, st.one_of(st.just({}), rarely), senders)
def test_record__the_short_way__is_what_the_steps_come_to(event, rest, sender) -> None:
    raw = json.dumps(event | rest).encode()
    short = tokened.short_way(sender, TOOLS)(intake._decoder.decode(raw))
    assert short is None or short == told(lambda: intake.record(raw, sender, TOOLS))


def test_record__nothing_but_kind_token_and_time__takes_the_short_way() -> None:
    token = a_token(site=1, experiment=3, flags=0, age_ms=5_000, altered=False)
    sender = Sender(SITE, False, NOW, NOW_MS)
    for event in (
        {"type": "impression", "token": token},
        {"type": "click", "token": token, "occurred_at": NOW.isoformat(), "user_id": "u-1"},
    ):
        raw = json.dumps(event).encode()
        assert tokened.short_way(sender, TOOLS)(intake._decoder.decode(raw)) is not None
