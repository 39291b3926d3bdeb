"""Words for kinds of cost, units, and reasons why formulas and simulation differ; part of ``words``."""

NAMES: dict[str, tuple[str, str]] = {
    # Why formulas and simulation differ, in short; the sentences are those of the formulas' engine.
    "reason callers_choose": ("callers choose", "案内・誘導・他窓口"),
    "reason no_steady_state": ("no steady state", "定常状態なし"),
    "reason no_staff": ("less than one agent", "要員1人未満"),
    "reason load_above_staff": ("load above staff", "負荷が要員以上"),
    "reason backlog_carried": ("backlog carried in", "待ち呼の持ち越し"),
    "reason queue_builds_up": ("queue still building up", "待ち行列の形成途中"),
    "reason redials": ("redials", "かけ直し"),
    "reason lines": ("busy tones", "話中"),
    "reason chat": ("several chats at once", "チャット同時対応"),
    "reason split_group": ("skills cut into parts", "複数スキルの按分"),
    "reason partly_open": ("open for part of it", "一部のみ営業"),
    "reason size_uncertain": ("uncertain size of the day", "規模の不確実性"),
    "reason carry_over": ("waiting passes between intervals", "時間帯間の持ち越し"),
    "long size_uncertain": (
        "the simulation averages small and large days; the formula sees the mean day, "
        "and a large day loses more than a small one gains",
        "シミュレーションは規模の異なる日を平均する。公式は平均的な日だけを見るが、大きい日の悪化は小さい日の改善より大きい",
    ),
    "long carry_over": (
        "callers and agents pass from one interval into the next; the formula starts every interval in balance",
        "待ち呼と対応中の要員は次の時間帯へ続くが、公式は各時間帯を定常状態とみなす",
    ),
    # Kinds of cost, and their units.
    "item wages": ("Wages", "賃金"),
    "item hiring": ("Hiring", "採用費"),
    "item training": ("Training", "研修費"),
    "item night premium": ("Night premium", "深夜割増"),
    "item guaranteed pay without work": ("Guaranteed pay without work", "最低契約期間の保証"),
    "item opening": ("Opening of a site", "拠点開設費"),
    "item open days": ("Site open, by the day", "拠点日額"),
    "item seats": ("Seats", "席"),
    "item lines": ("Lines", "回線"),
    "unit heads": ("heads", "名"),
    "unit head-hours": ("head-hours", "人時"),
    "unit line-days": ("line-days", "回線日"),
    "unit seat-days": ("seat-days", "席日"),
    "unit days": ("days", "日"),
    "unit sites": ("sites", "拠点"),
}
