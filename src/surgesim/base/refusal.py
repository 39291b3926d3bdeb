"""Why there is no plan, and what would make one possible: the same in words, in both languages, and as plain values."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

MOST_SENTENCES = 6


@dataclass(frozen=True)
class WayOut:
    """One way to make the problem feasible.

    Attributes
    ----------
    kinds : tuple of str
        Kinds of constraints that it relaxes.
    sentences, japanese : tuple of str
        What to relax, one sentence each, in English and Japanese.
    cost_jpy : float
        Cost of the cheapest plan then, by the linear relaxation: no plan costs less.
    whole : bool
        Whether it is enough for whole heads and lines; else for fractions, as those were not found in time.
    """

    kinds: tuple[str, ...]
    sentences: tuple[str, ...]
    cost_jpy: float
    japanese: tuple[str, ...] = ()
    whole: bool = True

    def __str__(self) -> str:
        return self.in_language("en")

    def in_language(self, language: str) -> str:
        """Return what to relax, and what the plan then costs at least."""
        said = self.japanese if language == "ja" else self.sentences
        shown, left = list(said[:MOST_SENTENCES]), len(said) - MOST_SENTENCES
        if left > 0:
            shown.append(f"同種のものがあと{left}件" if language == "ja" else f"and {left} more of this kind")
        if not self.whole:
            shown.append("整数の人数・回線にはもう少し必要" if language == "ja" else "a little more where whole numbers need it")
        if language == "ja":
            return f"{'、'.join(shown)}(そのときの計画の費用は少なくとも¥{self.cost_jpy:,.0f})"
        return f"{'; '.join(shown)} (the plan then costs at least ¥{self.cost_jpy:,.0f})"


@dataclass(frozen=True)
class Refusal:
    """Why no plan keeps every promise.

    Attributes
    ----------
    conflict : tuple of str
        Kinds of constraints that cannot hold together, none of which can be spared.
    names, names_ja : tuple of str
        What these are called, in English and Japanese.
    broken, broken_ja : tuple of str
        What each of them says, in English and Japanese.
    ways : tuple of WayOut
        What to relax: any one of them is enough.
    measures, measures_ja : str
        Measures taken, where there are measures to choose.
    others, others_ja : tuple of str
        Other sets of measures with which there is no plan either.
    """

    conflict: tuple[str, ...]
    names: tuple[str, ...]
    names_ja: tuple[str, ...]
    broken: tuple[str, ...]
    broken_ja: tuple[str, ...]
    ways: tuple[WayOut, ...]
    measures: str = ""
    measures_ja: str = ""
    others: tuple[str, ...] = ()
    others_ja: tuple[str, ...] = ()

    def __str__(self) -> str:
        return self.in_language("en")

    def in_language(self, language: str) -> str:
        """Return all of it, a line each."""
        return "\n".join(self._japanese() if language == "ja" else self._english())

    def _english(self) -> Iterator[str]:
        with_ = f"with {self.measures}: " if self.measures else ""
        yield f"{with_}no plan keeps every promise."
        yield from (f"  {one}" for one in self.broken)
        if self.conflict:
            yield f"In conflict, and none of them can be spared: {', '.join(self.names)}"
        if not self.ways:
            yield "  Fractions of heads and lines would do, whole numbers do not: relax a promise slightly."
        else:
            yield "One of these is enough:" if len(self.ways) > 1 else "This is enough:"
        yield from (f"  - {way}" for way in self.ways)
        if self.others:
            yield f"Nor is there one with any other set of measures: {', '.join(self.others)}."

    def _japanese(self) -> Iterator[str]:
        with_ = f"{self.measures_ja}の場合: " if self.measures_ja else ""
        yield f"{with_}すべての約束を守れる計画はない。"
        yield from (f"  {one}" for one in self.broken_ja)
        if self.conflict:
            yield f"同時には満たせない条件(どれも欠かせない): {'、'.join(self.names_ja)}"
        if not self.ways:
            yield "  端数の人数・回線なら可能だが整数では不可能: 約束を少し緩めること。"
        else:
            yield "次のいずれか1つで足りる:" if len(self.ways) > 1 else "次のとおりで足りる:"
        yield from (f"  - {way.in_language('ja')}" for way in self.ways)
        if self.others_ja:
            yield f"ほかの対策の組合せでも計画はない: {' / '.join(self.others_ja)}"

    def plain(self) -> dict[str, Any]:
        """Return plain values, ready for JSON."""
        ways = [
            {
                "kinds": list(way.kinds), "cost_jpy": way.cost_jpy, "relax": list(way.sentences), "relax_ja": list(way.japanese),
            }
            for way in self.ways
        ]  # fmt: skip
        return {
            "feasible": False, "conflict": list(self.conflict), "conflict_names": list(self.names),
            "conflict_names_ja": list(self.names_ja), "broken": list(self.broken), "broken_ja": list(self.broken_ja),
            "relaxations": ways,
        }  # fmt: skip
