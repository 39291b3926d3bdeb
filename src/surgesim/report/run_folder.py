"""The run folder of a plan: tables, workbook, page, pictures and everything that is needed to write them again.

report.html  plan.xlsx  summary.json                       what people read (and report.pdf where it was asked for)
report.ja.html  plan.ja.xlsx  report.ja.pdf                the same in Japanese, beside it
plan.csv  shifts.csv  hires.csv  seats.csv  lines.csv  cost.csv  service_by_day.csv   (and the same as .parquet)
figures/*.png  figures.ja/*.png                            the pictures
report.json                                                the facts behind page, workbook and pictures
scenario.yaml  meta.json  queues.parquet ...               the run that verified the plan
"""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from surgesim.base.errors import InputError, Problem
from surgesim.base.progress import Progress, silent
from surgesim.report.facts import Facts
from surgesim.report.gather.collect import facts_of_plan
from surgesim.report.headline import headline
from surgesim.report.html import draw, page
from surgesim.report.workbook import workbook

if TYPE_CHECKING:
    import polars as pl

FACTS, SUMMARY = "report.json", "summary.json"
REPORT, PAPER, BOOK, BOOK_OF_RUN, PICTURES = "report.html", "report.pdf", "plan.xlsx", "result.xlsx", "figures"
TABLES = ("plan", "shifts", "hires", "seats", "lines", "cost", "service_by_day")
SHIFT_COLUMNS = ("day", "group", "site", "source", "shift", "heads")


def write_plan(plan: Any, folder: str | Path, language: str = "en", progress: Progress = silent) -> Path:
    """Write a plan as a run folder, whole or not at all, and return the path of its page.

    Parameters
    ----------
    plan : Plan
        From the planner.
    folder : str or Path
        Where; an earlier run folder there is replaced.
    language : str
        ``"en"`` or ``"ja"``, of page, pictures and workbook; tables and JSON are the same in both.
    progress : callable
        Told how far the pictures are.

    Raises
    ------
    InputError
        The path is a file, or a folder with content that is no run folder.
    """
    from surgesim.result.folder import run_folder, write_into

    _refuse_clashes(plan.scenario)
    facts = facts_of_plan(plan)
    with run_folder(folder) as place:
        write_into(plan.result, place, meta=_meta(plan, facts))
        for name, frame in tables(plan, facts).items():
            frame.write_parquet(place / f"{name}.parquet", compression="zstd", statistics=True)
            _written(frame).write_csv(place / f"{name}.csv")
        (place / FACTS).write_text(facts.model_dump_json(indent=1) + "\n", "utf-8")
        (place / SUMMARY).write_text(_summary(facts), "utf-8")
        _write_views(facts, place, language, _rows(plan.shifts), progress)
    return Path(folder) / in_language(REPORT, language)


def in_language(name: str, language: str) -> str:
    """Return the name of a file or folder that people read, with its language unless that is English.

    Examples
    --------
    >>> in_language("report.html", "ja"), in_language("figures", "ja"), in_language("plan.xlsx", "en")
    ('report.ja.html', 'figures.ja', 'plan.xlsx')
    """
    stem, point, ending = name.partition(".")
    return name if language == "en" else f"{stem}.{language}{point}{ending}"


def _refuse_clashes(scenario: Any) -> None:
    """Refuse a scenario whose own files, which are copied beside it, have the names of the plan's tables."""
    taken = [file for file in scenario.files() if file in {f"{name}.csv" for name in TABLES}]
    if taken:
        mend = "give the file another name, or put it into a folder beside the scenario"
        raise InputError(Problem(f"the run folder writes a table {file} of its own", file, mend) for file in taken)


def summary(plan: Any) -> str:
    """Return the headline figures of a plan, and what it decides, as JSON."""
    return _summary(facts_of_plan(plan)).rstrip()


def rewrite_report(folder: str | Path, language: str = "en", progress: Progress = silent, as_pdf: bool = False) -> Path:
    """Write page, pictures and workbook of a run folder again, from what it holds, and return the path of the page.

    What is there in another language stays (``report.html`` beside ``report.ja.html``). The folder of a plain run gets
    its facts first. With ``as_pdf`` the report is written on paper as well, and that path is returned.

    Raises
    ------
    InputError
        Not the run folder of a plan, or one of another version that this one cannot read.
    """
    import polars as pl

    place = Path(folder)
    facts = read_facts(place)
    shifts = place / "shifts.parquet"
    rows = _rows(pl.read_parquet(shifts)) if shifts.is_file() else []
    pictures = _write_views(facts, place, language, rows, progress)
    if as_pdf:
        from surgesim.report.pdf import pdf
        from surgesim.result.folder import atomic_write

        with atomic_write(place / in_language(PAPER, language)) as unfinished:
            unfinished.write_bytes(pdf(facts, language, pictures=pictures))
    return place / in_language(PAPER if as_pdf else REPORT, language)


