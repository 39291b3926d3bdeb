"""Named tuples of arrays as one pointer, for compiled code. Imports Numba.

Numba passes a named tuple as all the numbers of all its arrays, some hundreds for a model, and copies them wherever it
is named. Compiled code that is given ``Held(values)`` reads ``values.field`` as before, from memory that holds only
numbers, where each array lies and how long it is, and the same of the tuples inside. The arrays may change, but the
tuple may not.
"""

from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.typing.templates import AttributeTemplate
from numba.extending import (
    NativeValue,
    infer_getattr,
    intrinsic,
    lower_getattr_generic,
    models,
    register_model,
    typeof_impl,
    unbox,
)

from surgesim.sim.rows import RecordType, RowsType, read_word, rows_of, shortened

_WORD = ir.IntType(64)
APART = ("n",)
"""Arrays that are written at every turn, which compiled code tells from all others."""


class HeldType(types.Type):  # type: ignore[misc]
    """The type of a held named tuple: names and types of its fields.

    What is ``bare`` has the arrays of ``rows``; the others have arrays of Numba that cannot be changed, for functions that
    others write.
    """

    def __init__(self, kind: str, fields: tuple[tuple[str, Any], ...], bare: bool = True) -> None:
        self.kind, self.fields, self.bare = kind, fields, bare
        layout = ", ".join(f"{name}={kind}" for name, kind in fields)
        super().__init__(name=f"{kind}{'' if bare else 'Seen'}{shortened(layout)}")

    @property
    def words(self) -> int:
        """How many words it takes."""
        return sum(_words(kind) for _, kind in self.fields)

    def place(self, wanted: str) -> tuple[int, Any]:
        """Return where a field begins, in words, and its type."""
        words = 0
        for name, kind in self.fields:
            if name == wanted:
                return words, kind
            words += _words(kind)
        raise AttributeError(wanted)

    def seen(self) -> "HeldType":
        """Return the type with arrays of Numba."""
        return HeldType(self.kind, self.fields, bare=False)


def _words(kind: Any) -> int:
    return kind.words if isinstance(kind, HeldType) else 1 + (kind.ndim if isinstance(kind, RowsType) else 0)


class Held:
    """A named tuple of whole numbers, arrays without gaps, and tuples of the same kind, at an address in memory.

    Parameters
    ----------
    values : named tuple
        May hold other ``Held``.
    kind : HeldType, optional
        Its type, which takes longer to find than all the rest, where it is known.
    """

    def __init__(self, values: Any, kind: HeldType | None = None) -> None:
        self.values, self.kind = values, kind or _kind_of(values)
        self.list = _words_of(values)
        self.words = np.array(self.list, dtype=np.int64)
        self.address = int(self.words.__array_interface__["data"][0])


def _kind_of(values: Any) -> HeldType:
    """Return the type of a named tuple."""
    return HeldType(type(values).__name__, tuple((name, _field_of(name, value)) for name, value in values._asdict().items()))


def _field_of(name: str, value: Any) -> Any:
    if isinstance(value, Held):
        return value.kind
    if isinstance(value, tuple):
        return _kind_of(value)
    return rows_of(value, name if name in APART else "") if isinstance(value, np.ndarray) else types.int64


def _words_of(values: Any) -> list[int]:
    """Return the words of a named tuple."""
    words = list[int]()
    for value in values:
        if isinstance(value, np.ndarray):
            assert value.flags.c_contiguous, "an array with gaps"
            words.append(value.ctypes.data)
            words.extend(value.shape)
        elif isinstance(value, Held):
            words.extend(value.list)
        else:
            words.extend(_words_of(value) if isinstance(value, tuple) else (int(value),))
    return words


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
        field = dict(kind.fields).get(name)
        return field if kind.bare or not isinstance(field, RowsType) else _array_type(field)


def _array_type(kind: RowsType) -> Any:
    return types.Array(kind.dtype.dtype if isinstance(kind.dtype, RecordType) else kind.dtype, kind.ndim, "C", readonly=True)


@lower_getattr_generic(HeldType)  # type: ignore[untyped-decorator]
def _field(context: Any, builder: Any, kind: HeldType, value: Any, name: str) -> Any:
    """Read a field."""
    first, field = kind.place(name)
    if isinstance(field, types.Integer):
        return read_word(builder, value, first)
    inside = builder.gep(value, [ir.Constant(_WORD, 8 * first)], inbounds=True)
    if kind.bare or not isinstance(field, RowsType):
        return inside
    array = _array_type(field)
    data = read_word(builder, inside, 0, context.get_data_type(array.dtype).as_pointer())
    return _array(context, builder, array, data, [read_word(builder, inside, 1 + axis) for axis in range(field.ndim)])


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


@intrinsic  # type: ignore[untyped-decorator]
def seen(typing: Any, held: Any) -> Any:
    """Return a held tuple as one with arrays of Numba."""
    return held.seen()(held), lambda context, builder, signature, values: values[0]
