"""Every word of the report in English and Japanese. Labels of measures are in ``surgesim.result.measures``."""

from collections.abc import Callable

from surgesim.base.errors import InputError, Problem
from surgesim.report.names import NAMES
from surgesim.report.panel_words import PANEL
from surgesim.report.picture_words import PICTURES
from surgesim.report.study_words import STUDIES
from surgesim.report.table_words import TABLES
from surgesim.result.measures import BY_NAME

LANGUAGES = ("en", "ja")
Speaker = Callable[..., str]

WORDS: dict[str, tuple[str, str]] = {
    **NAMES,
    **PICTURES,
    **STUDIES,
    **PANEL,
    **TABLES,
    # Headings.
    "report": ("Capacity plan", "要員・設備計画"),
    "result_report": ("Simulation result", "シミュレーション結果"),
    "answer": ("The answer", "結論"),
    "how_sure": ("How sure this is", "確からしさ"),
    "cost_by_item": ("Cost by item", "費用内訳"),
    "what_happened": ("What actually happened", "実績との比較"),
    "why": ("Why", "根拠"),
    "why_days": ("Service by day: formulas and simulation", "日別サービスレベル: 計算式とシミュレーション"),
    "why_note": (
        "Erlang C and Erlang A take the mean demand and the staff of the plan, each interval by itself; where Erlang C "
        "has no answer, nobody counts as answered in time. The simulation follows every caller through waiting, giving up "
        "and redialling.",
        "アーランCとアーランAは平均需要と計画人員を時間帯ごとに独立に扱い、アーランCに解がない時間帯は時間内応答を0とする。"
        "シミュレーションは待ち、放棄、かけ直しを発信者ごとに追う。",
    ),
    "pictures": ("Pictures", "図"),
    "assumptions": ("Assumptions and their sources", "前提条件と出典"),
    "definitions": ("Definitions of the measures", "指標の定義"),
    "about": ("How this was made", "作成条件"),
    "remarks": ("Before trusting a number", "利用上の注意"),
    "staff_of_plan": ("Staff", "要員"),
    "promises": ("Promises", "約束(目標)"),
    "sure_line": (
        "Verified on {n} fresh replications of the simulation, each promise with {confidence} confidence.",
        "新しい乱数による{n}回のシミュレーションで、各約束を信頼度{confidence}で検証。",
    ),
    "gap_line": ("At most {gap} above the proven lower bound.", "証明済みの下界との差は最大{gap}。"),
    "binds": ("What binds, and what one more is worth", "制約となっている条件と限界価値"),
    "alternatives": ("Next best alternatives", "次善の案"),
    "break_even": ("What would change the answer", "結論が変わる分岐点"),
    "service_by_day": ("Simulated service by day, 95% interval", "日別のシミュレーション結果(95%信頼区間)"),
    "more_items": ("{n} more items", "ほか{n}項目"),
    "knowing": ("What knowing more is worth", "情報の価値"),
    # The answer.
    "hire": ("Hire", "採用"),
    "no_hires": ("Nobody has to be hired.", "新規採用は不要。"),
    "hire_line": (
        "{heads} heads for {group}, {source}, at {site}: order by the eve of {order}, "
        "training from {training}, at work from {work}",
        "{group} ({source})、 {site} に {heads}名: 発注 {order} の前日夕方まで、 研修開始 {training}、 就業開始 {work}",
    ),
    "places": ("Sites, seats and lines", "拠点・席数・回線数"),
    "seats": ("Seats", "席数"),
    "lines": ("Lines", "回線数"),
    "site_line": ("{title}: {seats} seats", "{title}: {seats}席"),
    "site_more": (
        "{title}: {seats} seats, {added} of them added from {day}",
        "{title}: {seats}席 (うち{added}席を {day} から増設)",
    ),
    "site_unused": ("{title}: not opened", "{title}: 開設しない"),
    "line_line": ("{trunk}: {lines} lines", "{trunk}: {lines}回線"),
    "line_more": (
        "{trunk}: {lines} lines, {added} of them added from {day}",
        "{trunk}: {lines}回線 (うち{added}回線を {day} から増設)",
    ),
    "total_cost": ("Total cost", "総費用"),
    "period": ("Period", "対象期間"),
    "week_from": ("week from {day}", "{day}からの週"),
    "horizon": ("whole period", "期間全体"),
    "interval_95": ("95% interval", "95%信頼区間"),
    "at_least": ("at least {bound}", "{bound}以上"),
    "at_most": ("at most {bound}", "{bound}以下"),
    "within": ("within {time}", "{time}以内"),
    "measures_taken": ("Measures taken", "採用する対策"),
    "per_interval": ("in every interval", "時間帯ごと"),
    "per_day": ("every day", "毎日"),
    "per_week": ("every week", "毎週"),
    "per_horizon": ("over the whole period", "期間全体"),
    "promise": ("Promise", "約束"),
    "promise_line": (
        "{value} in the tightest period ({period}); bound shown with {confidence} confidence: {bound}; "
        "kept by {here} of the replications there, by {chance} in every period",
        "最も厳しい期間 ({period}) で {value}、 信頼度 {confidence} での限界値 {bound}、 "
        "その期間は反復の {here} で、 全期間では {chance} で達成",
    ),
    "promise_whole": (
        "{value}; bound shown with {confidence} confidence: {bound}; kept by {chance} of the replications",
        "{value}、 信頼度 {confidence} での限界値 {bound}、 反復の {chance} で達成",
    ),
    "weakest": (
        "{queue}, weakest time of day: {time}, {measure} {value} of {calls} contacts a day",
        "{queue}で最も弱い時間帯: {time}、 {measure} {value} (1日{calls}件)",
    ),
    "weakest_mend": ("; a promise in every interval would forbid it", "。 時間帯ごとの約束にすれば避けられる"),
    "total_mean": ("Total, mean of the replications", "合計(反復の平均)"),
    "worst": ("Tightest period", "最も厳しい期間"),
    "bound_shown": ("Bound shown ({confidence} confidence)", "限界値(信頼度{confidence})"),
    "chance": ("Replications that keep it in every period", "全期間で達成した反復の割合"),
    "kept": ("kept", "達成"),
    "missed": ("missed", "未達"),
    "unsure": ("kept on average, not shown", "平均では達成、未確証"),
    "all_kept": (
        "Every promise is kept on average over the futures, shown by simulation.",
        "すべての約束が(起こりうる需要の平均で)守られることをシミュレーションで確証した。",
    ),
    "all_probable": (
        "Simulation shows that every promise holds in each of its periods with a probability of at least {probability}.",
        "すべての約束が各期間で{probability}以上の確率で守られることをシミュレーションで確証した。",
    ),
    "with_probability": ("{per}, in at least {probability} of all futures", "{per}、確率{probability}以上"),
    "of_futures": ("{share} of futures", "確率{share}"),
    "chance_period": ("Replications that keep it in that period", "その期間に達成した反復の割合"),
    "some_missed": ("At least one promise is not shown to be kept: see below.", "確証されていない約束がある(下表参照)。"),
    # Certificate.
    "solver_status": ("Solver", "ソルバーの状態"),
    "bound": ("Proven lower bound of the cost", "費用の証明済み下界"),
    "gap": ("Gap between cost and bound", "費用と下界の差"),
    "bound_of": ("A bound of", "下界の意味"),
    "verified": ("Verified by", "検証方法"),
    "verified_line": ("{n} fresh replications of the simulation ({engine})", "新しい乱数による{n}回のシミュレーション({engine})"),
    # What happened.
    "forecast_line": ("Forecast of needs (median; 90% band)", "用件数の予測(中央値、90%幅)"),
    "actual_line": ("What was counted", "実績"),
    "counts_answered": (
        "calls answered by the real desk, which had its own, limited capacity; unmet demand is not in it",
        "実際の窓口が応答した件数。能力に限りがあり、満たされなかった需要は含まれない",
    ),
    "counts_offered": ("calls offered to the real desk, redials included", "実際の窓口への着信数(かけ直しを含む)"),
    "counts_needs": ("needs", "用件数"),
    "total": ("Total", "合計"),
    "busiest_day": ("Busiest day", "最多日"),
    "days_inside": ("Days inside the 90% band", "90%幅に入った日数"),
    "of_days": ("{n} of {m}", "{m}日中{n}日"),
    # Tables.
    "item": ("Item", "費目"),
    "what": ("For", "対象"),
    "unit": ("Unit", "単位"),
    "quantity": ("Quantity", "数量"),
    "price": ("Unit price (JPY)", "単価(円)"),
    "cost": ("Cost (JPY)", "費用(円)"),
    "share_of_cost": ("Share", "構成比"),
    "day": ("Day", "日付"),
    "queue": ("Queue", "キュー"),
    "site": ("Site", "拠点"),
    "group": ("Group", "グループ"),
    "source": ("Source", "区分"),
    "heads": ("Heads", "人数"),
    "on_hand": ("On hand (heads)", "在籍(名)"),
    "hired": ("Hired (heads)", "採用(名)"),
    "peak_heads": ("Most on duty at once (heads)", "同時就業の最大(名)"),
    "head_hours": ("Hours on duty (h)", "就業時間(時間)"),
    "order_day": ("Order by the eve of", "発注(前日夕方まで)"),
    "training_day": ("Training from", "研修開始日"),
    "work_day": ("At work from", "就業開始日"),
    "existing": ("Existing", "既存"),
    "added": ("Added", "増設"),
    "from": ("From", "開始日"),
    "shift": ("Shift", "シフト"),
    "start": ("Start", "開始時刻"),
    "needs_median": ("Needs, median", "用件数(中央値)"),
    "erlang_c": ("Erlang C", "アーランC"),
    "erlang_a": ("Erlang A", "アーランA"),
    "simulated": ("Simulated", "シミュレーション"),
    "target": ("Target", "目標"),
    "actual": ("Actual", "実績"),
    "reason": ("Why they differ", "差の理由"),
    "agree": ("they agree within one point", "差は1ポイント以内"),
    "measure": ("Measure", "指標"),
    "name": ("Name", "名称"),
    "formula": ("Definition", "定義"),
    "assumption": ("Assumption", "前提"),
    "value": ("Value", "値"),
    "low": ("Low", "下限"),
    "high": ("High", "上限"),
    "met": ("Kept", "達成"),
    # How it was made.
    "scenario": ("Scenario", "シナリオ"),
    "engine": ("Engine", "計算エンジン"),
    "seed": ("Seed", "乱数シード"),
    "replications": ("Replications", "反復回数"),
    "version": ("surgesim version", "surgesimの版"),
    "fingerprint": ("Fingerprint of scenario and files (SHA-256)", "シナリオとファイルの指紋(SHA-256)"),
    "command": ("To get the same again", "再現コマンド"),
    "time_zone": ("Time zone", "時間帯"),
    "report_at": ("Report", "レポート"),
    # Sources.
    "in_house": ("in-house", "自社"),
    "borrowed": ("borrowed", "応援"),
    "temporary": ("temporary", "派遣・臨時"),
    "outsourced": ("outsourced", "外部委託"),
    "standby": ("standby", "待機"),
    # Workbook.
    "sheet_summary": ("Summary", "概要"),
    "sheet_cost": ("Cost", "費用"),
    "sheet_staff": ("Staff by interval", "時間帯別要員"),
    "sheet_shifts": ("Shifts", "シフト"),
    "sheet_hires": ("Hires", "採用"),
    "sheet_seats": ("Seats and lines", "席と回線"),
    "sheet_service": ("Service by day", "日別サービス"),
    "sheet_assumptions": ("Assumptions", "前提条件"),
    "sheet_definitions": ("Definitions", "定義"),
    "what_if_price": ("Prices and quantities may be changed; the totals follow.", "単価と数量は変更でき、合計は自動計算される。"),
    "alt": ("Picture: {title}. The numbers are in the tables of this report.", "図: {title}。数値は本レポートの表にある。"),
    "source_of": ("Source", "出典"),
    "figures": ("All headline figures", "主要数値一覧"),
}  # fmt: skip


