"""The one place where a rate is defined: every measure is a sum of columns over a sum of columns.

Nothing else in surgesim divides one counter by another. A rate of a day is the ratio of the day's sums, never the
mean of the rates of its intervals: intervals with three calls would weigh as much as intervals with three thousand.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

from surgesim.base.errors import CatalogueError, Problem
from surgesim.base.text import suggestion
from surgesim.scenario.levers import Target

Source = Literal["queues", "groups", "trunks", "waits"]
Kind = Literal["all", "calls", "deferred"]


@dataclass(frozen=True, slots=True)
class Measure:
    """The definition of one measure.

    Attributes
    ----------
    name : str
        Name in every table, with the unit of times at its end.
    source : str
        Table that its columns are in: ``queues``, ``groups``, ``trunks`` or ``waits``.
    numerator, denominator : tuple of str
        Columns that are added up; a minus sign in front subtracts. No denominator: a mean per replication.
    unit : str
        ``share``, ``s``, ``h``, ``contacts``, ``needs`` or ``chats``.
    en, ja : str
        Labels.
    kind : str
        Queues that count: ``all``, only ``calls``, or only ``deferred`` work. A service level in seconds says
        nothing about mail, and mail would water down the service level of calls.
    scale : float
        Factor on the numerator, for other units than that of the column.
    quantile : float
        For quantiles of the wait histogram: the probability; otherwise ``nan``.
    """

    name: str
    source: Source
    numerator: tuple[str, ...]
    denominator: tuple[str, ...]
    unit: str
    en: str
    ja: str
    kind: Kind = "all"
    scale: float = 1.0
    quantile: float = float("nan")

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns that the measure reads, without signs."""
        return tuple(dict.fromkeys(term.lstrip("-") for term in self.numerator + self.denominator))

    @property
    def formula(self) -> str:
        """The definition in words of its columns, e.g. ``answered_within / (offered - short_abandoned)``."""
        if self.quantile == self.quantile:
            return f"quantile(wait of handled, {self.quantile:.0%})"
        top = _written(self.numerator) + ("" if self.scale == 1.0 else f" / {1.0 / self.scale:.6g}")
        return f"{top} / {_written(self.denominator)}" if self.denominator else top

    def label(self, language: str) -> str:
        """Return the label in ``"en"`` or ``"ja"``."""
        return self.ja if language == "ja" else self.en


def _written(terms: tuple[str, ...]) -> str:
    text = " + ".join(terms).replace("+ -", "- ")
    return f"({text})" if len(terms) > 1 else text


def _of_queues(name: str, top: str, bottom: str, unit: str, en: str, ja: str, kind: Kind = "calls") -> Measure:
    return Measure(name, "queues", tuple(top.split()), tuple(bottom.split()), unit, en, ja, kind)


def _count(name: str, unit: str, en: str, ja: str) -> Measure:
    return Measure(name, "queues", (name,), (), unit, en, ja)


def _hours(name: str, column: str, en: str, ja: str) -> Measure:
    return Measure(name, "groups", (column,), (), "h", en, ja, scale=1.0 / 3600.0)


def _wait(percent: int) -> Measure:
    en, ja = f"Wait of answered calls, {percent}% quantile", f"応答呼の待ち時間({percent}パーセンタイル)"
    return Measure(f"wait_p{percent}_s", "waits", ("handled",), (), "s", en, ja, "calls", quantile=percent / 100.0)


LONGEST: Final = Measure(
    "longest_wait_s", "waits", ("handled", "abandoned"), (), "s",
    "Longest wait (upper edge of its bin)", "最長待ち時間(階級の上端)", "calls", quantile=1.0,
)  # fmt: skip

