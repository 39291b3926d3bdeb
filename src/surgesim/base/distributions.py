"""Laws of durations as text: ``lognormal(6min, cv 0.8)``, exactly there and back.

``Law`` is the base class of all laws, ``LawField`` the type for fields of pydantic models.
"""

import csv
import re
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from numpy.typing import ArrayLike
from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema

from surgesim.base.compound import Empirical, Mixture
from surgesim.base.errors import InputError, Problem, UnitError
from surgesim.base.laws import (
    KIND_CONSTANT,
    KIND_EXPONENTIAL,
    KIND_LOGNORMAL,
    KIND_NEVER,
    KIND_SAMPLES,
    KIND_TABLE,
    KIND_UNIFORM,
    KIND_WEIBULL,
    TABLE_LOGIT,
    TABLE_POINTS,
    Array,
    Constant,
    Exponential,
    Law,
    Never,
    Uniform,
    array,
)
from surgesim.base.quantities import NUMBER, SECONDS, is_bare, number_of, parse_duration, parse_share, refuse
from surgesim.base.shaped import Erlang, Gamma, Lognormal, Weibull
from surgesim.base.text import suggestion

__all__ = [
    "KIND_CONSTANT", "KIND_EXPONENTIAL", "KIND_LOGNORMAL", "KIND_NEVER", "KIND_SAMPLES", "KIND_TABLE",
    "KIND_UNIFORM", "KIND_WEIBULL", "TABLE_LOGIT", "TABLE_POINTS", "Constant", "Empirical", "Erlang", "Exponential",
    "Gamma", "Law", "LawField", "Lognormal", "Mixture", "Never", "Uniform", "Weibull", "lowered_quantile",
    "parse_distribution", "read_samples",
]  # fmt: skip

EXAMPLES = (
    "exponential(3min)", "constant(6min)", "uniform(1min, 5min)", "lognormal(6min, cv 0.8)", "gamma(6min, cv 0.5)",
    "erlang(6min, 3)", "weibull(6min, shape 0.7)", "mixture(0.4 exponential(30s), 0.6 exponential(5min))",
    "empirical(talk.csv)", "empirical(10s, 20s, 35s)", "never",
)  # fmt: skip
_SHAPES = {name: next(text for text in EXAMPLES if text.startswith(name)) for name in (
    "exponential", "constant", "uniform", "lognormal", "gamma", "erlang", "weibull", "mixture", "empirical", "never",
)}  # fmt: skip
_ALIASES = {"hyperexponential": "mixture", "deterministic": "constant"}
_DEEPEST = 8
_MOST_SAMPLES = 5_000_000


def parse_distribution(value: object, folder: Path | str | None = None) -> Law:
    """Return the law of its text.

    Parameters
    ----------
    value : object
        Text such as ``"lognormal(6min, cv 0.8)"``, or a Law.
    folder : path or None
        Where the file of ``empirical(file.csv)`` lies; None is the working directory.

    Raises
    ------
    UnitError
        Unknown law, wrong or missing parameters, bare numbers, an unreadable file.
    """
    if isinstance(value, Law):
        return value
    if is_bare(value) or not isinstance(value, str):
        raise refuse(f"{value!r} is not a law of durations", f"write for example {EXAMPLES[0]} or {EXAMPLES[1]}")
    return _parse(value.strip(), Path(folder or "."), 0)


def _parse(text: str, folder: Path, depth: int) -> Law:
    match = re.fullmatch(r"([A-Za-z_]+)\s*(?:\((.*)\))?", text, flags=re.DOTALL)
    if match is None:
        raise _not_a_law(text)
    name = _ALIASES.get(match[1], match[1])
    if name not in _SHAPES:
        raise refuse(f"{text!r} is an unknown law {match[1]!r}", suggestion(match[1], _SHAPES))
    if name == "never":
        if match[2] is not None and match[2].strip():
            raise refuse(f"{text!r} has a parameter", "write never")
        return Never()
    if depth > _DEEPEST:
        raise refuse(f"a mixture lies more than {_DEEPEST} mixtures deep")
    parts = _split(match[2] or "")
    try:
        if name == "empirical":
            return _empirical(parts, folder)
        return _mixture(parts, folder, depth) if name == "mixture" else _simple(name, parts)
    except InputError as error:
        raise UnitError(_with_example(text, name, problem) for problem in error.problems) from None


