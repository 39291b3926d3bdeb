"""Redial probability and delay from a call log with caller ids."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from surgesim.base.errors import DomainError, Problem
from surgesim.erlang import checks
from surgesim.erlang.estimation_laws import LawFit, fit_laws

__all__ = ["Redials", "ShareEstimate", "estimate_redials"]

Array = NDArray[np.float64]


@dataclass(frozen=True)
class ShareEstimate:
    """A share with its confidence interval, ``count`` of ``total``, over ``callers`` different callers."""

    value: float
    low: float
    high: float
    count: int
    total: int
    callers: int


@dataclass(frozen=True, eq=False)
class Redials:
    """What callers do after a contact.

    Attributes
    ----------
    after_lost : share of lost contacts followed by another of the same caller within the window
    after_handled : the same for handled contacts: people call again for other reasons too
    beyond_chance : (after_lost - after_handled) / (1 - after_handled): share that redials because it was lost, if
        handled callers show how many would have called again anyway
    delay_s : delays of the redials after lost contacts, sorted
    delay_fits : laws fitted to them, best first (where a delay is 0, only laws that allow it); empty for fewer than 10
    window_s : longest delay that counts
    unidentified : contacts without a caller id, left out
    unfinished : contacts so late that the window was not over at the end of the log, left out
    """

    after_lost: ShareEstimate
    after_handled: ShareEstimate
    beyond_chance: float
    delay_s: Array
    delay_fits: list[LawFit]
    window_s: float
    unidentified: int
    unfinished: int


def estimate_redials(
    *,
    caller: ArrayLike,
    start: ArrayLike,
    lost: ArrayLike,
    window: float,
    end: ArrayLike | None = None,
    log_end: float | None = None,
    unknown: object = 0,
    confidence: float = 0.95,
) -> Redials:
    """Estimate redial probability and delay.

    Parameters
    ----------
    caller : id of the caller of each contact; ``unknown`` marks contacts without one
    start, end : seconds at which the contact began and ended; ``end=None``: at its start. The delay runs from the end
    lost : True where the contact was blocked or abandoned, False where it was handled
    window : longest delay in seconds that counts as a redial
    log_end : seconds at which the log ends; ``None``: the last start
    confidence : level of the intervals

    Returns
    -------
    Redials
        Shares are over all contacts of a kind whose window ended before the log did. Their intervals are on the logit
        scale with the variance between callers, since contacts of one caller are alike; with no or only redials, the
        interval of Wilson (1927).

    Raises
    ------
    DomainError
        Arrays that do not fit, a window not above zero, or no lost (no handled) contact with a caller id and a full
        window.
    """
    who, begin, gone = np.asarray(caller).ravel(), checks.numbers(start, "start").ravel(), np.asarray(lost, bool).ravel()
    finish = begin if end is None else checks.numbers(end, "end").ravel()
    _check(who, begin, gone, finish, window, confidence)
    known = who != unknown
    last = float(begin.max()) if log_end is None else float(log_end)
    delay, order = _next_delay(who[known], begin[known], finish[known])
    gone, finish, who = gone[known][order], finish[known][order], who[known][order]
    whole = finish + window <= last
    again = delay <= window
    shares = [_share(who[pick], again[pick], confidence, kind) for pick, kind in (
        (whole & gone, "lost"), (whole & ~gone, "handled"))]  # fmt: skip
    delays = np.sort(delay[whole & gone & again])
    usual = shares[1].value
    beyond = (shares[0].value - usual) / (1 - usual) if usual < 1 else 0.0
    families = None if delays.size and delays[0] > 0 else ("exponential", "mixed_exponential")
    enough = delays.size >= 10 and delays[-1] > 0
    fits = fit_laws(delays, families=families, confidence=confidence) if enough else []
    return Redials(shares[0], shares[1], beyond, delays, fits, float(window), int((~known).sum()), int((~whole).sum()))


def _check(
    who: NDArray[np.generic], begin: Array, gone: NDArray[np.bool_], finish: Array, window: float, confidence: float
) -> None:
    problems = []
    if len({who.size, begin.size, gone.size, finish.size}) > 1:
        problems.append(Problem(f"lengths differ: {who.size}, {begin.size}, {gone.size}, {finish.size}", "caller"))
    elif begin.size == 0:
        problems.append(Problem("the log is empty", "caller"))
    elif not np.all(np.isfinite(begin) & np.isfinite(finish) & (finish >= begin)):
        problems.append(Problem("times must be finite, and a contact cannot end before it starts", "end"))
    if not 0.0 < window < np.inf:
        problems.append(Problem("window must be finite seconds > 0", "window"))
    if not 0.0 < confidence < 1.0:
        problems.append(Problem("confidence must lie strictly between 0 and 1", "confidence"))
    if problems:
        raise DomainError(problems)


def _next_delay(who: NDArray[np.generic], begin: Array, finish: Array) -> tuple[Array, NDArray[np.intp]]:
    """Seconds from the end of each contact to the caller's next one (infinite: none), in the order returned."""
    order = np.lexsort((begin, who))
    who, begin, finish = who[order], begin[order], finish[order]
    delay = np.full(who.size, np.inf)
    same = who[1:] == who[:-1]
    delay[:-1][same] = np.maximum(begin[1:][same] - finish[:-1][same], 0.0)
    return delay, order


def _share(who: NDArray[np.generic], again: NDArray[np.bool_], confidence: float, kind: str) -> ShareEstimate:
    """Ratio of sums over callers, with the variance between callers."""
    from scipy.special import ndtri

    total, count = int(again.size), int(again.sum())
    if total == 0:
        what = f"no {kind} contact has a caller id and a full window before the end of the log"
        raise DomainError(Problem(what, "window", "take a longer log or a shorter window"))
    _, place = np.unique(who, return_inverse=True)
    callers, share, reach = int(place.max()) + 1, count / total, float(ndtri(0.5 + confidence / 2))
    if count in (0, total) or callers < 2:
        centre = (share + reach**2 / (2 * total)) / (1 + reach**2 / total)
        half = reach * np.sqrt(share * (1 - share) / total + reach**2 / (4 * total**2)) / (1 + reach**2 / total)
        return ShareEstimate(share, max(centre - half, 0.0), min(centre + half, 1.0), count, total, callers)
    rest = np.bincount(place, weights=again - share)
    error = np.sqrt(float((rest**2).sum()) * callers / (callers - 1)) / total
    middle, half = np.log(share / (1 - share)), reach * error / (share * (1 - share))
    low, high = (float(1 / (1 + np.exp(-(middle + sign * half)))) for sign in (-1, 1))
    return ShareEstimate(share, low, high, count, total, callers)