def check_language(language: str) -> None:
    """Refuse a language that has no words.

    Raises
    ------
    InputError
        Neither ``"en"`` nor ``"ja"``.
    """
    if language not in LANGUAGES:
        raise InputError(Problem(f"there are no words in {language!r}", "language", "write en or ja"))


def speaker(language: str) -> Speaker:
    """Return the function that says a word in ``"en"`` or ``"ja"``, filling in what it names.

    Examples
    --------
    >>> speaker("en")("within", time="60 s")
    'within 60 s'
    """
    place = LANGUAGES.index(language)

    def say(key: str, **values: object) -> str:
        return WORDS[key][place].format(**values)

    return say


def label(measure: str, language: str) -> str:
    """Return the label of a measure."""
    return BY_NAME[measure].label(language)


def item(kind: str, language: str) -> str:
    """Return the word for a kind of cost; its own name where the table has none, for plug-ins bring their own."""
    return WORDS.get(f"item {kind}", (kind, kind))[LANGUAGES.index(language)]


def unit(name: str, language: str) -> str:
    """Return the word for a unit, its own name where the table has none."""
    return WORDS.get(f"unit {name}", (name, name))[LANGUAGES.index(language)]


def reason(code: str, language: str) -> str:
    """Return the short name of a reason why formulas and simulation differ."""
    return WORDS.get(f"reason {code}", (code, code))[LANGUAGES.index(language)]


def long_reason(code: str, language: str) -> str:
    """Return the sentence of a reason why formulas and simulation differ."""
    from surgesim.erlang.engine_reasons import BY_CODE

    if code in BY_CODE:
        return BY_CODE[code].ja if language == "ja" else BY_CODE[code].en
    return WORDS[f"long {code}"][LANGUAGES.index(language)]
