"""Lines of an explanation: what it is (English, Japanese) and where it comes from (English, Japanese)."""

FUNCTIONS = {"erlang_a_agents": ("Erlang A", "アーランA"), "ceil": ("rounded up", "切り上げ")}
"""What the functions in formulas are called, in English and Japanese."""
LINES: dict[str, tuple[str, str, str, str]] = {
    "first": ("first calls", "初回の着信", "simulated, mean of the replications", "シミュレーション、反復の平均"),
    "follow_ups": ("follow-up calls", "再入電・後続", "simulated: repeats, second claims, cases",
                   "シミュレーション: 再入電・後続"),
    "redials": ("redials", "かけ直し", "simulated: after giving up or a busy tone", "シミュレーション: 放棄・話中後のかけ直し"),
    "offered": ("offered calls", "着信", "calls are not customers", "着信数は人数ではない"),
    "aht_standard": ("standard handling time", "標準処理時間", "scenario: talk + hold + after", "シナリオ: 通話+保留+後処理"),
    "speed": (
        "factor of reasons, groups, tenure", "用件・グループ・習熟の係数",
        "simulated handling time / standard", "シミュレーションの処理時間÷標準",
    ),
    "aht": ("handling time", "平均処理時間", "of those who are there", "在席要員の実際の処理時間"),
    "interval": ("length of the interval", "時間帯の長さ", "scenario: clock.interval", "シナリオ: clock.interval"),
    "load": ("offered load", "呼量", "Erlang: calls x handling time / time", "アーラン: 着信×処理時間÷時間"),
    "answer_rate": ("answer rate", "応答率", "simulated: handled / offered", "シミュレーション: 応答÷着信"),
    "on_calls": ("agents on calls", "通話中の要員", "the load of those who are answered", "応答された呼の呼量"),
    "service": ("service level", "サービスレベル", "simulated: answered in time / offered",
                "シミュレーション: 目標時間内の応答÷着信"),
    "patience": ("mean patience", "平均我慢時間", "scenario: queue", "シナリオ: キュー"),
    "within": ("answered within", "応答までの目標時間", "scenario: answer_within", "シナリオ: answer_within"),
    "promised": ("service level promised", "約束のサービスレベル", "scenario: target (80% where there is none)",
                 "シナリオ: 目標(なければ80%)"),
    "site_share": ("share of the calls", "着信の割合", "scenario: sites of the queue", "シナリオ: キューの拠点"),
    "site_needed": (
        "agents needed for its share", "割合に必要な要員", "nobody else answers these calls", "他の拠点は応答しない",
    ),
    "needed": (
        "agents needed for first calls", "必要な要員(初回の着信)",
        "Erlang A (Palm 1957; Garnett, Mandelbaum, Reiman 2002)", "アーランA(Palm 1957; Garnett, Mandelbaum, Reiman 2002)",
    ),
    "agents": ("agents there", "応答可能な要員", "on duty after breaks and shrinkage", "休憩とシュリンケージを除く"),
    "agents_all": ("agents there, all groups", "応答可能な要員(全グループ)", "sum over the groups", "グループの合計"),
    "shrinkage": ("shrinkage", "シュリンケージ", "scenario: group", "シナリオ: グループ"),
    "heads": ("heads for these agents", "必要な人数", "shrinkage divides, it is not added", "シュリンケージは割り戻す"),
    "heads_all": ("heads, all groups", "人数(全グループ)", "sum over the groups", "グループの合計"),
    "on_duty": ("heads on duty", "就業人数", "plan: shifts", "計画: シフト"),
    "agents_everywhere": (
        "agents there, whole centre", "応答可能な要員(全拠点)", "every group that serves the queue", "キューを担当する全グループ",
    ),
    "spare": ("agents beyond the need", "必要数を超える要員", "below 0: too few", "負なら不足"),
    "seats": ("seats", "席数", "plan or scenario: site", "計画またはシナリオ: 拠点"),
    "seated": ("agents at the site", "拠点の要員", "all groups of the site", "拠点の全グループ"),
    "seats_left": ("seats left", "空席", "agents take seats", "要員が席を使う"),
    "hires_limit": ("heads that can be had", "確保できる人数", "scenario: levers (on hand + hires)", "シナリオ: 在籍+採用上限"),
    "hires_left": ("heads that could still be hired", "まだ採用できる人数", "hired heads count", "採用済みを除く"),
    "hired": ("heads on hand and hired", "在籍+採用", "plan: hires", "計画: 採用"),
    "binds_seats": ("every seat is taken: seats bind", "満席: 席数が制約", "", ""),
    "binds_staff": ("nobody is left to hire: staff binds", "採用上限に到達: 人員が制約", "", ""),
    "binds_promise": (
        "the promise binds: it is kept here, and no more is needed", "約束が制約: 達成済みで、これ以上は不要", "", "",
    ),
    "binds_roster": (
        "the roster binds: the promise is missed here, though seats are free", "シフトが制約: 席は空いているが約束は未達", "", "",
    ),
    "binds_closed": ("nobody calls in this interval", "この時間帯の着信なし", "", ""),
}  # fmt: skip
