"""The kernel compiled: once for all models, with routing policies as functions that are handed in."""

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np

from surgesim.base.errors import DomainError, PolicyError, Problem
from surgesim.model.model import Model
from surgesim.sim.arrays import flat
from surgesim.sim.births import births_of
from surgesim.sim.branches import branched, together
from surgesim.sim.cache import kept_in_cache
from surgesim.sim.counts import Counts
from surgesim.sim.heaps import MOST
from surgesim.sim.policy import Policy, Question, Timer, changes, policy_of
from surgesim.sim.start import Start
from surgesim.sim.start_kernel import begin
from surgesim.sim.start_placed import Placed, placed
from surgesim.sim.state import ANSWER, ASKED, ROWS, Births, Out, Sizes, State, World, copied, new_out, new_state, new_view
from surgesim.sim.uncompiled import Bridge

OWN = "surgesim.sim."


@lru_cache(maxsize=4)
def _kernel(world: Any, question: Any, timer: Any) -> Callable[..., int]:
    """Return the kernel for these types of arguments, from the cache folder where it is there."""
    import numba

    from surgesim.sim.compiled import whole
    from surgesim.sim.kernel import replicate

    ask, boolean = numba.types.FunctionType(question), numba.types.boolean
    with kept_in_cache() as kept:
        return whole(replicate, numba.int64(world, boolean, ask, ask, boolean, numba.types.FunctionType(timer)), cache=kept)


@lru_cache(maxsize=256)
def _answerer(question: Question | Timer, signature: Any) -> Any:
    """Return a compiled question of a policy; raise TypingError where its answer is no number of the wanted kind."""
    import numba
    from numba.core.errors import TypingError

    function = getattr(question, "py_func", question)
    own = function.__module__.startswith(OWN)
    # functions of third parties may lie where they cannot be kept, change without a change of our sources, and read too far
    options = {"nogil": True, "boundscheck": not own}
    with kept_in_cache() as kept:
        found = numba.njit(signature.args, cache=kept and own, **options)(function)
    answer, wanted = found.nopython_signatures[0].return_type, signature.return_type
    if answer == wanted:
        return found
    if not isinstance(answer, numba.types.Integer) and not (isinstance(answer, numba.types.Float) and wanted is numba.float64):
        raise TypingError(f"{function.__qualname__} answers {answer}")  # plain Python says what is wrong with it
    return numba.njit(signature, **options)(function)


