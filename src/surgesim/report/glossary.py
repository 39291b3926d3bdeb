"""The glossary: every measure with its formula, unit and both labels, and the words of the API."""

from surgesim.result.measures import MEASURES

HEAD = """# Glossary 用語集

Made from the table of measures by `surgesim list measures --markdown`; the same labels stand in tables, pictures and reports.
"""
NOUNS: tuple[tuple[str, str, str], ...] = (
    ("need", "用件", "a person's reason to get in touch; it survives redials and is counted once"),
    ("contact", "コンタクト(入電)", "one attempt to reach the desk"),
    ("announcement, wave", "公表、波", "what makes people get in touch, and when they do"),
    ("redial", "かけ直し", "a further attempt after a busy tone or after giving up"),
    ("repeat, follow-up", "再入電・後続", "a contact that a handled one brings about"),
    ("deflection", "呼の誘導率", "share of the contacts moved off voice"),
    ("containment", "自己解決率", "share of the tries that end in self-service"),
    ("boomerang", "自己解決失敗後の再入電", "self-service failed, and the person calls after all"),
    ("patience", "我慢時間", "how long somebody is ready to wait; not the mean wait of those who gave up"),
    ("offered load", "呼量", "arrival rate x handling time, erlang"),
    ("agent, head, FTE, seat, line", "要員、人数、常勤換算、席、回線", "five units that are not each other"),
    ("shrinkage", "シュリンケージ", "paid but not available / paid; agents = heads x (1 - shrinkage)"),
    ("trunk", "回線群", "a telephone number with its lines"),
    ("group, skill", "グループ、スキル", "agents who are alike, and what they serve"),
    ("site, queue", "拠点、キュー", "where they sit, and where contacts wait"),
    ("standby package", "待機プラン", "staff held ready for a retainer"),
    ("quote", "見積", "packages priced line by line"),
)


def markdown() -> str:
    """Return the glossary as Markdown, English and Japanese side by side."""
    lines = [HEAD, "## Measures 指標", "", "| name | English | 日本語 | definition | unit |", "|---|---|---|---|---|"]
    for m in MEASURES:
        definition = "counted one by one 計数" if m.formula == m.name else f"`{m.formula}`"
        lines.append(f"| `{m.name}` | {m.en} | {m.ja} | {definition} | {m.unit} |")
    lines += ["", "## Words 用語", "", "| English | 日本語 | what it is |", "|---|---|---|"]
    lines += [f"| {en} | {ja} | {what} |" for en, ja, what in NOUNS]
    return "\n".join(lines) + "\n"