MEASURES: tuple[Measure, ...] = (
    # Counts: means per replication.
    _count("needs", "needs", "Needs", "用件数"),
    _count("contained", "needs", "Finished in self-service", "自己解決件数"),
    _count("boomerang", "needs", "Self-service failed, called after all", "自己解決失敗後の入電数"),
    _count("closed", "contacts", "Calls outside opening hours", "営業時間外入電数"),
    _count("lost_closed", "contacts", "Calls outside opening hours that never came back", "営業時間外で失われた入電数"),
    _count("offered", "contacts", "Offered", "着信数"),
    _count("first", "contacts", "Offered, first attempts", "初回入電数"),
    _count("redial", "contacts", "Offered, redials", "かけ直し数"),
    _count("follow_up", "contacts", "Offered, follow-ups", "再入電・後続対応数"),
    _count("escalated", "contacts", "Escalated to this queue", "エスカレーション数"),
    _count("blocked", "contacts", "Blocked (busy tone)", "話中呼数"),
    _count("balked", "contacts", "Left at the announced wait", "待ち時間案内後の離脱数"),
    _count("deflected", "contacts", "Left for an announcement, a link or a callback", "自動案内・誘導による離脱数"),
    _count("handled", "contacts", "Handled", "応答数"),
    _count("abandoned", "contacts", "Abandoned", "放棄数"),
    _count("inside", "contacts", "Still waiting at the end", "期間末の未処理数"),
    _count("given_up", "needs", "Gave up for good", "断念した用件数"),
    _count("callback", "contacts", "Callbacks, and outbound calls tried again", "折り返し・再発信数"),
    _count("unreached", "contacts", "Calls by agents that nobody answered", "発信の不通数"),
    _count("links", "contacts", "Took a link to self-service", "SMSリンク受諾数"),
    _count("link_contained", "needs", "Finished by the link", "SMSリンクでの自己解決件数"),
    _count("menu_ended", "contacts", "Helped by the announcement in the menu", "自動音声案内での解決数"),
    _count("moved", "contacts", "Offered, from another queue", "他の窓口からの入電数"),
    _count("switched", "contacts", "Turned to another queue", "他の窓口へ移った数"),
    _count("misrouted", "contacts", "Offered by mistake", "誤って入電した数"),
    _count("posts", "contacts", "Posts about bad outcomes", "不満の投稿数"),
    _count("spread", "needs", "Needs that posts brought", "投稿による用件数"),
    _count("promised", "needs", "Callbacks promised", "折り返し約束件数"),
    _count("promise_kept", "needs", "Called back within the time promised", "約束時間内の折り返し件数"),
    # Promises.
    _of_queues("service_level", "answered_within", "offered", "share",
               "Service level (of offered)", "サービスレベル(着信呼比)"),
    _of_queues("service_level_of_handled", "answered_within", "handled", "share",
               "Service level (of handled)", "サービスレベル(応答呼比)"),
    _of_queues("service_level_of_offered_less_short_abandons", "answered_within", "offered -short_abandoned", "share",
               "Service level (of offered less short abandons)", "サービスレベル(短時間放棄を除く着信呼比)"),
    _of_queues("answer_rate", "handled", "offered", "share", "Answer rate", "応答率"),
    _of_queues("abandonment", "abandoned", "offered", "share", "Abandonment", "放棄率"),
    _of_queues("blocking", "blocked", "offered", "share", "Blocking", "話中率"),
    _of_queues("on_time", "on_time", "offered", "share", "Handled on time", "期限内処理率", "deferred"),
    _of_queues("promise_kept_share", "promise_kept", "promised", "share",
               "Callbacks within the time promised", "折り返し約束の遵守率", "all"),
    _of_queues("balking", "balked", "offered", "share", "Share that left at the announced wait", "待ち時間案内後の離脱率"),
    _of_queues("deflected_in_queue", "deflected", "offered", "share",
               "Share that left for an announcement, a link or a callback", "自動案内・誘導による離脱率"),
    _of_queues("social_gain", "spread", "needs", "share", "Share of needs that posts brought", "投稿による用件の割合", "all"),
    # Waits.
    _of_queues("asa_s", "wait_handled_s", "handled", "s", "Average speed of answer", "平均応答時間"),
    _of_queues("wait_abandoned_mean_s", "wait_abandoned_s", "abandoned", "s",
               "Mean wait of those who gave up", "放棄呼の平均待ち時間"),
    _of_queues("wait_mean_s", "wait_handled_s wait_abandoned_s", "handled abandoned", "s",
               "Mean wait of all who waited", "平均待ち時間(応答・放棄)"),
    _of_queues("delay_mean_s", "wait_handled_s", "handled", "s",
               "Mean time until deferred work is begun", "後日処理の平均着手時間", "deferred"),
    *(_wait(percent) for percent in (50, 90, 95, 99)),
    LONGEST,
    # Handling.
    _of_queues("talk_s", "talk_s", "handled", "s", "Talk time", "平均通話時間", "all"),
    _of_queues("hold_s", "hold_s", "handled", "s", "Hold time", "平均保留時間", "all"),
    _of_queues("acw_s", "after_s", "handled", "s", "After-contact work", "平均後処理時間", "all"),
    _of_queues("transfer_s", "transfer_s", "handled", "s", "Waiting and handing over in warm transfers", "引継ぎ時間", "all"),
    _of_queues("aht_s", "talk_s hold_s after_s transfer_s", "handled", "s", "Average handling time", "平均処理時間", "all"),
    # Where contacts come from and end.
    _of_queues("redial_share", "redial", "offered", "share", "Share of redials", "かけ直し率"),
    _of_queues("closed_share", "closed", "closed offered", "share", "Share of calls outside hours", "営業時間外入電率"),
    _of_queues("containment", "contained", "contained boomerang", "share",
               "Containment of self-service", "自己解決率", "all"),
    _of_queues("deflection", "contained", "needs", "share", "Share moved off the desk", "呼の誘導率", "all"),
    _of_queues("boomerang_share", "boomerang", "needs", "share",
               "Share that self-service failed and that called", "自己解決失敗後の再入電率", "all"),
    _of_queues("given_up_share", "given_up", "needs", "share", "Share of needs given up", "断念率", "all"),
    # Staff and lines.
    Measure("occupancy", "groups", ("busy_s",), ("ready_s",), "share", "Occupancy", "占有率"),
    Measure("novice_share", "groups", ("novice_handled",), ("handled",), "share",
            "Share handled by novices", "新人対応率"),
    Measure("concurrency", "groups", ("chat_s",), ("chatting_s",), "chats",
            "Chats in hand of an agent at chat", "チャット同時対応数"),
    Measure("utilisation", "groups", ("ready_s",), ("paid_s",), "share", "Utilisation", "稼働率"),
    _hours("busy_h", "busy_s", "Hours at work", "対応時間"),
    _hours("ready_h", "ready_s", "Hours on duty", "在席時間"),
    _hours("paid_h", "paid_s", "Paid hours", "支払対象時間"),
    Measure("trunk_utilisation", "trunks", ("busy_s",), ("line_s",), "share", "Use of lines", "回線使用率"),
)  # fmt: skip
"""Every measure, in the order in which tables show them."""

