"""The state of a centre at a moment of a run, read from its contact log."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from surgesim.scenario.waiting import Callback
from surgesim.sim.contacts import ATTEMPT_BITS, ATTEMPT_MASK

if TYPE_CHECKING:
    import polars as pl

    from surgesim.scenario.scenario import Scenario

Row = dict[str, Any]
LATER = float("inf")


def parts_of(contacts: "pl.DataFrame", at_s: float, replication: int, scenario: "Scenario | None") -> dict[str, Any]:
    """Return the fields of a state by name; see ``Start.of``."""
    import polars as pl

    left = pl.coalesce("start_s", pl.col("joined_s") + pl.col("wait_s"), pl.lit(LATER))
    log = contacts.filter(pl.col("replication") == replication).with_columns(left_s=left)
    waiting = (pl.col("joined_s") < at_s) & (pl.col("left_s") >= at_s)
    served = (pl.col("start_s") < at_s) & (pl.col("end_s") > at_s)
    rows = log.with_columns(waits=waiting.fill_null(False), served=served.fill_null(False)).rows(named=True)
    return Reading(rows, at_s, scenario).parts()


class Reading:
    """One replication of a log, at a moment."""

    def __init__(self, rows: list[Row], at_s: float, scenario: "Scenario | None") -> None:
        self.rows, self.at_s, self.scenario = rows, at_s, scenario
        self.row = {(row["need"], row["attempt"]): row for row in reversed(rows)}  # the first of those with one number
        self.last: dict[tuple[int, int], Row] = {}
        for row in rows:
            self.last[row["need"], row["attempt"] >> ATTEMPT_BITS] = row
        queues = {} if scenario is None else scenario.queues
        self.fan = 1 + max((len(queue.follow_ups) for queue in queues.values()), default=0)
        self.lines = set() if scenario is None else {name for trunk in scenario.trunks.values() for name in trunk.queues}
        self.offered = {(name, offer.queue) for name in queues for offer in queues[name].offers if isinstance(offer, Callback)}

    def parts(self) -> dict[str, Any]:
        """Return the fields of the state by name."""
        found: dict[str, dict[str, list[Any]]] = {}
        for part, name, entry in self.entries():
            found.setdefault(part, {}).setdefault(name, []).append(entry)
        return {part: {name: tuple(entries) for name, entries in named.items()} for part, named in found.items()}

    def entries(self) -> Iterator[tuple[str, str, Any]]:
        """Yield field, queue or group, and entry of everything that is there at the moment."""
        for row in self.rows:
            if row["waits"]:
                yield self.arriving(row, "waiting", (self.at_s - row["joined_s"], row["attempt"] & ATTEMPT_MASK))
            if row["served"] and row["group"] is not None:
                yield "busy", row["group"], row["end_s"] - self.at_s
            if row["served"] and row["talk_end_s"] > self.at_s and self.called(row) in self.lines:
                yield "lines", self.called(row), row["talk_end_s"] - self.at_s
            if self.scenario is not None and row["arrival_s"] >= self.at_s and self.pending(row):
                follows, number = row["attempt"] >> ATTEMPT_BITS, row["attempt"] & ATTEMPT_MASK
                time = row["arrival_s"] - self.at_s
                plain: tuple[str, Any] = ("redials", (time, number)) if number > 1 or not follows else ("follow_ups", time)
                yield self.arriving(row, *plain)

    def arriving(self, row: Row, part: str, entry: Any) -> tuple[str, str, Any]:
        """Return the entry of a contact that waits or will come; another one where it is a callback."""
        promise = self.promise(row)
        if promise is None:
            return part, row["queue"], entry
        first, number = promise
        ago = self.at_s - first["joined_s"] - first["wait_s"]
        return "callbacks", first["queue"], ago if number == 1 else (ago, number, row["arrival_s"] - self.at_s)

    def promise(self, row: Row) -> tuple[Row, int] | None:
        """Return the call in which a callback was promised, and which try it is; None for everything else."""
        number, before = 1, self.row.get((row["need"], row["attempt"] - 1))
        while before is not None and before["outcome"] == "unreached":
            number, before = number + 1, self.row.get((row["need"], before["attempt"] - 1))
        if before is None or before["outcome"] != "deflected" or (before["queue"], row["queue"]) not in self.offered:
            return None
        return before, number

    def called(self, row: Row) -> str:
        """Return the queue whose line a contact holds: that of the call where it is a callback."""
        promise = self.promise(row)
        return str(row["queue"] if promise is None else promise[0]["queue"])

    def pending(self, row: Row) -> bool:
        """Whether a contact of the future follows from one that is not simulated again."""
        number, chain = row["attempt"] & ATTEMPT_MASK, row["attempt"] >> ATTEMPT_BITS
        cause = self.row[row["need"], row["attempt"]]
        if cause is row and number > 1:
            cause = self.row.get((row["need"], row["attempt"] - 1), row)
        elif cause is row and chain > 0:
            cause = self.last.get((row["need"], (chain - 1) // self.fan), row)
        return bool(cause["arrival_s"] < self.at_s and not cause["waits"])
