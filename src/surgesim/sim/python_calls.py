"""Calls of plain Python from compiled code, through Python's own interface in C. Imports Numba.

A callback of ``ctypes`` takes some 400 ns to turn numbers into objects and to find its way back; the same call made
straight from compiled code takes a third.
"""

from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

_SIZE = ir.IntType(64)


@intrinsic  # type: ignore[untyped-decorator]
def called(typing: Any, function: Any, failed: Any, instead: Any, *numbers: Any) -> Any:
    """Return what a Python function answers to whole and real numbers: a number of the type of ``instead``.

    ``function`` and ``failed`` are addresses of Python functions that are alive. The first must answer a number of that
    type. What is raised where the function cannot catch it, such as Ctrl-C on its first line, goes to ``failed``, and
    the answer is ``instead``.
    """
    kinds = numbers[0].types if isinstance(numbers[0], types.BaseTuple) else numbers
    instead = types.unliteral(instead)
    signature = instead(function, failed, instead, types.StarArgTuple.from_types(kinds))

    def build(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        api = context.get_python_api(builder)
        callee, catcher = (builder.inttoptr(value, api.pyobj) for value in values[:2])
        given = zip(cgutils.unpack_tuple(builder, values[3]), kinds, strict=True)
        lock = api.gil_ensure()
        found = _call(api, callee, [api.from_native_value(kind, value) for value, kind in given])
        answer = cgutils.alloca_once_value(builder, values[2])
        with builder.if_else(cgutils.is_null(builder, found)) as (lost, well):
            with lost:
                caught = _call(api, catcher, [_raised(api)])
                api.decref(caught)
            with well:
                read = api.long_as_longlong if instead is types.int64 else api.float_as_double
                builder.store(read(found), answer)
                api.decref(found)
        api.gil_release(lock)
        return builder.load(answer)

    return signature, build


def _call(api: Any, callee: Any, values: list[Any]) -> Any:
    """Call an object with objects that are given up; return its answer, null where it raised."""
    room = cgutils.alloca_once(api.builder, api.pyobj, size=len(values))
    for place, value in enumerate(values):
        api.builder.store(value, api.builder.gep(room, [_SIZE(place)]))
    kind = ir.FunctionType(api.pyobj, [api.pyobj, api.pyobj.as_pointer(), _SIZE, api.pyobj])
    vectorcall = api._get_function(kind, name="PyObject_Vectorcall")
    answer = api.builder.call(vectorcall, [callee, room, _SIZE(len(values)), api.get_null_object()])
    for value in values:
        api.decref(value)
    return answer


def _raised(api: Any) -> Any:
    """Return what was raised, and forget that it was."""
    room = [cgutils.alloca_once_value(api.builder, api.get_null_object()) for _ in range(3)]
    api.err_fetch(*room)
    normalise = ir.FunctionType(ir.VoidType(), [api.pyobjptr] * 3)
    api.builder.call(api._get_function(normalise, name="PyErr_NormalizeException"), room)
    kind, value, trace = (api.builder.load(place) for place in room)
    api.decref(kind)
    api.decref(trace)
    return value