def _with_example(text: str, name: str, problem: Problem) -> Problem:
    what = problem.what if text in problem.what else f"{text!r}: {problem.what}"
    return Problem(what, problem.where, problem.instead or f"write for example {_SHAPES[name]}")


def _not_a_law(text: str) -> UnitError:
    try:
        parse_duration(text)
    except UnitError:
        return refuse(f"{text!r} is not a law of durations", f"write for example {', '.join(EXAMPLES[:4])}")
    return refuse(f"{text!r} is a duration, not a law", f"write exponential({text}) or constant({text})")


def _split(inner: str) -> list[str]:
    """Split at the commas that are not inside brackets."""
    parts, depth, start = [], 0, 0
    for position, letter in enumerate(inner):
        depth += (letter == "(") - (letter == ")")
        if letter == "," and depth == 0:
            parts.append(inner[start:position].strip())
            start = position + 1
    last = inner[start:].strip()
    return [*parts, last] if parts or last else []


def _labelled(text: str, label: str) -> float:
    match = re.fullmatch(rf"{label}\s*=?\s*({NUMBER})", text)
    if match is None:
        raise refuse(f"{text!r} is not a {label}", f"write {label} and a number, such as {label} 0.8")
    return float(number_of(match[1]))


def _stages(text: str) -> int:
    match = re.fullmatch(r"(?:stages\s*=?\s*)?([0-9]{1,6})", text)
    if match is None:
        raise refuse(f"{text!r} is not a whole number of stages", "write for example erlang(6min, 3)")
    return int(match[1])


def _simple(name: str, parts: list[str]) -> Law:
    readers: dict[str, tuple[Callable[..., Law], list[Callable[[str], Any]]]] = {
        "exponential": (Exponential, [parse_duration]),
        "constant": (Constant, [parse_duration]),
        "uniform": (Uniform, [parse_duration, parse_duration]),
        "lognormal": (Lognormal, [parse_duration, lambda text: _labelled(text, "cv")]),
        "gamma": (Gamma, [parse_duration, lambda text: _labelled(text, "cv")]),
        "erlang": (Erlang, [parse_duration, _stages]),
        "weibull": (Weibull, [parse_duration, lambda text: _labelled(text, "shape")]),
    }
    law, readers_of_parts = readers[name]
    if len(parts) != len(readers_of_parts):
        raise refuse(f"{name} takes {len(readers_of_parts)} parameters, not {len(parts)}")
    values: list[Any] = []
    problems: list[Problem] = []
    for part, reader in zip(parts, readers_of_parts, strict=True):
        try:
            values.append(reader(part))
        except UnitError as error:
            problems += error.problems
    if problems:
        raise UnitError(problems)
    return law(*values)


def _mixture(parts: list[str], folder: Path, depth: int) -> Law:
    weights, laws = [], []
    for part in parts:
        match = re.fullmatch(rf"({NUMBER}(?:\s*%)?)\s+(.+)", part, flags=re.DOTALL)
        if match is None:
            raise refuse(f"{part!r} has no weight", f"write for example 0.4 {part}")
        weights.append(parse_share(match[1]) if match[1].endswith("%") else float(number_of(match[1])))
        laws.append(_parse(match[2].strip(), folder, depth + 1))
    return Mixture(tuple(weights), tuple(laws))


def _empirical(parts: list[str], folder: Path) -> Law:
    if len(parts) == 1 and re.search(r"\.[A-Za-z]+$", parts[0]):
        return Empirical(read_samples(folder / parts[0]), source=parts[0])
    return Empirical(tuple(parse_duration(part) for part in parts))


