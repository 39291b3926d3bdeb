"""Named tuples of arrays as one pointer, for compiled code. Imports Numba.

Numba passes a named tuple as all the numbers of all its arrays, some hundreds for a model, and copies them wherever it
is named. Compiled code that is given ``Held(values)`` reads ``values.field`` as before, from memory that holds only
where each array lies and how long it is. The arrays may change, but the tuple may not. It is worth its while for large
tuples that most rules read a little of: small ones, named at every event, are faster as numbers.
"""

from typing import Any

import numpy as np
from llvmlite import ir
from numba import typeof, types
from numba.core import cgutils
from numba.core.typing.templates import AttributeTemplate
from numba.extending import NativeValue, infer_getattr, lower_getattr_generic, models, register_model, typeof_impl, unbox

_WORD = ir.IntType(64)


class HeldType(types.Type):  # type: ignore[misc]
    """The type of a held named tuple: names and types of its fields."""

    def __init__(self, kind: str, fields: tuple[tuple[str, Any], ...]) -> None:
        self.fields = fields
        super().__init__(name=f"Held({kind}: {', '.join(f'{name}={kind}' for name, kind in fields)})")

    def place(self, wanted: str) -> tuple[int, Any]:
        """Return where a field begins, in words, and its type."""
        words = 0
        for name, kind in self.fields:
            if name == wanted:
                return words, kind
            words += 1 + (kind.ndim if isinstance(kind, types.Array) else 0)
        raise AttributeError(wanted)


class Held:
    """A named tuple of whole numbers, arrays without gaps and tuples of the same kind, at an address in memory."""

    def __init__(self, values: Any) -> None:
        self.values, self.inner = values, list[Held]()
        fields, words = list[tuple[str, Any]](), list[int]()
        kind: Any
        for name, value in zip(values._fields, values, strict=True):
            if isinstance(value, tuple):
                held = Held(value)
                self.inner.append(held)
                kind, word = held.kind, [held.address]
            elif isinstance(value, np.ndarray):
                kind, word = typeof(value), [value.__array_interface__["data"][0], *value.shape]
                assert kind.layout == "C", f"{name} has gaps"
            else:
                kind, word = types.int64, [int(value)]
            fields.append((name, kind))
            words += word
        self.words = np.array(words, dtype=np.int64)
        self.kind: HeldType = HeldType(type(values).__name__, tuple(fields))

    @property
    def address(self) -> int:
        """Where it lies in memory; read by compiled code."""
        return int(self.words.__array_interface__["data"][0])


@typeof_impl.register(Held)  # type: ignore[untyped-decorator]
def _type_of(value: Held, context: Any) -> HeldType:
    return value.kind


@register_model(HeldType)
class _HeldModel(models.OpaqueModel):  # type: ignore[misc]
    """A bare pointer."""


@unbox(HeldType)  # type: ignore[untyped-decorator]
def _unboxed(kind: HeldType, value: Any, context: Any) -> NativeValue:
    number = context.pyapi.object_getattr_string(value, "address")
    address = context.pyapi.long_as_longlong(number)
    context.pyapi.decref(number)
    return NativeValue(context.builder.inttoptr(address, cgutils.voidptr_t))


@infer_getattr
class _HeldFields(AttributeTemplate):  # type: ignore[misc]
    key = HeldType

    def generic_resolve(self, kind: HeldType, name: str) -> Any:
        """Return the type of a field, None where there is none."""
        return dict(kind.fields).get(name)


@lower_getattr_generic(HeldType)  # type: ignore[untyped-decorator]
def _field(context: Any, builder: Any, kind: HeldType, value: Any, name: str) -> Any:
    """Read a field; what is read never changes, so that the compiler may keep it."""
    first, field = kind.place(name)
    words = builder.bitcast(value, _WORD.as_pointer())

    def word(place: int, of: Any = _WORD) -> Any:
        address = builder.gep(words, [ir.Constant(ir.IntType(32), first + place)])
        read = builder.load(builder.bitcast(address, of.as_pointer()))
        read.set_metadata("invariant.load", builder.module.add_metadata([]))
        return read

    if not isinstance(field, types.Array):
        return word(0, context.get_value_type(field))
    data = context.get_data_type(field.dtype).as_pointer()
    return _array(context, builder, field, word(0, data), [word(1 + axis) for axis in range(field.ndim)])


def _array(context: Any, builder: Any, kind: Any, address: Any, shape: list[Any]) -> Any:
    """Return an array of Numba over memory that belongs to others."""
    array = context.make_array(kind)(context, builder)
    size = context.get_constant(types.intp, kind.dtype.bitwidth // 8 if hasattr(kind.dtype, "bitwidth") else kind.dtype.size)
    strides, count = list[Any](), size
    for length in reversed(shape):
        strides.insert(0, count)
        count = builder.mul(count, length)
    items = shape[0]
    for length in shape[1:]:
        items = builder.mul(items, length)
    array.data = builder.bitcast(address, array.data.type)
    array.shape, array.strides = cgutils.pack_array(builder, shape), cgutils.pack_array(builder, strides)
    array.nitems, array.itemsize = items, size
    array.meminfo = cgutils.get_null_value(array.meminfo.type)
    array.parent = cgutils.get_null_value(array.parent.type)
    return array._getvalue()
