"""Lists of people whom agents call, beside the rest of the scenario."""

from collections.abc import Iterator, Mapping

from surgesim.base.units import parse_instant
from surgesim.scenario.consistency import Tree, entries, horizon_of, part, read
from surgesim.scenario.schema import Finding


def list_problems(tree: Tree) -> Iterator[Finding]:
    """Yield what does not fit: people of a list are called by agents, from a moment of the horizon on."""
    horizon = horizon_of(tree)
    for name, source in entries(tree, "demand"):
        if source.get("kind") != "list":
            continue
        queue = part(tree, "reasons", str(source.get("reason")), "queue")
        holder = part(tree, "queues", str(queue))
        if isinstance(holder, Mapping) and holder.get("outbound") is None:
            yield ("demand", name, "reason"), f"nobody calls the people of queue {queue!r}", f"write queues.{queue}.outbound"
        moment = read(parse_instant, source.get("start"))
        if moment is not None and horizon is not None and not horizon[0] <= moment.date() < horizon[1]:
            yield ("demand", name, "start"), "the list is released outside of the horizon", "write a day of the horizon"
