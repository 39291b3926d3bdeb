"""How functions of the kernel are compiled. Imports Numba: import this module only where something is compiled.

Nothing in the kernel allocates, so all of it is compiled without reference counts (``_nrt=False``).
"""

from collections.abc import Callable
from functools import cached_property
from typing import Any, TypeVar, cast

import numba
from numba import types
from numba.core.registry import CPUDispatcher
from numba.extending import typeof_impl

from surgesim.sim.pipeline import Part, Whole

F = TypeVar("F", bound=Callable[..., object])
_OPTIONS = {"nogil": True, "error_model": "numpy", "_nrt": False}
_INNER = _OPTIONS | {"nopython": True, "boundscheck": None, "no_cpython_wrapper": True, "no_cfunc_wrapper": True}


class _Inner(CPUDispatcher):  # type: ignore[misc]
    """A function that compiled code calls, compiled once for numbers that are written down and others."""

    def get_call_template(self, args: Any, kws: Any) -> Any:
        """Return what Numba asks for, of plain numbers."""
        return super().get_call_template(tuple(types.unliteral(kind) for kind in args), kws)


class _Twin:
    """A function for compiled code, and once more for Python, which compiles it when it calls it first."""

    def __init__(self, function: Callable[..., object], inline: bool) -> None:
        self.py_func = function
        self.inner = _Inner(function, targetoptions=_INNER | {"forceinline": inline}, pipeline_class=Part)
        self.__doc__, self.__name__ = function.__doc__, function.__name__

    @cached_property
    def outer(self) -> Callable[..., object]:
        """What Python calls."""
        return whole(self.py_func)

    def __call__(self, *values: object) -> object:
        return self.outer(*values)


@typeof_impl.register(_Twin)  # type: ignore[untyped-decorator]
def _type_of(value: _Twin, context: Any) -> Any:
    return numba.typeof(value.inner)


def whole(function: Callable[..., object], *signature: Any, cache: bool = False) -> Callable[..., Any]:
    """Compile a function that Python calls."""
    return cast(Callable[..., Any], numba.njit(*signature, pipeline_class=Whole, cache=cache, **_OPTIONS)(function))


def inlined(function: F) -> F:
    """Compile a function into all its callers."""
    return cast(F, _Twin(function, inline=True))


def compiled(function: F) -> F:
    """Compile a function that is called from compiled code, or on single values by the reference engine."""
    return cast(F, _Twin(function, inline=False))
