"""How numbers are written, the same on the page, in pictures and on the terminal."""

from datetime import date

from surgesim.report.facts import Span

MISSING = "–"
_WEEKDAYS = {"en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"), "ja": ("月", "火", "水", "木", "金", "土", "日")}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def yen(value: float | None) -> str:
    """Return whole yen: ``¥1,234,567``."""
    return MISSING if value is None else f"¥{value:,.0f}"


def share(value: float | None, digits: int = 1) -> str:
    """Return per cent: ``81.2%``."""
    return MISSING if value is None else f"{value * 100:.{digits}f}%"


def whole(value: float | None) -> str:
    """Return a whole number with thousands set off."""
    return MISSING if value is None else f"{value:,.0f}"


def seconds(value: float | None, language: str = "en") -> str:
    """Return a time in seconds, or in minutes and hours where it is long: ``60 s``, ``60秒``."""
    if value is None:
        return MISSING
    units = (" s", " min", " h") if language == "en" else ("秒", "分", "時間")
    if value < 120:
        return f"{value:.0f}{units[0]}"
    if value < 7200 and value != 3600:
        return f"{value / 60:.0f}{units[1]}"
    return f"{value / 3600:.1f}".removesuffix(".0") + units[2]


def written(value: float | None, kind: str, language: str) -> str:
    """Return a value of a kind: ``yen``, ``share``, ``count`` or ``seconds``."""
    if kind == "seconds":
        return seconds(value, language)
    return {"yen": yen, "share": share, "count": whole}[kind](value)


def interval(span: Span) -> str:
    """Return a share with its interval: ``81.2% (80.1% – 82.3%)``."""
    if span.low is None or span.high is None:
        return share(span.value)
    return f"{share(span.value)} ({share(span.low)} – {share(span.high)})"


def day(value: date | None, language: str) -> str:
    """Return a date with its weekday: ``Wed 8 Apr 2020`` or ``2020年4月8日(水)``."""
    if value is None:
        return MISSING
    weekday = _WEEKDAYS[language][value.weekday()]
    if language == "ja":
        return f"{value.year}年{value.month}月{value.day}日({weekday})"
    return f"{weekday} {value.day} {_MONTHS[value.month - 1]} {value.year}"


def short_day(value: date | None, language: str) -> str:
    """Return a date without its year: ``Wed 8 Apr`` or ``4/8(水)``."""
    if value is None:
        return MISSING
    weekday = _WEEKDAYS[language][value.weekday()]
    return f"{value.month}/{value.day}({weekday})" if language == "ja" else f"{weekday} {value.day} {_MONTHS[value.month - 1]}"
