"""The text of a scenario file, or a plain sentence why there is none."""

from pathlib import Path

from surgesim.base.errors import Problem, ScenarioError

LARGEST_BYTES = 2_000_000
_MARKS = {b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16"}
_SAVE = "save the file as UTF-8"


def read_text(path: Path, name: str) -> str:
    """Return the text of a file.

    Parameters
    ----------
    path : Path
        The file.
    name : str
        How messages call it.

    Raises
    ------
    ScenarioError
        Missing, a folder, too large, binary, or not UTF-8.
    """
    try:
        size = path.stat().st_size
        if path.is_file() and size > LARGEST_BYTES:
            raise _refuse(
                f"the file has {size / 1e6:.0f} MB; a scenario has at most {LARGEST_BYTES / 1e6:.0f} MB",
                name,
                "keep history and other long series in CSV files and name them in the scenario",
            )
        content = path.read_bytes()
    except FileNotFoundError:
        raise _refuse("there is no such file", name, _neighbour(path)) from None
    except OSError as error:
        reason = "it is a folder" if path.is_dir() else (error.strerror or str(error))
        raise _refuse(f"the file cannot be read: {reason}", name, "name a YAML file") from None
    return _decoded(content, name)


def _refuse(what: str, where: str, instead: str) -> ScenarioError:
    return ScenarioError(Problem(what, where, instead))


def _neighbour(path: Path) -> str:
    from surgesim.base.text import did_you_mean

    names = [other.name for other in path.parent.glob("*.y*ml")] if path.parent.is_dir() else []
    near = did_you_mean(path.name, names)
    return f"did you mean {str(path.with_name(near))!r}?" if near else "check the name and the folder"


def _decoded(content: bytes, name: str) -> str:
    if content[:2] in _MARKS:
        raise _refuse("the file is UTF-16 text", f"{name}:1", _SAVE)
    if b"\0" in content:
        kind = "UTF-16 text" if content[1::2].count(0) > len(content) // 3 else "binary, not text"
        raise _refuse(f"the file is {kind}", f"{name}:1", _SAVE if "text" in kind[:11] else "name a YAML file")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise _refuse(f"the file is {_encoding(content)}", f"{name}:{line}", _SAVE) from None
    for number, line_text in enumerate(text.split("\n"), start=1):
        if any(ord(letter) < 32 and letter not in "\t\r" for letter in line_text):
            raise _refuse("the file holds control characters; it is binary, not text", f"{name}:{number}", "name a YAML file")
    return text


def _encoding(content: bytes) -> str:
    for encoding, title in (("cp932", "Shift_JIS text"), ("euc_jp", "EUC-JP text")):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if any("\u3040" <= letter <= "\u30ff" or "\u4e00" <= letter <= "\u9fff" for letter in text):
            return f"{title}, not UTF-8"
    return "not UTF-8 text"
