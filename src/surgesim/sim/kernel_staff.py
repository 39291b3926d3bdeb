"""Kernel: groups, agents and lines. The same rules as ``desk.Group`` and ``desk.Trunk`` of the reference."""

import math

from surgesim.result.counters import GROUP_COLUMNS, TRUNK_COLUMNS
from surgesim.sim.arrays import Centre
from surgesim.sim.compiled import compiled, inlined
from surgesim.sim.heaps import WHO_BITS, WHO_MASK, popped, pushed, replaced
from surgesim.sim.kernel_marks import SECONDS
from surgesim.sim.state import FINISHING, GONE, HANGING_UP, IDLE, INTERVAL, STAYING, Floats, Integers, Out, Records, State
from surgesim.sim.view import View

READY, BUSY = GROUP_COLUMNS.index("ready_s"), GROUP_COLUMNS.index("busy_s")
CHAT_TIME, CHATTING = GROUP_COLUMNS.index("chat_s"), GROUP_COLUMNS.index("chatting_s")
LINE_TIME, LINE_BUSY = TRUNK_COLUMNS.index("line_s"), TRUNK_COLUMNS.index("busy_s")


@inlined
def book_duty(n: Integers, staff: Records, seen: Records, table: Floats, group: int, now: int) -> None:
    """Book the time on duty up to now; must be called before the number of agents present changes."""
    interval = n[INTERVAL]
    present = seen[group].busy + seen[group].idle
    if 0 <= interval < table.shape[0]:
        table[interval, group, READY] += present * (now - staff[group].booked_until)
    staff[group].booked_until = now


@inlined
def book_lines(n: Integers, trunks: Records, table: Floats, trunk: int, now: int) -> None:
    """Book the lines in service up to now."""
    interval = n[INTERVAL]
    lines = max(trunks[trunk].lines, trunks[trunk].in_use)
    if 0 <= interval < table.shape[0]:
        table[interval, trunk, LINE_TIME] += lines * (now - trunks[trunk].booked_until)
    trunks[trunk].booked_until = now


@inlined
def spread(edges: Integers, table: Floats, who: int, column: int, interval: int, start: int, end: int) -> None:
    """Add time to the intervals in which it passes; what is beyond the horizon is not booked."""
    while start < end and interval < table.shape[0]:
        stop = min(end, edges[interval + 1])
        if stop > start:  # the interval may be an earlier one
            table[interval, who, column] += stop - start
            start = stop
        interval += 1


@inlined
def release_line(n: Integers, trunks: Records, table: Floats, trunk: int, now: int) -> None:
    """Give a line back; the lines in service change only where more were in use than are planned."""
    if trunks[trunk].in_use > trunks[trunk].lines:
        book_lines(n, trunks, table, trunk, now)
    trunks[trunk].in_use -= 1


@inlined
def hang_up(state: State, out: Out, now: int) -> None:
    """Release the lines of all talks that have ended up to now."""
    while state.hanging_up[0] >> WHO_BITS <= now and state.n[HANGING_UP] > 0:
        key = state.hanging_up[0]
        release_line(state.n, state.trunks, out.trunks, key & WHO_MASK, key >> WHO_BITS)
        state.n[HANGING_UP] = popped(state.hanging_up, state.n[HANGING_UP])


@inlined
def note_end(state: State, key: int) -> None:
    """Note when an agent finishes; in the place of one who has just finished, where there is one: half the work."""
    if state.n[GONE] == 1:
        state.n[GONE] = 0
        replaced(state.finishing, state.n[FINISHING], key)
    else:
        state.n[FINISHING] = pushed(state.finishing, state.n[FINISHING], key)


@inlined
def forget_end(state: State) -> None:
    """Remove the agent who has just finished, whose place nobody has taken."""
    if state.n[GONE] == 1:
        state.n[GONE] = 0
        state.n[FINISHING] = popped(state.finishing, state.n[FINISHING])


@inlined
def speed_of(centre: Centre, group: int, agent: int, interval: int) -> float:
    """Return the handling time of an agent relative to the standard."""
    speed = centre.groups[group].factor
    if centre.work.learning > 0:
        speed *= centre.work.factors[centre.day[min(interval, centre.day.size - 1)], agent]
    return float(speed)


@inlined
def novice_of(centre: Centre, agent: int, interval: int) -> int:
    """Return 1 for a novice, 0 for others."""
    if centre.work.learning > 0:
        return int(centre.work.novices[centre.day[min(interval, centre.day.size - 1)], agent])
    return 0


@inlined
def show_idle(rules: Records, staff: Records, seen: Records, idle: Integers, agents: Records, group: int) -> None:
    """Show policies since when the agent idle longest has been idle."""
    if seen[group].idle > 0:
        seen[group].idle_since = agents[idle[rules[group].agent + staff[group].head]].idle_since * SECONDS
    else:
        seen[group].idle_since = math.inf


@inlined
def first_idle(n: Integers, rules: Records, staff: Records, seen: Records, idle: Integers, group: int) -> int:
    """Remove and return the agent idle longest."""
    head = staff[group].head
    staff[group].head = head + 1 if head + 1 < rules[group].size else 0
    seen[group].idle -= 1
    n[IDLE] -= 1
    return int(idle[rules[group].agent + head])


@inlined
def take_idle(centre: Centre, state: State, view: View, group: int) -> int:
    """Set the agent idle longest to work; return the agent."""
    agent = first_idle(state.n, centre.groups, state.groups, view.groups, state.idle, group)
    view.groups[group].busy += 1
    show_idle(centre.groups, state.groups, view.groups, state.idle, state.agents, group)
    return agent


