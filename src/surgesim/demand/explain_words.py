"""Sentences of the explanation in English and Japanese."""

from surgesim.base.errors import DomainError, Problem

WORDS = {
    "quiet": ("usual demand ({model} level)", "平常の需要(水準モデル: {model})"),
    "before": ("the peak lies probably ahead", "ピークはこれからと見られる"),
    "after": ("the peak has probably passed", "ピークは過ぎたと見られる"),
    "known": ("the peak is known", "ピークは既知"),
    "announced": ("an announcement is not yet answered by the counts", "発表の影響はまだ件数に現れていない"),
    "state": (
        "{mode} (probability that it has passed {passed:.0%}); peak about {peak}",
        "{mode}(ピーク通過の確率 {passed:.0%}、ピークは {peak} 頃)",
    ),
    "decay": (
        "after the peak half of the extra contacts are gone in {half:.0f} days, floor {floor:.1f} times the usual level",
        "ピーク後、増加分は {half:.0f} 日で半減し、平常の {floor:.1f} 倍に落ち着く",
    ),
    "week": ("week: {days}", "曜日: {days}"),
    "weekdays": ("Mon Tue Wed Thu Fri Sat Sun", "月 火 水 木 金 土 日"),
    "change": ("{change:+.0%}: {reasons}", "{change:+.0%}: {reasons}"),
    "as_forecast": ("the new counts ran as forecast", "新しい件数は予測どおり"),
    "day_above": (
        "{weekday} {day} {share:.0%} above its median, above the band",
        "{day}({weekday})は中央値を {share:.0%} 上回り、予測幅を超えた",
    ),
    "day_below": (
        "{weekday} {day} {share:.0%} below its median, below the band",
        "{day}({weekday})は中央値を {share:.0%} 下回り、予測幅を割った",
    ),
    "ran_above": ("the new counts ran {share:.0%} above the median", "新しい件数は中央値を {share:.0%} 上回った"),
    "ran_below": ("the new counts ran {share:.0%} below the median", "新しい件数は中央値を {share:.0%} 下回った"),
    "slower": ("decay slower (half-life {a:.0f} to {b:.0f} days)", "減衰が遅くなった(半減期 {a:.0f} → {b:.0f} 日)"),
    "faster": ("decay faster (half-life {a:.0f} to {b:.0f} days)", "減衰が速くなった(半減期 {a:.0f} → {b:.0f} 日)"),
    "mode_change": (
        "{old} to {new}, peak passed {a:.0%} to {b:.0%}",
        "判断が「{old}」から「{new}」に変わった(ピーク通過の確率 {a:.0%} → {b:.0%})",
    ),
    "mode_quiet": ("quiet", "平常"),
    "mode_before": ("before", "ピーク前"),
    "mode_after": ("after", "ピーク後"),
    "mode_known": ("known", "ピーク既知"),
    "mode_announced": ("announced", "発表直後"),
    "join": ("; ", "、"),
    "long_weekdays": ("Monday Tuesday Wednesday Thursday Friday Saturday Sunday", "月 火 水 木 金 土 日"),
}


def say(language: str, word: str, **values: object) -> str:
    """Return a sentence with its values.

    Raises
    ------
    DomainError
        If the language is neither ``"en"`` nor ``"ja"``.
    """
    if language not in ("en", "ja"):
        raise DomainError(Problem(f"nothing is explained in {language!r}", "language", 'write "en" or "ja"'))
    return WORDS[word][language == "ja"].format(**values)
