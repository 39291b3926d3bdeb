"""Arrays and records in memory that compiled code reads by address, with what the kernel needs and no more. Imports Numba.

Arrays of Numba carry seven numbers and count places from either end. These carry an address, places count from 0, and
lengths are read where they are asked for; whole numbers of any size are read as 64 bits. Nothing checks bounds.
"""

import hashlib
import operator
from functools import lru_cache
from typing import Any

from llvmlite import ir
from numba import from_dtype, types
from numba.core import cgutils
from numba.core.typing.templates import AbstractTemplate, AttributeTemplate, infer_global, signature
from numba.extending import (
    infer_getattr,
    intrinsic,
    lower_builtin,
    lower_getattr_generic,
    lower_setattr_generic,
    models,
    register_model,
)

_WORD = ir.IntType(64)
_LINE = 64
"""Bytes that the processor reads at once."""


def shortened(name: str) -> str:
    """Return a name short enough to be read many times, as symbols repeat the types of all arguments."""
    return hashlib.sha256(name.encode()).hexdigest()[:8]


class RecordType(types.Type):  # type: ignore[misc]
    """One record, by its address."""

    def __init__(self, dtype: Any) -> None:
        self.dtype = dtype
        super().__init__(name=f"Record{shortened(str(dtype))}")


class RowsType(types.Type):  # type: ignore[misc]
    """An array without gaps, by the address of a word with its own address and its lengths behind it."""

    def __init__(self, dtype: Any, ndim: int, apart: str = "") -> None:
        self.dtype, self.ndim, self.apart = dtype, ndim, apart
        super().__init__(name=f"Rows{ndim}{shortened(str(dtype) + apart)}")


class RowType(types.Type):  # type: ignore[misc]
    """The last axis of an array at one place, by the address of its first number."""

    def __init__(self, dtype: Any) -> None:
        self.dtype = dtype
        super().__init__(name=f"Row{shortened(str(dtype))}")


for _kind in (RecordType, RowsType, RowType):
    register_model(_kind)(models.OpaqueModel)


def rows_of(array: Any, apart: str = "") -> RowsType:
    """Return the type of an array of NumPy; one that is named is known to be no other array, whatever is written there."""
    return _rows_of(array.dtype, array.ndim, apart)


@lru_cache(maxsize=256)
def _rows_of(dtype: Any, ndim: int, apart: str) -> RowsType:
    kind = from_dtype(dtype)
    return RowsType(RecordType(kind) if isinstance(kind, types.Record) else kind, ndim, apart)


def _wide(kind: Any) -> Any:
    """Return the type as which a field is read."""
    return types.int64 if isinstance(kind, types.Integer) else kind


def _place(kind: Any, place: Any) -> Any:
    """Return the type of what is at a place, and how many axes the place gives; None where it is no place."""
    given = place.types if isinstance(place, types.BaseTuple) else (place,)
    if not all(isinstance(one, types.Integer) for one in given):
        return None
    if isinstance(kind, RowType):
        return kind.dtype if len(given) == 1 else None
    if len(given) == kind.ndim:
        return kind.dtype
    return RowType(kind.dtype) if len(given) == kind.ndim - 1 else None


@infer_global(operator.getitem)
class _GetItem(AbstractTemplate):  # type: ignore[misc]
    def generic(self, args: Any, kws: Any) -> Any:
        """Return what is at a place."""
        kind, place = args
        found = _place(kind, place) if isinstance(kind, RowsType | RowType) else None
        return None if found is None else signature(found, kind, place)


@infer_global(operator.setitem)
class _SetItem(AbstractTemplate):  # type: ignore[misc]
    def generic(self, args: Any, kws: Any) -> Any:
        """Return the type that a place takes."""
        kind, place, _ = args
        found = _place(kind, place) if isinstance(kind, RowsType | RowType) else None
        return None if found is None or isinstance(found, RowType) else signature(types.none, kind, place, found)


@infer_getattr
class _Lengths(AttributeTemplate):  # type: ignore[misc]
    key = RowsType

    def resolve_size(self, kind: RowsType) -> Any:
        """Return a whole number."""
        return types.int64

    def resolve_shape(self, kind: RowsType) -> Any:
        """Return whole numbers."""
        return types.UniTuple(types.int64, kind.ndim)


@infer_getattr
class _Fields(AttributeTemplate):  # type: ignore[misc]
    key = RecordType

    def generic_resolve(self, kind: RecordType, name: str) -> Any:
        """Return the type of a field."""
        return _wide(kind.dtype.typeof(name)) if name in kind.dtype.fields else None


def read_word(builder: Any, words: Any, place: int, kind: Any = _WORD) -> Any:
    """Read a word that never changes, so that the compiler may keep it."""
    address = builder.gep(builder.bitcast(words, _WORD.as_pointer()), [ir.Constant(_WORD, place)], inbounds=True)
    read = builder.load(builder.bitcast(address, kind.as_pointer()))
    read.set_metadata("invariant.load", builder.module.add_metadata([]))
    return read


