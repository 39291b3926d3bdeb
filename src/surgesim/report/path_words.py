"""What places in a scenario are called in print: ``queues.recall.patience`` is "Recall: patience", 「リコール窓口: 我慢時間」."""

from typing import TYPE_CHECKING

from surgesim.scenario.titles import called

if TYPE_CHECKING:
    from surgesim.scenario.scenario import Scenario

PLACES: dict[str, tuple[str, str]] = {
    # Demand.
    "affected": ("people affected", "対象者数"),
    "severity": ("severity", "深刻度"),
    "severity_noise": ("uncertainty of the severity", "深刻度の不確実性"),
    "talk_with_severity": ("talk time with severity", "深刻度による通話時間"),
    "patience_with_severity": ("patience with severity", "深刻度による我慢時間"),
    "propensity": ("share that gets in touch", "連絡率"),
    "reach": ("reach", "到達率"),
    "recontact": ("second contacts", "再連絡率"),
    "throttle": ("letters per day", "送付の上限"),
    "at": ("time", "時刻"),
    "delay": ("delay", "遅れ"),
    "rate": ("rate of contacts", "件数の頻度"),
    "per_day": ("needs per day", "1日あたり件数"),
    "day_noise": ("luck of the day", "日ごとのばらつき"),
    "contacts_per_need": ("contacts per need", "用件あたり件数"),
    "size": ("people on the list", "リストの人数"),
    "release": ("pace of the list", "発信の速さ"),
    "talk_factor": ("talk time, factor", "通話時間の倍率"),
    # Self-service.
    "tries": ("share that tries it", "試行率"),
    "containment": ("containment", "自己解決率"),
    "boomerang_delay": ("delay of the boomerang", "自己解決失敗後の入電までの時間"),
    "boomerang_factor": ("handling after a failed try, factor", "自己解決失敗後の処理時間の倍率"),
    "available_from": ("available from", "提供開始"),
    "unit_cost": ("cost of a use", "利用単価"),
    "content_cost": ("cost of the content", "制作費"),
    # Queues.
    "patience": ("patience", "我慢時間"),
    "answer_within": ("answer within", "応答までの目標時間"),
    "deadline": ("deadline", "期限"),
    "priority": ("priority", "優先順位"),
    "ageing": ("ageing", "優先順位の繰上げ"),
    "short_abandon": ("short abandon", "短時間放棄の上限"),
    "handling.talk": ("talk time", "通話時間"),
    "handling.hold": ("hold time", "保留時間"),
    "handling.after": ("after-contact work", "後処理時間"),
    "redial.probability": ("share that redials", "かけ直し率"),
    "redial.delay": ("delay of redials", "かけ直しまでの時間"),
    "redial.attempts": ("attempts", "かけ直しの上限回数"),
    "redial.patience_factor": ("patience of redials, factor", "かけ直し時の我慢時間の倍率"),
    "closing.returns": ("share that comes back after closing", "閉局後に再入電する割合"),
    "chat": ("chats at once", "チャット同時対応"),
    # Staff, seats, lines.
    "heads": ("heads", "人数"),
    "shrinkage": ("shrinkage", "シュリンケージ"),
    "handling_factor": ("handling time, factor", "処理時間の倍率"),
    "seats": ("seats", "席数"),
    "lines": ("lines", "回線数"),
    "policy": ("routing policy", "ルーティング方式"),
    "on_hand": ("heads on hand", "在籍人数"),
    "hires": ("most hires", "採用上限"),
    "wage": ("wage", "時給"),
    "hiring_cost": ("cost of a hire", "採用単価"),
    "lead_time": ("lead time", "準備期間"),
    "training": ("training", "研修期間"),
    "drop_out": ("drop-out", "辞退率"),
    "minimum_term": ("minimum term", "最低契約期間"),
    "days_per_week": ("days per week", "週の勤務日数"),
    "lot": ("lot", "増設単位"),
    "opening_cost": ("cost of opening", "開設費"),
    "day_cost": ("cost per day", "日額"),
    "seat_cost": ("cost of a seat", "席単価"),
    "line_cost": ("cost of a line", "回線単価"),
    "packages": ("packages", "プラン数"),
    "fee": ("fee", "確保料"),
    "activation": ("activation", "発動料"),
    "budget": ("budget", "予算"),
    "at_least": ("at least", "下限"),
    "at_most": ("at most", "上限"),
}  # fmt: skip
"""Words for what stands at the end of a path, in English and Japanese; what is not here keeps its name."""

TITLED = {
    ("queues",): "queues", ("groups",): "groups", ("sites",): "sites", ("trunks",): "trunks", ("shifts",): "shifts",
    ("reasons",): "reasons", ("incident", "announcements"): "announcements", ("levers", "staff"): "groups",
    ("levers", "sites"): "sites", ("levers", "lines"): "trunks", ("levers", "standby"): "standby", ("demand",): "",
    ("channels",): "", ("targets",): "", ("incident",): None, ("levers",): None, ("routing",): None,
}  # fmt: skip
"""Beginnings of paths, and the kind of part that is named behind them: with a title, without one (""), or none at all."""


def path_label(scenario: "Scenario", path: str, language: str) -> str:
    """Return what a dotted path is called: the title of the part, and the word for what is changed there.

    Parameters
    ----------
    scenario : Scenario
        Whose titles are used.
    path : str
        ``groups.tokyo.heads``; a path without words keeps its own.
    language : str
        ``"en"`` or ``"ja"``.
    """
    keys = tuple(path.split("."))
    start = max((start for start in TITLED if keys[: len(start)] == start), key=len, default=())
    kind, rest = TITLED.get(start), keys[len(start) :]
    if kind is None or len(rest) < 2:
        return _word(rest, path, language) if rest else path
    who = called(scenario, kind, rest[0]).in_language(language) if kind else rest[0]
    return f"{who}: {_word(rest[1:], '.'.join(rest[1:]), language)}"


def _word(keys: tuple[str, ...], written: str, language: str) -> str:
    found = PLACES.get(".".join(keys))
    return written if found is None else found[language == "ja"]
