"""Words in the pictures of studies; part of ``words``."""

STUDIES: dict[str, tuple[str, str]] = {
    "wages_jpy": ("Wages of paid hours", "支払対象時間の賃金"),
    "tornado_title": ("{measure}: what it depends on, one at a time", "{measure}: 左右する要因"),
    "tornado_note": (
        "line: as it stands ({base}); whiskers: {confidence}",
        "要因を一つずつ変化。縦線: 現状({base})、ひげ: {confidence}",
    ),
    "whiskers": ("95% interval of the change", "変化の95%信頼区間(対応あり)"),
    "at_low_value": ("low value", "下限値"),
    "at_high_value": ("high value", "上限値"),
    "frontier_title": ("{measure}: against cost", "{measure}: 費用との関係"),
    "frontier_note": (
        "points that no other one beats are joined",
        "線: 他に劣らない点",
    ),
    "on_frontier": ("no other point beats it", "他に劣らない点"),
    "beaten": ("another point beats it", "他の点に劣る"),
    "forest_title": ("{measure}: change", "{measure}: 変化"),
    "forest_note": (
        "less {base}\nsame luck on both sides; whiskers: 95% interval",
        "{base} との差\n同じ乱数で比較。ひげ: 95%信頼区間",
    ),
    "points_of_change": ("percentage points", "ポイント"),
    "changes_title": ("What changes", "変化した指標"),
    "whiskers_95": ("; whiskers: 95% interval", "。ひげ: 95%信頼区間"),
    "budget_title": ("What each budget buys", "予算ごとの達成度"),
    "budget_of": ("budget {yen}", "予算{yen}"),
    "short_of": ("Promises fall short by", "約束に届かない割合"),
    "better": ("better", "改善"),
    "worse": ("worse", "悪化"),
    "unsure_change": ("not told apart", "差は不明"),
    "grid_title": ("{measure}: over the grid", "{measure}: 条件の組合せ別"),
    "grid_note": ("mean over all other axes where there are more", "他の軸がある場合はその平均"),
    "as_it_stands": ("the scenario as it stands", "現状のシナリオ"),
}  # fmt: skip
