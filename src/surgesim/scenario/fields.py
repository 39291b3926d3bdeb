"""Building blocks of every scenario model: closed frozen models, names, mappings, text in two languages."""

from collections.abc import Mapping
from typing import Annotated, Any, NoReturn, Self, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints

T = TypeVar("T")

Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]*$", max_length=60)]
"""A name: lower-case letters, digits, hyphen and underscore."""


class Closed(BaseModel):
    """A model that refuses unknown keys and never changes."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True, allow_inf_nan=False)


class FrozenMapping(dict[Any, T]):
    """A mapping that cannot be changed: scenarios are shared between threads and hashed."""

    def _refuse(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise TypeError("a scenario is frozen; use scenario.but(name, {path: value})")

    __setitem__ = __delitem__ = update = setdefault = pop = popitem = clear = __ior__ = _refuse

    def __reduce__(self) -> tuple[type[Self], tuple[dict[Any, T]]]:
        return type(self), (dict(self),)


Table = Annotated[Mapping[Name, T], AfterValidator(FrozenMapping)]
"""A mapping from names to models."""

Settings = Annotated[Mapping[str, Any], AfterValidator(FrozenMapping)]
"""A mapping from keys to plain values of any kind."""


class Text(Closed):
    """A text in English and, where known, Japanese."""

    en: str
    """English text."""
    ja: str = ""
    """Japanese text; the English one is shown where it is empty."""

    def in_language(self, language: str) -> str:
        """Return the text in ``language`` (``"en"`` or ``"ja"``), English where there is no translation."""
        return self.ja if language == "ja" and self.ja else self.en


Words = str | Text
"""Words to print: one text, or one in each language (``{en: Tokyo, ja: 東京}``)."""


def as_text(words: Words) -> Text:
    """Return words as a text; a plain one stands for both languages."""
    return Text(en=words) if isinstance(words, str) else words


class Assumption(Closed):
    """A number that somebody decided, with where it comes from; the report lists all of them."""

    what: Words
    """What is assumed."""
    source: Words
    """Where the value comes from: a publication, a data set, or whose judgement it is."""
