"""Words for people: the nearest match to a mistyped name."""

import difflib
from collections.abc import Iterable


def did_you_mean(word: str, options: Iterable[str]) -> str | None:
    """Return the option nearest to ``word``, or None where nothing is near.

    Parameters
    ----------
    word : str
        What was typed.
    options : iterable of str
        What could have been meant.
    """
    names = {option.casefold(): option for option in sorted(options)}
    begun = [name for name in names if len(word) > 2 and name.startswith(word.casefold())]
    if len(begun) == 1:
        return names[begun[0]]
    near = difflib.get_close_matches(word.casefold(), list(names), n=1, cutoff=0.6)
    return names[near[0]] if near else None


def suggestion(word: str, options: Iterable[str]) -> str:
    """Return the mend for an unknown name: the nearest option, and the whole list."""
    names = sorted(options)
    near = did_you_mean(word, names)
    listed = f"one of: {', '.join(names)}" if names else "none exist yet"
    return f"did you mean {near!r}? ({listed})" if near else f"write {listed}"
