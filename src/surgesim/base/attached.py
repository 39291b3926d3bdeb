"""Attributes that a higher floor supplies: ``result.plot`` is drawn by the report, which ``result`` may not import.

A class says ``plot = Attached("Result.plot")``; the package's face names the supplier once with :func:`supply`, as
``"module:function"``. The function is imported when the attribute is first read, gets the object, and what it returns
stays with the object.
"""

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

__all__ = ["Attached", "supply"]

_SUPPLIERS: dict[str, str] = {}


def supply(places: Mapping[str, str]) -> None:
    """Name who supplies attributes.

    Parameters
    ----------
    places : mapping of str to str
        Name of the attribute, e.g. ``"Result.plot"``, to ``"module:function"``; the function takes the object.
    """
    _SUPPLIERS.update(places)


class Attached:
    """An attribute supplied from above, made when it is first read and kept from then on.

    Parameters
    ----------
    name : str
        What :func:`supply` calls it.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.attribute = ""

    def __set_name__(self, owner: type, attribute: str) -> None:
        """Remember under which name the class holds it."""
        self.attribute = attribute

    def __get__(self, instance: object | None, owner: type | None = None) -> Any:
        """Return what the supplier makes of the instance; of the class, the supplier itself, for its documentation."""
        supplier = self._supplier()
        if instance is None:
            return supplier
        made = supplier(instance)
        instance.__dict__[self.attribute] = made  # no data descriptor: from now on the instance answers
        return made

    def _supplier(self) -> Callable[[object], Any]:
        place = _SUPPLIERS.get(self.name)
        if place is None:
            raise AttributeError(f"nobody supplies {self.name}")
        module, _, function = place.partition(":")
        found: Callable[[object], Any] = getattr(import_module(module), function)
        return found
