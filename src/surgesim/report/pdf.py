"""The report as PDF, set by typst from the same words, numbers and pictures as the page."""

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from surgesim.report import style
from surgesim.report.facts import Facts
from surgesim.report.html import draw
from surgesim.report.paper import blocks
from surgesim.report.words import speaker


def pdf(facts: Facts, language: str, pictures: dict[str, bytes] | None = None) -> bytes:
    """Return the report as PDF, from what :func:`surgesim.report.html.page` takes; the same facts give the same bytes."""
    import typst

    found = pictures or draw(facts, language)
    with TemporaryDirectory(prefix="surgesim-pdf-") as folder:
        place = Path(folder)
        for number, content in enumerate(found.values()):
            (place / f"{number}.png").write_bytes(content)
        files = {name: f"{number}.png" for number, name in enumerate(found)}
        (place / "data.json").write_text(json.dumps(_data(facts, language, files), ensure_ascii=False), "utf-8")
        (place / "page.typ").write_bytes((Path(__file__).parent / "page.typ").read_bytes())
        made = typst.compile(
            str(place / "page.typ"), root=str(place), font_paths=_font_folders(), ignore_system_fonts=True, format="pdf",
            timestamp=0,
        )  # fmt: skip
    return made


def _data(facts: Facts, language: str, files: dict[str, str]) -> dict[str, Any]:
    say, head = speaker(language), facts.head
    kind = say("report") if facts.certificate else say("result_report")
    return {
        "language": language,
        "fonts": style.families(language),
        "title": f"{kind}: {head.title.in_language(language)}",
        "footer": f"{head.scenario} · surgesim {head.version} · {head.fingerprint[:12]}",
        "blocks": list(blocks(facts, language, files)),
    }


def _font_folders() -> list[str]:
    """Return the folders of the packaged Japanese font and of the Latin one that matplotlib brings along."""
    import matplotlib

    return [str(style.font_file().parent), str(Path(matplotlib.get_data_path()) / "fonts" / "ttf")]