def read_facts(folder: Path) -> Facts:
    """Return the facts of a run folder.

    Raises
    ------
    InputError
        There are none, or they cannot be read.
    """
    from pydantic import ValidationError

    file = folder / FACTS
    if not file.is_file() and (folder / "meta.json").is_file():
        return _facts_of_run(folder, file)
    if not file.is_file():
        mend = "name a folder that surgesim plan --out or surgesim run --out wrote"
        raise InputError(Problem(f"{folder} holds no plan and no run", str(file), mend))
    try:
        return Facts.model_validate_json(file.read_text("utf-8"))
    except ValidationError as error:
        what = f"{file.name} was written by another version of surgesim, or changed by hand"
        raise InputError(Problem(what, str(file), "run surgesim plan again")) from error


def _facts_of_run(folder: Path, file: Path) -> Facts:
    """Return the facts of a plain run, and leave them in its folder."""
    from surgesim.report.gather.collect import facts_of_result
    from surgesim.result.folder import atomic_write, read

    facts = facts_of_result(read(folder))
    with atomic_write(file) as unfinished:
        unfinished.write_text(facts.model_dump_json(indent=1) + "\n", "utf-8")
    return facts


def _write_views(facts: Facts, place: Path, language: str, shifts: list[tuple[Any, ...]], progress: Progress) -> dict[str, bytes]:
    """Write workbook, page and pictures, and return the pictures."""
    from surgesim.result.folder import atomic_write

    pictures = draw(facts, language, progress)
    figures, book = in_language(PICTURES, language), BOOK if facts.certificate else BOOK_OF_RUN
    files = {f"{figures}/{name}.png": content for name, content in pictures.items()}
    files[in_language(book, language)] = workbook(facts, language, shifts)
    files[in_language(REPORT, language)] = page(facts, language, pictures=pictures).encode()
    for name, content in files.items():
        with atomic_write(place / name) as unfinished:
            unfinished.write_bytes(content)
    return pictures


def tables(plan: Any, facts: Facts) -> "dict[str, pl.DataFrame]":
    """Return the tables of a plan, by name of their file."""
    frames = (plan.table, plan.shifts, plan.hires, plan.seats, plan.lines, plan.cost_items, service_by_day(facts))
    return dict(zip(TABLES, frames, strict=True))


def planned_tables(folder: Path) -> "dict[str, pl.DataFrame]":
    """Return what a plan decided, from its run folder: ``table``, ``seats``, ``hires``; nothing for a plain run."""
    import polars as pl

    files = {"table": "plan", "seats": "seats", "hires": "hires"}
    places = {name: folder / f"{file}.parquet" for name, file in files.items()}
    return {name: pl.read_parquet(place) for name, place in places.items() if place.is_file()}


def service_by_day(facts: Facts) -> "pl.DataFrame":
    """Return the service of every queue and day, formulas beside simulation."""
    import polars as pl

    rows = [
        {
            "day": day.day, "queue": day.queue, "needs": day.needs, "offered": day.offered, "handled": day.handled,
            "redials": day.redials, "blocked": day.blocked, "abandoned": day.abandoned, "erlang_c": day.erlang_c,
            "erlang_a": day.erlang_a, "service": day.service.value, "service_low": day.service.low,
            "service_high": day.service.high, "service_median": day.median, "abandonment": day.abandonment.value,
            "reasons": " ".join(reason.code for reason in day.reasons),
        }
        for day in facts.days
    ]  # fmt: skip
    texts, others = ("queue", "reasons"), {"day": pl.Date}
    schema = {name: pl.String if name in texts else others.get(name, pl.Float64) for name in rows[0]}
    return pl.DataFrame(rows, schema=schema)


def _written(frame: "pl.DataFrame") -> "pl.DataFrame":
    """Return a table as it stands in a CSV file: instants with their offset from UTC."""
    import polars as pl

    zoned = [name for name, kind in frame.schema.items() if isinstance(kind, pl.Datetime)]
    return frame.with_columns(pl.col(name).dt.strftime("%Y-%m-%dT%H:%M:%S%:z") for name in zoned)


def _rows(shifts: "pl.DataFrame") -> list[tuple[Any, ...]]:
    return [tuple(row) for row in shifts.select(SHIFT_COLUMNS).iter_rows()]


def _meta(plan: Any, facts: Facts) -> dict[str, Any]:
    found = facts.certificate
    assert found is not None
    return {"plan": {
        "status": found.status, "cost_jpy": facts.cost_jpy, "bound_jpy": found.bound_jpy, "gap": found.gap,
        "bound_of": found.bound_of.en, "kept": found.kept, "seed": plan.certificate.get("seed", facts.head.seed),
    }}  # fmt: skip


def _summary(facts: Facts) -> str:
    """Return the headline figures, the decisions and the promises as JSON, the same bytes for the same plan."""
    parts = ("head", "certificate", "costs", "hires", "teams", "places", "lines", "promises", "days", "remarks")
    tree = {"figures": {figure.key: figure.value for figure in headline(facts)}}
    tree |= facts.model_dump(mode="json", include=set(parts))
    return json.dumps(tree, indent=2, sort_keys=True, ensure_ascii=False, allow_nan=False) + "\n"
