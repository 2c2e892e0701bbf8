"""The few words that a banner says by itself, to whoever cannot see its buttons.

They are of the shop's visitors, not of the people who work here: a banner in any language has them.
"""

from dataclasses import dataclass

from delivery.locales import fitting


@dataclass(frozen=True, slots=True)
class Fixed:
    """Names of what can be pressed, and the language that they are in."""

    lang: str
    like: str
    back: str
    on: str
    pictures: str


KNOWN = (
    Fixed("en", "Like", "Previous picture", "Next picture", "Pictures"),
    Fixed("zh-Hans", "喜欢", "上一张图片", "下一张图片", "图片"),
    Fixed("zh-Hant", "喜歡", "上一張圖片", "下一張圖片", "圖片"),
    Fixed("ar", "أعجبني", "الصورة السابقة", "الصورة التالية", "الصور"),
    Fixed("he", "אהבתי", "התמונה הקודמת", "התמונה הבאה", "תמונות"),
    Fixed("de", "Gefällt mir", "Vorheriges Bild", "Nächstes Bild", "Bilder"),
    Fixed("fr", "J’aime", "Image précédente", "Image suivante", "Images"),
    Fixed("es", "Me gusta", "Imagen anterior", "Imagen siguiente", "Imágenes"),
    Fixed("ja", "いいね", "前の画像", "次の画像", "画像"),
    Fixed("ko", "좋아요", "이전 사진", "다음 사진", "사진"),
)
_BY_LANGUAGE = {one.lang: one for one in KNOWN}


def words(locale: str) -> Fixed:
    """The words for a language; English where nobody has written them.

    Example:
        >>> words("zh-CN").like, words("sw").lang
        ('喜欢', 'en')
    """
    return _BY_LANGUAGE[fitting(locale, tuple(_BY_LANGUAGE)) or "en"]
