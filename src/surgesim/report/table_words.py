"""Words in the tables of the terminal; part of ``words``."""

TABLES: dict[str, tuple[str, str]] = {
    "hour": ("Hour", "時"),
    "week": ("Week from", "週(開始日)"),
    "trunk": ("Trunk", "回線群"),
    "horizon_total": ("Whole period", "期間全体"),
    "difference": ("Difference", "差"),
    "point": ("Point", "点"),
    "points": ("points", "ポイント"),
    "override": ("Override", "設定変更"),
    "as-is": ("as it stands", "現状"),
    "run_title": (
        "{name}, {engine}, {n} replications, seed {seed}; ± and brackets: 95% intervals",
        "{name} エンジン{engine}、反復{n}回、乱数シード{seed}(±と括弧内は95%信頼区間)",
    ),
    "formula_title": ("{name}, {engine}: expected values", "{name} エンジン{engine}(期待値)"),
    "compare_title": (
        "{b} (b) less {a} (a), same luck on both sides; ± and brackets: 95% intervals",
        "{b} (b) から {a} (a) を引いた差。同じ乱数で比較(±と括弧内は95%信頼区間)",
    ),
    "compare_apart_title": (
        "{b} (b) less {a} (a), each with its own luck; ± and brackets: 95% intervals",
        "{b} (b) から {a} (a) を引いた差。乱数は別々(±と括弧内は95%信頼区間)",
    ),
    "compare_certain_title": ("{b} (b) less {a} (a), expected values", "{b} (b) から {a} (a) を引いた差(期待値)"),
    "decisions_title": ("The plans", "計画の比較"),
    "preview_title": ("{engine} less simulation, by day", "{engine}からシミュレーションを引いた差(日別)"),
    "idle": ("0 throughout: {names}", "全期間で0: {names}"),
    "changed": ("{path}: {before} -> {after}", "{path}: {before} → {after}"),
    "study_title": (
        "{name}, {points} points, {engine}, {n} replications, seed {seed}: ",
        "{name} {points}点、エンジン{engine}、反復{n}回、乱数シード{seed}: ",
    ),
    "study_points": ("points", "点の一覧"),
    "study_measures": ("measures (95% intervals)", "指標(括弧内は95%信頼区間)"),
    "study_differences": (
        "differences to the base, shares in percentage points (95% intervals)",
        "基準の点との差。割合の差はポイント(括弧内は95%信頼区間)",
    ),
    "flag note": ("note", "注記"),
    "flag warning": ("warning", "注意"),
    # Deflection.
    "deflection_title": (
        "{name}: with each channel against without it, expected over the whole period",
        "{name}: 各チャネルがある場合とない場合の差(期間全体の期待値)",
    ),
    "deflection_simulated": (
        "without the channel less with it, {n} replications, seed {seed}, 95% intervals",
        "チャネルがない場合からある場合を引いた差。反復{n}回、乱数シード{seed}、95%信頼区間",
    ),
    "channel": ("Channel", "チャネル"),
    "all channels": ("all channels", "全チャネル"),
    "tried": ("Tried it (needs)", "試行(件)"),
    "contacts_avoided": ("Contacts avoided", "削減コンタクト数(件)"),
    "minutes_avoided": ("Handling avoided (min)", "削減処理時間(分)"),
    "seats_avoided": ("Seats avoided in the busiest interval", "最繁時の削減席数(席)"),
    "saved_jpy": ("Wages saved (JPY)", "削減賃金(円)"),
    "cost_jpy": ("Cost of the channel (JPY)", "チャネルの費用(円)"),
    "net_jpy": ("Net (JPY)", "差引(円)"),
    # Forecast.
    "mean": ("Mean", "平均"),
    "p05": ("5%", "5%点"),
    "p25": ("25%", "25%点"),
    "p50": ("Median", "中央値"),
    "p75": ("75%", "75%点"),
    "p95": ("95%", "95%点"),
    "contacts_by_interval": ("Contacts by interval or day", "コンタクト数(時間帯別・日別)"),
}  # fmt: skip
