"""How functions of the kernel are compiled. Imports Numba: import this module only where something is compiled.

Nothing in the kernel allocates, so all of it is compiled without reference counts (``_nrt=False``): passing a tuple of
arrays would cost two atomic operations for each array otherwise. Passing the whole state is free at run time but slow
to compile, so functions that do are either merged into their one caller, or called rarely.
"""

from collections.abc import Callable
from typing import TypeVar, cast

import numba

F = TypeVar("F", bound=Callable[..., object])


def merged(function: F) -> F:
    """Write a function into its one caller before types are known: large functions that see the whole state."""
    return cast(F, numba.njit(inline="always", _nrt=False)(function))


def _options(function: Callable[..., object]) -> dict[str, bool | str]:
    """Return options; functions in ``kernel*`` have no bridge to Python, which saves a sixth of compiling.

    A call of one of them from Python would crash; what tests or the reference call lives in other modules.
    """
    alone = function.__module__.startswith("surgesim.sim.kernel")
    return {"nogil": True, "error_model": "numpy", "_nrt": False, "no_cpython_wrapper": alone, "no_cfunc_wrapper": alone}


def inlined(function: F) -> F:
    """Compile a small function with few arguments into all its callers."""
    return cast(F, numba.njit(forceinline=True, **_options(function))(function))


def compiled(function: F) -> F:
    """Compile a function that is called from compiled code, or on single values by the reference engine."""
    return cast(F, numba.njit(**_options(function))(function))
