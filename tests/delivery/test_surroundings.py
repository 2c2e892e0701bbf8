"""On what device and in what language somebody looks."""

import pytest

from delivery.surroundings import browser_language, device_of, known_device, primary_tag

APPLE = "Mozilla/5.0 ({}) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 {}Safari/604.1"
CHROME = "Mozilla/5.0 ({}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 {}Safari/537.36"
AGENTS = [
    (APPLE.format("iPhone; CPU iPhone OS 18_0 like Mac OS X", "Mobile/15E148 "), "phone"),
    (APPLE.format("iPad; CPU OS 16_0 like Mac OS X", "Mobile/15E148 "), "tablet"),
    (APPLE.format("Macintosh; Intel Mac OS X 10_15_7", ""), "desktop"),
    (CHROME.format("Linux; Android 10; K", "Mobile "), "phone"),
    (CHROME.format("Linux; Android 10; K", ""), "tablet"),
    (CHROME.format("Windows NT 10.0; Win64; x64", ""), "desktop"),
    ("Mozilla/5.0 (Android 15; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0", "phone"),
    ("Mozilla/5.0 (Android 15; Tablet; rv:140.0) Gecko/140.0 Firefox/140.0", "tablet"),
    ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "desktop"),
    ("Opera/9.80 (J2ME/MIDP; Opera Mini/9.5/37; U; en) Presto/2.12 Version/12.16", "phone"),
    ("okhttp/4.12.0", ""),
    ("", ""),
]


@pytest.mark.parametrize(("agent", "device"), AGENTS)
def test_device_of__agents_of_real_browsers__phone_tablet_or_desktop(agent, device) -> None:
    assert device_of(agent) == device


@pytest.mark.parametrize(
    ("said", "language"),
    [
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("fr;q=0.2, de-AT;q=0.7", "de"),
        ("EN", "en"),
        ("*", ""),
        ("en;q=0", ""),
        ("", ""),
        ("\xff\x00;;;", ""),
    ],
)
def test_browser_language__header__the_preferred_primary_tag(said, language) -> None:
    assert browser_language({b"accept-language": said.encode("latin-1")}) == language


@pytest.mark.parametrize("said", [None, 7, "", "fridge", "Phone", ["phone"]])
def test_known_device__another_word__says_nothing(said) -> None:
    assert known_device(said) == ""


@pytest.mark.parametrize(
    ("said", "tag"), [("zh-Hans", "zh"), ("pt_BR", "pt"), ("en", "en"), ("english", ""), (5, "")]
)
def test_primary_tag__locale_of_a_shop__its_language(said, tag) -> None:
    assert primary_tag(said) == tag