def _marked(builder: Any, access: Any, kind: Any) -> Any:
    """Say of which kind of memory an access is: memory of one kind is never that of another (LLVM's type-based aliasing)."""
    module, none = builder.module, ir.Constant(_WORD, 0)
    name = kind.apart or str(kind.dtype) if isinstance(kind, RowsType) else str(kind.dtype if isinstance(kind, RowType) else kind)
    node = module.add_metadata([name, module.add_metadata(["surgesim"]), none])
    access.set_metadata("tbaa", module.add_metadata([node, node, none]))
    return access


def _item(context: Any, kind: Any) -> Any:
    """Return the memory of one item of an array."""
    return ir.ArrayType(ir.IntType(8), kind.dtype.size) if isinstance(kind, RecordType) else context.get_data_type(kind)


def _address(context: Any, builder: Any, kind: Any, value: Any, place: Any, index: Any) -> Any:
    """Return the address of a place."""
    many = isinstance(place, types.BaseTuple)
    kinds = place.types if many else (place,)
    given = cgutils.unpack_tuple(builder, index) if many else [index]
    steps = [context.cast(builder, step, of, types.int64) for step, of in zip(given, kinds, strict=True)]
    item = _item(context, kind.dtype).as_pointer()
    if isinstance(kind, RowType):
        return builder.gep(builder.bitcast(value, item), steps, inbounds=True)
    data, offset = read_word(builder, value, 0, item), steps[0]
    for axis in range(1, kind.ndim):
        offset = builder.mul(offset, read_word(builder, value, 1 + axis))
        offset = builder.add(offset, steps[axis]) if axis < len(steps) else offset
    return builder.gep(data, [offset], inbounds=True)


@lower_builtin(operator.getitem, RowsType, types.Any)  # type: ignore[untyped-decorator]
@lower_builtin(operator.getitem, RowType, types.Any)  # type: ignore[untyped-decorator]
def _get(context: Any, builder: Any, signature: Any, values: Any) -> Any:
    address = _address(context, builder, *_paired(signature, values))
    if isinstance(signature.return_type, RecordType | RowType):
        return builder.bitcast(address, cgutils.voidptr_t)
    return _marked(builder, builder.load(address), signature.args[0])


@lower_builtin(operator.setitem, RowsType, types.Any, types.Any)  # type: ignore[untyped-decorator]
@lower_builtin(operator.setitem, RowType, types.Any, types.Any)  # type: ignore[untyped-decorator]
def _set(context: Any, builder: Any, signature: Any, values: Any) -> Any:
    address, given, value = _address(context, builder, *_paired(signature, values)), signature.args[2], values[2]
    if isinstance(given, RecordType):
        builder.store(builder.load(builder.bitcast(value, address.type)), address)
    else:
        _marked(builder, builder.store(value, address), signature.args[0])
    return context.get_dummy_value()


def _paired(signature: Any, values: Any) -> Any:
    return signature.args[0], values[0], signature.args[1], values[1]


@lower_getattr_generic(RowsType)  # type: ignore[untyped-decorator]
def _length(context: Any, builder: Any, kind: RowsType, value: Any, name: str) -> Any:
    lengths = [read_word(builder, value, 1 + axis) for axis in range(kind.ndim)]
    if name == "shape":
        return cgutils.pack_array(builder, lengths)
    count = lengths[0]
    for length in lengths[1:]:
        count = builder.mul(count, length)
    return count


def _member(context: Any, builder: Any, kind: RecordType, value: Any, name: str) -> tuple[Any, Any]:
    """Return address and type of a field."""
    field, step = kind.dtype.typeof(name), ir.Constant(_WORD, kind.dtype.offset(name))
    address = builder.gep(value, [step], inbounds=True)
    return builder.bitcast(address, context.get_data_type(field).as_pointer()), field


@lower_getattr_generic(RecordType)  # type: ignore[untyped-decorator]
def _read(context: Any, builder: Any, kind: RecordType, value: Any, name: str) -> Any:
    address, field = _member(context, builder, kind, value, name)
    return context.cast(builder, _marked(builder, builder.load(address), kind), field, _wide(field))


@lower_setattr_generic(RecordType)  # type: ignore[untyped-decorator]
def _write(context: Any, builder: Any, signature: Any, values: Any, name: str) -> None:
    kind, given = signature.args
    address, field = _member(context, builder, kind, values[0], name)
    _marked(builder, builder.store(context.cast(builder, values[1], given, field), address), kind)


@intrinsic  # type: ignore[untyped-decorator]
def fetch(typing: Any, rows: Any, place: Any) -> Any:
    """Ask the processor for a place of an array that will soon be read; any place, as nothing is read yet."""

    def build(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        address = builder.bitcast(_address(context, builder, *_paired(signature, values)), cgutils.voidptr_t)
        flag = ir.IntType(32)
        kind = ir.FunctionType(ir.VoidType(), [cgutils.voidptr_t, flag, flag, flag])
        prefetch = cgutils.get_or_insert_function(builder.module, kind, "llvm.prefetch.p0")
        item = rows.dtype.dtype.size if isinstance(rows.dtype, RecordType) else 8
        for line in range(0, item, _LINE):
            builder.call(prefetch, [builder.gep(address, [ir.Constant(_WORD, line)]), flag(0), flag(3), flag(1)])
        return context.get_dummy_value()

    return types.none(rows, types.int64), build
