"""The letters of a page as a font inside it, so that Japanese is legible on a machine without a Japanese font."""

from base64 import b64encode
from io import BytesIO

from surgesim.report.style import font_file

FONT_FACE = """@font-face { font-family: Letters; font-display: block; unicode-range: U+2010-FFFF;
  src: local("Hiragino Sans"), local("Yu Gothic UI"), local("Noto Sans CJK JP"), url(%s); }"""
"""Style rule of the family ``Letters`` at an address; fonts of the machine come first."""


def font_address(text: str) -> str:
    """Return a data address of the packaged Japanese font, cut down to the letters of ``text``.

    Parameters
    ----------
    text : str
        Everything that the page says. The same text gives the same bytes.
    """
    from fontTools import subset  # type: ignore[import-untyped]
    from fontTools.ttLib import TTFont  # type: ignore[import-untyped]

    options = subset.Options(layout_features=[], hinting=False, notdef_outline=True, name_IDs=[0, 1, 2, 13, 14])
    with TTFont(str(font_file()), recalcTimestamp=False) as font:
        cutter = subset.Subsetter(options)
        cutter.populate(text=text)
        cutter.subset(font)
        buffer = BytesIO()
        font.save(buffer, reorderTables=True)
    return f"data:font/ttf;base64,{b64encode(buffer.getvalue()).decode()}"