def read_samples(path: Path) -> tuple[float, ...]:
    """Return the seconds in a CSV file of one column whose name ends in its unit, such as ``talk_s``.

    Raises
    ------
    UnitError
        Missing or unreadable file, no unit in the header, or rows that are not durations (all of them are named).
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = [(number, row) for number, row in enumerate(csv.reader(file), start=1) if any(map(str.strip, row))]
    except (OSError, UnicodeDecodeError) as error:
        raise refuse(f"{path} cannot be read: {error}", "give a CSV file in UTF-8") from None
    name = rows[0][1][0].strip() if rows and len(rows[0][1]) == 1 else ""
    unit = name.rpartition("_")[2]
    if unit not in SECONDS or not 2 <= len(rows) <= _MOST_SAMPLES:
        mend = "give one column of numbers under a header that ends in its unit, such as talk_s"
        raise UnitError(Problem("not a column of durations", f"{path}:1", mend))
    good = [(place, row) for place, row in rows[1:] if len(row) == 1 and re.fullmatch(NUMBER, row[0].strip())]
    if len(good) < len(rows) - 1:
        kept = {place for place, _ in good}
        raise UnitError(
            Problem(f"{','.join(row)!r} is not a duration", f"{path}:{place}", "write one number that is 0 or more")
            for place, row in rows[1:]
            if place not in kept
        )
    return tuple(float(number_of(row[0].strip()) * SECONDS[unit]) for _, row in good)


def lowered_quantile(kind: int, parameters: ArrayLike, u: ArrayLike) -> Array:
    """Return the durations of a lowered law: the definition that compiled engines repeat.

    Parameters
    ----------
    kind : int
        One of the ``KIND_`` numbers.
    parameters : array_like
        What ``Law.lowered`` gave beside it.
    u : array_like
        Uniform numbers inside (0, 1).
    """
    p, uniforms = array(parameters), array(u)
    if kind == KIND_TABLE:
        place = (np.log(uniforms / (1.0 - uniforms)) / TABLE_LOGIT + 1.0) * ((TABLE_POINTS - 1) / 2)
        return _between(p, np.clip(place, 0.0, TABLE_POINTS - 1.0))
    if kind == KIND_SAMPLES:
        return _between(p, uniforms * (len(p) - 1))
    if kind == KIND_LOGNORMAL:
        from scipy.special import ndtri

        return array(np.exp(p[0] + p[1] * array(ndtri(uniforms))))
    if kind == KIND_WEIBULL:
        return np.asarray(p[0] * (-np.log1p(-uniforms)) ** p[1], dtype=np.float64)
    exact: dict[int, Callable[[], Any]] = {
        KIND_EXPONENTIAL: lambda: -p[0] * np.log1p(-uniforms),
        KIND_CONSTANT: lambda: np.full_like(uniforms, p[0]),
        KIND_UNIFORM: lambda: p[0] + (p[1] - p[0]) * uniforms,
        KIND_NEVER: lambda: np.full_like(uniforms, np.inf),
    }
    return array(exact[kind]())


def _between(points: Array, place: Array) -> Array:
    """Read between two points of a table; a step between equal (also infinite) points stays on them."""
    left = np.minimum(place.astype(np.int64), max(len(points) - 2, 0))
    low, high = points[left], points[np.minimum(left + 1, len(points) - 1)]
    share = place - left
    flat = (low == high) | (share == 0.0)
    step = np.where(flat, 0.0, high - np.where(flat, 0.0, low))
    return array(np.where(flat, low, low + np.where(flat, 0.0, share) * step))


class _LawUnit:
    """Mark of a pydantic field that holds a law; a file is read from ``context["folder"]``."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.with_info_plain_validator_function(
            lambda value, info: parse_distribution(value, (info.context or {}).get("folder")),
            serialization=core_schema.plain_serializer_function_ser_schema(str),
        )

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        pattern = rf"^(never|({'|'.join([*_SHAPES, *_ALIASES])})\s*\(.*\))$"
        return {"type": "string", "pattern": pattern, "description": "Law of a duration", "examples": list(EXAMPLES)}


LawField = Annotated[Law, _LawUnit()]
