"""What differs between two scenarios."""

from collections.abc import Mapping
from typing import Any, NamedTuple


class Difference(NamedTuple):
    """One place in which two scenarios differ."""

    path: str
    """Dotted path."""
    before: Any
    """Value in the first scenario as it is written; None where it is not there."""
    after: Any
    """Value in the second scenario; None where it is not there."""

    def __str__(self) -> str:
        return f"{self.path}: {self.before} -> {self.after}"


def differences(before: Any, after: Any, path: str = "") -> list[Difference]:
    """Return the differences of two trees, in the order of the first one.

    Mappings are compared key by key, lists position by position, all else as a whole. Where the same keys come in another order,
    which decides ties, the two orders are given under the path itself.
    """
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        found = [
            one
            for key in dict.fromkeys([*before, *after])
            for one in differences(before.get(key), after.get(key), f"{path}.{key}" if path else str(key))
        ]
        same = [key for key in before if key in after] == [key for key in after if key in before]
        return found if same else [*found, Difference(f"{path} (order)", list(before), list(after))]
    if isinstance(before, (list, tuple)) and isinstance(after, (list, tuple)) and len(before) == len(after):
        pairs = enumerate(zip(before, after, strict=True))
        return [one for place, (old, new) in pairs for one in differences(old, new, f"{path}.{place}")]
    return [] if before == after else [Difference(path, before, after)]
