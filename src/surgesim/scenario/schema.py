"""The scenario as JSON Schema: for editors, and to say which keys a place in a file can have."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue, JsonSchemaWarningKind
from pydantic_core import core_schema

from surgesim.base.text import suggestion

Schema = dict[str, Any]
Path = tuple[str | int, ...]
Finding = tuple[Path, str, str]
"""Path, what is wrong, what to write instead."""


class _Generator(GenerateJsonSchema):
    """Writes defaults as they are written in a file (``30min``, not ``1800.0``)."""

    def emit_warning(self, kind: JsonSchemaWarningKind, detail: str) -> None:
        """Say nothing: empty mappings as defaults are left out, which is meant."""

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        written = super().default_schema(schema)
        inner: Any = schema["schema"]
        while isinstance(inner, Mapping) and "serialization" not in inner:
            inner = inner.get("schema")
        function = inner["serialization"].get("function") if inner else None
        default = schema.get("default")
        if function is not None and default is not None:
            written["default"] = function(default)
        return written


def json_schema() -> Schema:
    """Return the JSON Schema (draft 2020-12) of a scenario file, with a description of every key."""
    from surgesim.scenario.scenario import Scenario

    schema: Schema = dict(schema_of(Scenario))
    extends = {"type": "string", "description": "Scenario file that this one changes, relative to this file.", "title": "Extends"}
    schema["properties"] = {"extends": extends, **schema["properties"]}
    # A file that extends another may leave out what the other says.
    schema["anyOf"] = [{"required": schema.pop("required")}, {"required": ["extends"]}]
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


@lru_cache(maxsize=8)
def schema_of(model: type[BaseModel]) -> Schema:
    """Return the JSON Schema of a model."""
    return model.model_json_schema(schema_generator=_Generator, mode="validation")


def resolved(root: Schema, node: Schema, value: Any = None) -> Schema:
    """Return the schema that ``node`` stands for; ``value`` chooses between kinds."""
    while True:
        if "$ref" in node:
            node = root["$defs"][node["$ref"].rpartition("/")[2]]
        elif "discriminator" in node:
            kinds = node["discriminator"]["mapping"]
            kind = value.get("kind") if isinstance(value, Mapping) else None
            node = {"$ref": kinds[kind]} if kind in kinds else {"kinds": list(kinds)}
        elif "anyOf" in node and (options := [one for one in node["anyOf"] if one.get("type") != "null"]):
            container = {"$ref", "properties", "patternProperties", "additionalProperties", "items"}
            node = next((one for one in options if container & one.keys()), options[0])
        else:
            return node


def child_of(root: Schema, node: Schema, key: str | int, value: Any = None) -> Schema | None:
    """Return the schema of a key or position below ``node``, None where there cannot be one."""
    node = resolved(root, node, value)
    if "properties" in node:
        found: Schema | None = node["properties"].get(str(key))
        return found
    if "items" in node:
        items: Schema = node["items"]
        return items
    below = [*node.get("patternProperties", {}).values(), node.get("additionalProperties")]
    return next((one for one in below if isinstance(one, dict)), {} if _free(node) else None)


def _free(node: Schema) -> bool:
    return node.get("type") == "object" and "properties" not in node


def node_at(root: Schema, path: Path, tree: Any = None) -> Schema | None:
    """Return the resolved schema at a path; ``tree`` is the file as written."""
    node: Schema | None = root
    for key in path:
        node = child_of(root, node, key, tree) if node is not None else None
        tree = _below(tree, key)
    return resolved(root, node, tree) if node is not None else None


def raw_at(root: Schema, path: Path, tree: Any = None) -> Schema:
    """Return the schema at a path before it is resolved: the one that holds the key's own description."""
    if not path:
        return root
    parent = node_at(root, path[:-1], tree)
    return (child_of(root, parent, path[-1]) if parent is not None else None) or {}


def _below(tree: Any, key: str | int) -> Any:
    if isinstance(tree, Mapping):
        return tree.get(str(key))
    if isinstance(tree, (list, tuple)) and isinstance(key, int) and key < len(tree):
        return tree[key]
    return None


def keys_of(node: Schema | None) -> list[str]:
    """Return the keys that a place can have; empty where they are free."""
    return list(node.get("properties", {})) if node else []


def unknown_key(key: str, node: Schema | None) -> str:
    """Return the mend for a key that a place does not have."""
    keys = keys_of(node)
    return suggestion(key, keys) if keys else "delete it"
