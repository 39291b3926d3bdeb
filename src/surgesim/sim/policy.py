"""Routing policies: taken from the shelf, their settings checked, their answers guarded."""

import dis
import inspect
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from surgesim.base.errors import PolicyError, Problem, ScenarioError
from surgesim.model.model import Model
from surgesim.sim.branches import branched
from surgesim.sim.names import Names
from surgesim.sim.routing import SHELF
from surgesim.sim.view import NEVER, View

FAR = 1 << 62
"""Beyond any group or queue."""
Question = Callable[[View, int, float, float], int]
Timer = Callable[[View, int, float, int], float]


def no_timer(view: View, queue: int, now: float, step: int) -> float:
    """Set no timer: the function of policies that have none."""
    return NEVER


@dataclass(frozen=True, eq=False)
class Policy:
    """A routing policy with its settings.

    Attributes
    ----------
    name : str
        Name on the shelf.
    arrived, free : callable
        Its two answers; see ``surgesim.sim.view``.
    settings : ndarray of float
        Its settings as numbers.
    luck : bool
        Whether it asks for a uniform number.
    timer : callable
        When it is to be asked again about somebody who waits.
    """

    name: str
    arrived: Question
    free: Question
    settings: NDArray[np.float64]
    luck: bool
    timer: Timer = no_timer

    @property
    def timed(self) -> bool:
        """Whether it sets timers."""
        return self.timer is not no_timer

    def ask(self, question: Question, view: View, about: int, now: float, luck: float) -> int:
        """Return the answer to one question.

        Raises
        ------
        PolicyError
            The policy raised, or answered something that is no whole number; names its file and line.
        """
        try:
            answer = question(view, about, now, luck)
        except Exception as error:
            raise self.raised(error) from error
        return self.whole(question, answer)

    def whole(self, question: Question, answer: object) -> int:
        """Return an answer as a whole number that the kernel can hold.

        Raises
        ------
        PolicyError
            It is none.
        """
        if isinstance(answer, bool) or not isinstance(answer, int | np.integer):
            raise self.wrong(question, f"answered {answer!r}, not a whole number")
        if not -FAR < answer < FAR:
            raise self.wrong(question, f"answered {answer}: there is nothing with such a number")
        return int(answer)

    def ask_timer(self, view: View, queue: int, now: float, step: int) -> float:
        """Return how long after joining a timer rings, seconds.

        Raises
        ------
        PolicyError
            The policy raised, or answered something that is no duration; names its file and line.
        """
        try:
            answer = self.timer(view, queue, now, step)
        except Exception as error:
            raise self.raised(error) from error
        if isinstance(answer, bool) or not isinstance(answer, int | float | np.number) or not answer >= 0.0:
            raise self.impossible_timer()
        return float(answer)

    def raised(self, error: Exception) -> PolicyError:
        """Return the error for an exception of the policy."""
        parts = [inspect.unwrap(part) for part in (self.arrived, self.free, self.timer)]
        files = {inspect.getfile(part) for part in parts if inspect.isfunction(part)}
        frames = traceback.extract_tb(error.__traceback__)
        frame = next((frame for frame in reversed(frames) if frame.filename in files), frames[-1])
        what = f"routing policy {self.name!r} raised {type(error).__name__}: {error}"
        return PolicyError(f"{frame.filename}:{frame.lineno}: {what}")

    def wrong(self, question: Question | Timer, what: str) -> PolicyError:
        """Return the error for an answer that is not possible."""
        code = getattr(question, "py_func", question)
        try:
            place = f"{inspect.getsourcefile(code)}:{inspect.getsourcelines(code)[1]}"
        except (OSError, TypeError):
            place = getattr(code, "__qualname__", "?")
        return PolicyError(f"{place}: routing policy {self.name!r} {what}")

    def impossible_group(self, answer: int, queue: str) -> PolicyError:
        """Return the error for a group that cannot take a contact."""
        return self.wrong(self.arrived, f"answered group {answer} for queue {queue!r}: no such group, no skill, or nobody idle")

    def impossible_timer(self) -> PolicyError:
        """Return the error for a timer that is no duration."""
        return self.wrong(self.timer, "answered a timer that is not a number of seconds of at least 0, or NEVER")

    def impossible_queue(self, answer: int, group: str) -> PolicyError:
        """Return the error for a queue that cannot be served."""
        return self.wrong(self.free, f"answered queue {answer} for group {group!r}: no such queue, no skill, or nobody waits")


def changes(function: Question | Timer) -> bool:
    """Whether a function assigns to attributes: compiled, it could change what it only may look at."""
    code = getattr(inspect.unwrap(getattr(function, "py_func", function)), "__code__", None)
    return code is not None and any(step.opname == "STORE_ATTR" for step in dis.get_instructions(code))


def takes(function: object, many: int) -> bool:
    """Whether a function can be called with so many values; True where that cannot be known."""
    try:
        inspect.signature(function).bind(*range(many))  # type: ignore[arg-type]
    except TypeError:
        return False
    except ValueError:
        return True
    return True


def ranks(model: Model) -> NDArray[np.int64]:
    """Return the place of each queue in the skills of each group, -1 without the skill, shape (groups, queues)."""
    rank = np.full((len(model.groups), len(model.queues)), -1, dtype=np.int64)
    for group, skills in enumerate(model.skills):
        for place, queue in reversed(list(enumerate(skills))):
            rank[group, queue] = place
    return rank


def policy_of(model: Model) -> Policy:
    """Return the routing policy of a model, its settings checked.

    Raises
    ------
    CatalogueError
        No such policy.
    ScenarioError
        Settings that the policy does not have, or cannot use; all at once.
    """
    routing = model.scenario.routing
    return policy_from(SHELF.load(routing.policy), routing.policy, routing.settings, model)


def policy_from(module: Any, name: str, settings: Mapping[str, Any], model: Model) -> Policy:
    """Return a policy from its module, or any object with the same attributes."""
    model = branched(model)
    after = tuple((queue.sharing.after or 0.0) if queue.sharing is not None else None for queue in model.queues)
    targets = tuple(queue.deadline_s if queue.deferred else queue.answer_within_s for queue in model.queues)
    names = Names(tuple(queue.name for queue in model.queues), model.groups, ranks(model), targets, model.away, after)
    lacking = [part for part in ("arrived", "free") if not callable(getattr(module, part, None))]
    problems = [
        Problem(f"the policy {name!r} has no function {part}", "routing.policy", "see surgesim.sim.view") for part in lacking
    ]
    mend = "see surgesim.sim.view"
    problems += [
        Problem(f"the function {part} of the policy {name!r} does not take four values", "routing.policy", mend)
        for part in ("arrived", "free", "timer")
        if callable(getattr(module, part, None)) and not takes(getattr(module, part), 4)
    ]
    allowed = tuple(getattr(module, "SETTINGS", ()))
    mend = f"write one of {', '.join(allowed)}" if allowed else "delete it"
    problems += [
        Problem(f"the policy {name!r} has no setting {key!r}", "routing.settings", mend) for key in settings if key not in allowed
    ]
    values = module.prepare(settings, names, problems) if allowed else []
    if problems:
        raise ScenarioError(problems)
    timer, luck = getattr(module, "timer", no_timer), bool(getattr(module, "LUCK", False))
    return Policy(name, module.arrived, module.free, np.array(values, dtype=np.float64), luck, timer)
