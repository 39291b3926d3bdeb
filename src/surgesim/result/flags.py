"""Flags: what a reader of a result must know before trusting a number in it."""

from dataclasses import asdict, dataclass
from typing import Literal

Level = Literal["note", "warning"]


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

    def tree(self) -> dict[str, str]:
        """Return the flag as a plain mapping."""
        return {key: str(value) for key, value in asdict(self).items()}


def still_waiting(queue: str, contacts: float) -> Flag:
    """Return the flag of a queue in which contacts (a mean per replication) still wait when the horizon ends."""
    return Flag(
        "warning", "still_waiting", queue, f"{contacts:.3g} contacts still wait when the horizon ends",
        "lengthen the horizon or add staff", f"期間末に{contacts:.3g}件が未処理です",
    )  # fmt: skip