class Machine:
    """A model with its policy, ready to simulate replications in the kernel; safe to use from several threads.

    Parameters
    ----------
    model : Model
        What to simulate.
    policy : Policy, optional
        Routing policy; the scenario's own where it is left out.
    compile_policy : bool
        Whether to try to compile the policy. One that cannot be compiled is called as plain Python, with the same result.

    Attributes
    ----------
    bridge : Bridge or None
        The way back to plain Python, where the policy is not compiled.

    Raises
    ------
    DomainError
        More agents than the kernel can tell apart.
    """

    def __init__(self, model: Model, policy: Policy | None = None, compile_policy: bool = True) -> None:
        from numba import float64, int64

        from surgesim.sim.held import Held

        self.queues = len(model.queues)
        model = self.model = branched(model)
        self.policy = policy or policy_of(self.model)
        self.centre = flat(self.model)
        self.sizes = Sizes(4096, 8192, 0)
        self._rows_of_need = 2.0
        if int(self.centre.groups["size"].sum()) >= MOST:
            raise DomainError(
                Problem(f"{MOST} agents or more at the same time", instead="use the fluid engine for centres of this size")
            )
        self._blank: Any = ((), None)
        self._centre: Any = Held(self.centre)  # read by compiled code as the centre itself
        view = new_view(model, self.centre, self.policy)
        seen = Held(view).kind.seen()
        signature, timer = int64(seen, int64, float64, float64), float64(seen, int64, float64, int64)
        questions = self._compiled(signature, timer) if compile_policy else None
        self.bridge = Bridge(self.policy) if questions is None else None
        self._arrived, self._free, self._timer = questions or self._called_back(signature, timer)
        none = np.zeros(1, dtype=np.int64)
        births = Births(none, none, none, np.zeros(1), np.zeros(1))
        out = new_out(Counts.empty(model), 0)
        world = World(self.centre, births, self._state(self.sizes), view, out, np.zeros(1, dtype=np.uint64))
        self._kind = Held(world).kind
        self._replicate = _kernel(self._kind, signature, timer)

    def _compiled(self, signature: Any, timer: Any) -> tuple[Any, Any, Any] | None:
        from numba.core.errors import NumbaError

        policy = self.policy
        if any(changes(part) for part in (policy.arrived, policy.free, policy.timer)):
            return None
        try:
            return _answerer(policy.arrived, signature), _answerer(policy.free, signature), _answerer(policy.timer, timer)
        except NumbaError:
            return None

    def _called_back(self, signature: Any, timer: Any) -> tuple[Any, Any, Any]:
        bridge, policy = self.bridge, self.policy
        assert bridge is not None
        ringing = bridge.compiled_timer(timer) if policy.timed else _answerer(policy.timer, timer)
        return bridge.compiled(policy.arrived, signature), bridge.compiled(policy.free, signature), ringing

    def _state(self, sizes: Sizes) -> State:
        """Return the state before the first event, a copy of what was made for these sizes before: copies take less time."""
        made, blank = self._blank
        if made != sizes[:2]:
            blank = new_state(self.centre, len(self.model.trunks), sizes)
            self._blank = (sizes[:2], blank)
        return copied(blank)

    def simulate(
        self, seed: int, replication: int, log: bool = False, births: Births | None = None, start: Start | None = None
    ) -> Counts:
        """Return the counters of one replication, and its contact log on request; from a state on where one is given.

        ``births`` are those of :func:`~surgesim.sim.births.births_of`, for those who keep them for many staffings.

        Raises
        ------
        PolicyError
            The routing policy raised, or answered something that is not possible.
        DomainError
            More people in the system than the kernel can tell apart.
        """
        from surgesim.sim.kernel import NO_ROOM

        if births is None:
            births = births_of(self.model, self.centre, seed, replication)
        given = None if start is None else placed(start, self.model, seed, replication)
        inside = 0 if given is None else 2 * given.people
        rows = self.rows(births) + inside if log else 0
        while True:
            sizes = Sizes(self.sizes.people + inside, self.sizes.patience + inside, rows, inside)
            counts, state, out, status = self._once(births, sizes, seed, replication, given)
            if status != NO_ROOM:
                break
            rows *= 2
            self._grow(sizes._replace(people=self.sizes.people, patience=self.sizes.patience))
        if status:
            self._blame(state, status)
        if log:
            self._rows_of_need = 1.15 * int(state.n[ROWS]) / max(len(births.need), 1)
        kept = replace(counts, log=out.log[: state.n[ROWS]] if log else None)
        return together(self.model, kept, self.queues)

    def rows(self, births: Births) -> int:
        """Return how many rows of the contact log to make room for, as the last replication showed; more are made if need be."""
        return int(self._rows_of_need * len(births.need)) + 1024

    def _once(
        self, births: Births, sizes: Sizes, seed: int, replication: int, given: Placed | None = None
    ) -> tuple[Counts, State, Out, int]:
        from surgesim.sim.held import Held
        from surgesim.sim.kernel_marks import keys_of

        counts, state = Counts.empty(self.model), self._state(sizes)
        out, view = new_out(counts, sizes.rows), new_view(self.model, self.centre, self.policy)
        if given is not None:
            begin(self.centre, births, state, view, out, given, self.policy)
        world = Held(World(self._centre, births, state, view, out, keys_of(seed, replication)), self._kind)
        arguments = (world, self.policy.luck, self._arrived, self._free, self.policy.timed, self._timer)
        if self.bridge is not None:
            with self.bridge.crossing(view):
                status = self._replicate(*arguments)
            return counts, state, out, status
        try:
            status = self._replicate(*arguments)
        except Exception as error:
            self._replay(seed, replication)
            raise PolicyError(
                f"routing policy {self.policy.name!r} raised {type(error).__name__} when compiled: {error}"
            ) from error
        return counts, state, out, status

    def _replay(self, seed: int, replication: int) -> None:
        """Run the reference on the same luck: it raises the policy's own error, with its line."""
        from surgesim.sim.reference import simulate

        simulate(self.model, seed, replication, policy=self.policy)

    def _grow(self, used: Sizes) -> None:
        people = used.people * 2
        if people > MOST:
            raise DomainError(Problem(f"more than {MOST} people are waiting or about to call at the same time",
                                      instead="lengthen the opening hours, add agents, or use the fluid engine"))  # fmt: skip
        self.sizes = Sizes(max(self.sizes.people, people), max(self.sizes.patience, 2 * used.patience), 0)

    def _blame(self, state: State, status: int) -> None:
        from surgesim.sim.kernel import BAD_GROUP, BAD_TIMER

        asked, answer = int(state.n[ASKED]), int(state.n[ANSWER])
        if status == BAD_GROUP:
            raise self.policy.impossible_group(answer, self.model.queues[asked].name)
        if status == BAD_TIMER:
            raise self.policy.impossible_timer()
        raise self.policy.impossible_queue(answer, self.model.groups[asked])


def simulate(model: Model, seed: int, replication: int, log: bool = False, policy: Policy | None = None) -> Counts:
    """Return the counters of one replication, simulated in the kernel; the same as ``reference.simulate``, bit for bit."""
    return Machine(model, policy).simulate(seed, replication, log)