BY_NAME: dict[str, Measure] = {measure.name: measure for measure in MEASURES}


def find(name: str) -> Measure:
    """Return the definition of a measure.

    Raises
    ------
    CatalogueError
        There is no such measure.
    """
    if name not in BY_NAME:
        raise CatalogueError(Problem(f"there is no measure {name!r}", "measure", suggestion(name, BY_NAME)))
    return BY_NAME[name]


def choose(names: Iterable[str] | None) -> tuple[Measure, ...]:
    """Return the definitions of ``names`` in the order of :data:`MEASURES`, all of them for None.

    Raises
    ------
    CatalogueError
        One or more names are not measures; all of them are named.
    """
    if names is None:
        return MEASURES
    wanted = [names] if isinstance(names, str) else list(names)
    unknown = [name for name in wanted if name not in BY_NAME]
    if unknown:
        raise CatalogueError(Problem(f"there is no measure {n!r}", "measure", suggestion(n, BY_NAME)) for n in unknown)
    return tuple(measure for measure in MEASURES if measure.name in wanted)


def measure_of(target: Target) -> Measure:
    """Return the measure that a promise is about; the service level names its denominator."""
    if target.measure == "service_level" and target.of != "offered":
        return BY_NAME[f"service_level_of_{target.of}"]
    return BY_NAME[target.measure]
