"""Flags: what a reader of a result must know before trusting a number in it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Literal

Level = Literal["note", "warning"]

CURES: Mapping[str, str] = {
    "lengthen the horizon or add staff": "期間を延ばすか要員を増やしてください",
    "run at least 10 replications": "反復を10回以上にしてください",
    "allow more replications, or a wider interval": "反復回数を増やすか、許容する区間の幅を広げてください",
    'run engine="sim"': 'engine="sim"(シミュレーション)で確かめてください',
    'run engine="sim" or "fluid"': 'engine="sim"(シミュレーション)か"fluid"(流体近似)で確かめてください',
    'run engine="sim" to see the spread': 'ばらつきはengine="sim"(シミュレーション)で確かめてください',
    'run engine="erlang" or "sim" for quiet intervals': '閑散な時間帯はengine="erlang"か"sim"で確かめてください',
    "run both with the same seed and number of replications": "両方を同じ乱数シードと反復回数で実行してください",
}
"""What to do about flags, in English and Japanese."""


@dataclass(frozen=True, slots=True)
class Flag:
    """One thing to know about a result.

    Attributes
    ----------
    level : str
        ``note``: how a number came about. ``warning``: a number may mislead.
    code : str
        Name of the kind of flag, the same in every run.
    where : str
        Queue, interval, table or field; empty for the whole run.
    what : str
        What is the matter, one sentence.
    instead : str
        What to do about it; empty where there is nothing to do.
    what_ja : str
        The same sentence in Japanese.
    """

    level: Level
    code: str
    where: str
    what: str
    instead: str = ""
    what_ja: str = ""

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        return f"{self.level}: {place}{self.what}" + (f"; {self.instead}" if self.instead else "")

    def in_language(self, language: str) -> str:
        """Return the sentence in ``"en"`` or ``"ja"``, in English where there is no translation."""
        return self.what_ja if language == "ja" and self.what_ja else self.what

    def cure(self, language: str) -> str:
        """Return what to do about it in ``"en"`` or ``"ja"``, in English where there is no translation."""
        return CURES.get(self.instead, self.instead) if language == "ja" else self.instead

    def tree(self) -> dict[str, str]:
        """Return the flag as a plain mapping."""
        return {key: str(value) for key, value in asdict(self).items()}


def still_waiting(queue: str, contacts: float) -> Flag:
    """Return the flag of a queue in which contacts (a mean per replication) still wait when the horizon ends."""
    return Flag(
        "warning", "still_waiting", queue, f"{contacts:.3g} contacts still wait when the horizon ends",
        "lengthen the horizon or add staff", f"期間末に{contacts:.3g}件が未処理です",
    )  # fmt: skip
