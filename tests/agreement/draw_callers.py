"""What callers meet before an agent, drawn at random for scenarios of the agreement tests."""

from typing import Any

from hypothesis import strategies as st

shares = st.sampled_from(["0%", "20%", "60%", "100%"])
moments = st.sampled_from(["0s", "0s", "20s", "3min"])


@st.composite
def offers(draw: st.DrawFn, delays: st.SearchStrategy[str]) -> dict[str, Any]:
    """One offer: a link, or a callback held in the queue `mail`."""
    offer: dict[str, Any] = {"accepts": draw(shares), "after": draw(moments), "above": draw(st.sampled_from(["0s", "2min"]))}
    if draw(st.booleans()):
        return offer | {"kind": "link", "containment": draw(shares), "boomerang_delay": draw(delays), "boomerang_factor": "1.2x"}
    offer |= {"kind": "callback", "queue": "mail", "within": draw(st.sampled_from(["10min", "2h"]))}
    offer |= {"keeps_place": draw(st.booleans()), "reached": draw(shares), "tries": draw(st.integers(1, 3))}
    return offer | {"retry": draw(delays), "ring": draw(st.sampled_from(["constant(30s)", "exponential(1min)", "constant(0s)"]))}


@st.composite
def outbounds(draw: st.DrawFn, delays: st.SearchStrategy[str]) -> dict[str, Any]:
    """How the people of a queue are called."""
    return {"reached": draw(shares), "tries": draw(st.integers(1, 3)), "retry": draw(delays),
            "ring": draw(st.sampled_from(["constant(30s)", "exponential(1min)", "constant(0s)"]))}  # fmt: skip


@st.composite
def lists(draw: st.DrawFn) -> dict[str, Any]:
    """A list of people to call, for the reason `c`."""
    release = draw(st.sampled_from([{}, {"release": "11/h"}, {"release": "300/h"}]))
    return {"kind": "list", "reason": "c", "size": draw(st.integers(0, 60)), "start": "2027-11-01 10:20", **release}


@st.composite
def callers(draw: st.DrawFn, other: str, laws: st.SearchStrategy[str], delays: st.SearchStrategy[str]) -> dict[str, Any]:
    """What callers of one queue meet; often nothing."""
    met: dict[str, Any] = {}
    if draw(st.booleans()):
        met["balking"] = {"accepts": draw(laws), "above": draw(st.sampled_from(["0s", "1min"]))}
    if draw(st.booleans()):
        met["menu"] = {"time": draw(laws), "ends": draw(shares)}
    if draw(st.booleans()):
        met["switches"] = [{"to": "mail", "share": draw(st.sampled_from(["0%", "30%"])), "delay": draw(delays)}]
        met["switches"] += [{"to": other, "share": "40%", "delay": draw(delays)}] if draw(st.booleans()) else []
    if draw(st.booleans()):
        met["misroute"] = {"to": other, "at_arrival": draw(shares), "at_closed": draw(shares), "talk": draw(laws),
                           "sent_back": draw(shares), "delay": draw(delays)}  # fmt: skip
    if draw(st.booleans()):
        met["offers"] = draw(st.lists(offers(delays), min_size=1, max_size=3))
    return met


@st.composite
def socials(draw: st.DrawFn) -> dict[str, Any]:
    """Posts after bad outcomes."""
    kinds = ("blocked", "abandoned", "balked", "given_up", "late")
    posts = {kind: draw(st.sampled_from(["0%", "5%", "25%"])) for kind in kinds}
    return posts | {"late_after": draw(st.sampled_from(["0s", "2min"])), "brings": draw(st.sampled_from([0.4, 3.9])),
                    "half_life": draw(st.sampled_from(["10min", "5h"]))}  # fmt: skip