@inlined
def make_idle(
    n: Integers, rules: Records, staff: Records, seen: Records, idle: Integers, agents: Records, group: int, agent: int, now: int
) -> None:
    """Let an agent wait for work from now on."""
    place = staff[group].head + seen[group].idle
    if place >= rules[group].size:
        place -= rules[group].size
    agents[agent].idle_since = now
    idle[rules[group].agent + place] = agent
    seen[group].idle += 1
    n[IDLE] += 1


@inlined
def send_home(rules: Records, staff: Records, off: Integers, group: int, agent: int) -> None:
    """Let an agent go off duty."""
    off[rules[group].agent + staff[group].off] = agent
    staff[group].off += 1


@compiled
def set_duty(centre: Centre, state: State, view: View, out: Out, group: int, agents: int, now: int) -> None:
    """Put so many agents on duty. Those at work finish first; of the idle ones, those idle longest leave."""
    n, rules, staff, seen = state.n, centre.groups, state.groups, view.groups
    book_duty(n, staff, seen, out.groups, group, now)
    seen[group].on_duty = agents
    wanted = max(0, agents - seen[group].busy)
    while seen[group].idle > wanted:
        send_home(rules, staff, state.off, group, first_idle(n, rules, staff, seen, state.idle, group))
    while seen[group].idle < wanted:
        staff[group].off -= 1
        agent = state.off[rules[group].agent + staff[group].off]
        make_idle(n, rules, staff, seen, state.idle, state.agents, group, agent, now)
    show_idle(rules, staff, seen, state.idle, state.agents, group)


@inlined
def someone_waits(rules: Records, skills: Integers, queues: Records, seen: Records, group: int) -> bool:
    """Whether a call waits that a group serves."""
    for place in range(rules[group].skill, rules[group].skills_end):
        queue = skills[place]
        if queues[queue].deferred == 0 and seen[queue].waiting > 0:
            return True
    return False


@inlined
def is_open(queues: Records, windows: Integers, desks: Records, queue: int, now: int) -> bool:
    """Whether a queue takes contacts now; moments must not go back."""
    if queues[queue].deferred == 1:
        return True
    window = desks[queue].window
    while window < queues[queue].windows_end and windows[window, 1] <= now:
        window += 1
    desks[queue].window = window
    return bool(window < queues[queue].windows_end and windows[window, 0] <= now)


@inlined
def is_closed(centre: Centre, state: State, group: int, now: int) -> bool:
    """Whether no queue of calls that a group serves is open."""
    closed = True
    for place in range(centre.groups[group].skill, centre.groups[group].skills_end):
        queue = centre.skills[place]
        if centre.queues[queue].deferred == 0 and is_open(centre.queues, centre.windows, state.queues, queue, now):
            closed = False
    return closed


@inlined
def plan_duty(centre: Centre, state: State, view: View, out: Out, group: int, interval: int, now: int) -> None:
    """Change the number of agents planned. After closing they stay until nobody waits, unless the site is lost."""
    agents = centre.agents[group, interval]
    fewer = agents < view.groups[group].on_duty and centre.lost[group, interval] == 0
    waited = someone_waits(centre.groups, centre.skills, centre.queues, view.queues, group)
    stays = fewer and waited and is_closed(centre, state, group, now)
    state.n[STAYING] += int(stays) - state.groups[group].staying
    state.groups[group].staying = int(stays)
    state.groups[group].planned = agents
    if not stays:
        set_duty(centre, state, view, out, group, agents, now)


@compiled
def change_staffing(centre: Centre, state: State, view: View, out: Out, interval: int, now: int) -> None:
    """Close the books of an interval and set lines and agents to the plan of the next one."""
    for trunk in range(centre.lines.shape[0]):
        book_lines(state.n, state.trunks, out.trunks, trunk, now)
    for group in range(view.groups.size):
        book_duty(state.n, state.groups, view.groups, out.groups, group, now)
    state.n[INTERVAL] = interval
    if interval == centre.edges.size - 1:
        return
    for trunk in range(centre.lines.shape[0]):
        state.trunks[trunk].lines = centre.lines[trunk, interval]
    for group in range(view.groups.size):
        plan_duty(centre, state, view, out, group, interval, now)


@compiled
def go_home(centre: Centre, state: State, view: View, out: Out, queue: int, now: int) -> None:
    """Agents who stayed after closing go home when their last caller has left the queue."""
    for place in range(centre.queues[queue].server, centre.queues[queue].servers_end):
        group = centre.servers[place]
        waited = someone_waits(centre.groups, centre.skills, centre.queues, view.queues, group)
        if state.groups[group].staying == 1 and not waited:
            state.groups[group].staying = 0
            state.n[STAYING] -= 1
            set_duty(centre, state, view, out, group, state.groups[group].planned, now)


@inlined
def finish(centre: Centre, state: State, view: View, out: Out, agent: int, now: int) -> int:
    """An agent has finished: idle again, or home where more are present than planned. Return the group."""
    n, rules, staff, seen, group = state.n, centre.groups, state.groups, view.groups, state.agents[agent].group
    leaves = seen[group].busy + seen[group].idle > seen[group].on_duty
    if leaves:
        book_duty(n, staff, seen, out.groups, group, now)
        send_home(rules, staff, state.off, group, agent)
    else:
        make_idle(n, rules, staff, seen, state.idle, state.agents, group, agent, now)
        if seen[group].idle == 1:
            seen[group].idle_since = now * SECONDS
    seen[group].busy -= 1
    return int(group)
