"""A Japanese reader finds Japanese: no Latin word on page, paper, card, in workbook and pictures but names and signs."""

import ast
import html
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

import surgesim
from surgesim.report.card import plan_card
from surgesim.report.facts import Facts, Remark
from surgesim.report.gather.collect import facts_of_plan
from surgesim.report.headline import headline
from surgesim.report.html import page
from surgesim.report.paper import BREAKABLE, blocks
from surgesim.report.plots.album import album
from surgesim.report.workbook import workbook
from surgesim.result.flags import CURES, Flag, still_waiting
from surgesim.result.measures import MEASURES
from surgesim.scenario.fields import Text

SIGNS = {"surgesim", "sim", "SHA", "SMS", "Asia", "Tokyo", "JPY", "FOLDER", "jp"}
"""The program, an engine, a hash, a medium, the zone, the currency, a place holder of a command."""


@pytest.fixture(scope="module")
def facts(plan: Any) -> Facts:
    found = facts_of_plan(plan)
    flag = still_waiting("calls", 3.0)
    remark = Remark(
        level=flag.level, where=flag.where, what=Text(en=flag.what, ja=flag.what_ja),
        instead=Text(en=flag.instead, ja=flag.cure("ja")),
    )  # fmt: skip
    certificate = found.certificate
    assert certificate is not None
    sentences = (Text(en="one more seat saves ¥9,000", ja="席があと1席あれば¥9,000安くなる"),)
    sure = certificate.model_copy(update={"marginals": sentences, "bound_of": Text(en="a bound", ja="下界")})
    made = {"remarks": (remark,), "certificate": sure}
    return found.model_copy(update=made)


def names(plan: Any) -> set[str]:
    """Words that the scenario brings along: its own name; its parts are called by their Japanese titles."""
    return set(words(plan.scenario.name))


def words(text: str) -> list[str]:
    return re.findall(r"[A-Za-z]{2,}", text)


def left_over(text: str, facts: Facts, plan: Any) -> set[str]:
    """Latin words that are no names, no keys of figures, no formulas and no command."""
    known = [figure.key for figure in headline(facts)] + [facts.head.command, facts.head.fingerprint, facts.head.version]
    known += [text for measure in MEASURES for text in (measure.formula, measure.name)]
    text = text.replace(BREAKABLE, "")
    for given in sorted(known, key=len, reverse=True):
        text = text.replace(given, " ")
    return set(words(text)) - names(plan) - SIGNS


def test_the_page(facts: Facts, plan: Any) -> None:
    text = re.sub(r"<style>.*?</style>", "", page(facts, "ja"), flags=re.DOTALL)
    shown = re.findall(r'alt="([^"]*)"', text) + re.findall(r">([^<]+)<", text)
    assert left_over(html.unescape("\n".join(shown)), facts, plan) == set()


def test_the_workbook(facts: Facts, plan: Any) -> None:
    shifts = [tuple(row) for row in plan.shifts.iter_rows()]
    book = CalamineWorkbook.from_filelike(io.BytesIO(workbook(facts, "ja", shifts)))
    cells = [cell for name in book.sheet_names for row in book.get_sheet_by_name(name).to_python() for cell in row]
    text = "\n".join([*book.sheet_names, *(cell for cell in cells if isinstance(cell, str))])
    assert left_over(text, facts, plan) == set()


def test_the_paper(facts: Facts, plan: Any) -> None:
    """The blocks are all that the paper prints beside its footer; another test finds them in the PDF."""
    shown = "\n".join(texts(list(blocks(facts, "ja", dict.fromkeys(album(facts, "ja"), "0.png")))))
    assert left_over(shown, facts, plan) == set()


def texts(tree: Any) -> Iterator[str]:
    """Every text in a tree of blocks, the kind of a block and the file of a picture left out."""
    if isinstance(tree, dict):
        yield from (text for key, value in tree.items() if key not in ("kind", "file") for text in texts(value))
    elif isinstance(tree, list | tuple):
        yield from (text for value in tree for text in texts(value))
    elif isinstance(tree, str):
        yield tree


def test_the_card(plan: Any, facts: Facts) -> None:
    from rich.console import Console

    console = Console(file=io.StringIO(), width=100, force_terminal=False)
    plan_card(plan, "ja", None, console)
    text = console.file.getvalue()  # type: ignore[attr-defined]
    for english in (plan.certificate["bound_of"], *plan.certificate["marginals"]):
        assert english not in text or plan.certificate.get("marginals_ja") is None
        text = text.replace(english, "")
    assert left_over(text, facts, plan) == set()


def test_the_pictures(facts: Facts, plan: Any) -> None:
    from matplotlib.text import Text as Drawn

    for name, (title, make) in album(facts, "ja").items():
        figure = make()
        figure.draw_without_rendering()
        shown = [title, *(text.get_text() for text in figure.findobj(Drawn))]
        assert left_over("\n".join(shown), facts, plan) == set(), name


def test_every_cure_of_a_flag_has_its_japanese() -> None:
    """Whatever the source passes to a flag as its cure is in the table."""
    found = {still_waiting("calls", 1.0).instead}
    for file in Path(surgesim.__file__).parent.rglob("*.py"):
        tree = ast.parse(file.read_text("utf-8"))
        for node in ast.walk(tree):
            called = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Flag"
            if called and isinstance(node, ast.Call) and len(node.args) > 4 and isinstance(node.args[4], ast.Constant):
                found.add(node.args[4].value)
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant):
                named = {target.id for target in node.targets if isinstance(target, ast.Name)}
                found |= {node.value.value} if named & {"SIMULATE", "MOVE_ON"} else set()
    assert found == set(CURES)
    assert Flag("note", "x", "", "what", 'run engine="sim"').cure("en") == 'run engine="sim"'
