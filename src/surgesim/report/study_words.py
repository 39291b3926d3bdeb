"""Words in the pictures of studies; part of ``words``."""

STUDIES: dict[str, tuple[str, str]] = {
    "wages_jpy": ("Wages of paid hours (JPY)", "支払対象時間の賃金(円)"),
    "tornado_title": ("What {measure} depends on, one at a time", "{measure}を左右する要因"),
    "tornado_note": (
        "line: as it stands ({base}); whiskers: {confidence}",
        "要因を一つずつ変化。縦線: 現状({base})、ひげ: {confidence}",
    ),
    "whiskers": ("95% interval of the change", "変化の95%信頼区間(対応あり)"),
    "at_low_value": ("low value", "下限値"),
    "at_high_value": ("high value", "上限値"),
    "frontier_title": ("{measure} against cost", "費用と{measure}"),
    "frontier_note": (
        "points that no other one beats are joined; whiskers: 95% interval",
        "線: 他に劣らない点。ひげ: 95%信頼区間",
    ),
    "on_frontier": ("no other point beats it", "他に劣らない点"),
    "beaten": ("another point beats it", "他の点に劣る"),
    "forest_title": ("Change of {measure}", "{measure}の変化"),
    "forest_note": (
        "less {base}; same luck at every point; whiskers: 95% interval",
        "{base} との差。全点で同じ乱数。ひげ: 95%信頼区間",
    ),
    "points_of_change": ("percentage points", "ポイント"),
    "shares": ("shares", "割合"),
    "budget_of": ("budget {yen}", "予算{yen}"),
    "short_of": ("Promises fall short by", "約束に届かない割合"),
    "better": ("better", "改善"),
    "worse": ("worse", "悪化"),
    "unsure_change": ("not told apart", "差は不明"),
    "grid_title": ("{measure} over the grid", "格子上の{measure}"),
    "grid_note": ("mean over all other axes where there are more", "他の軸がある場合はその平均"),
    "as_it_stands": ("the scenario as it stands", "現状のシナリオ"),
}  # fmt: skip
