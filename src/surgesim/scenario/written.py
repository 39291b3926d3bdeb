"""A scenario as YAML text that reads back as the same scenario."""

from io import StringIO
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from surgesim.scenario.document import plain_value


def as_yaml(tree: Any) -> str:
    """Return the YAML text of a tree."""
    stream = StringIO()
    writer = YAML()
    writer.width = 120
    writer.allow_unicode = True
    writer.dump(_quoted(tree), stream)
    return stream.getvalue()


def _quoted(tree: Any) -> Any:
    """Put quotes around text that would read back as something else, or that some editors take for a time."""
    if isinstance(tree, dict):
        return {_quoted(key): _quoted(value) for key, value in tree.items()}
    if isinstance(tree, (list, tuple)):
        return [_quoted(value) for value in tree]
    if isinstance(tree, str) and (plain_value(tree) != tree or tree[:1].isdigit() or ("\n" not in tree and tree != tree.strip())):
        return DoubleQuotedScalarString(tree)
    return tree
