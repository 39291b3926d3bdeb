"""The verb forecast as a nightly job: same input same bytes, bad input exit 2, nothing half-written."""

from pathlib import Path

import pytest

from surgesim.cli.main import execute

HEAD = "start,offered\n"


def written(folder: Path, text: str) -> Path:
    path = folder / "history.csv"
    path.write_text(text, encoding="utf-8")
    return path


def daily(days: int = 60) -> str:
    weekday = (30, 25, 22, 21, 24, 15, 12)
    months = [("2027-01", 31), ("2027-02", 28), ("2027-03", 31)]
    stamps = [f"{month}-{day:02d}" for month, length in months for day in range(1, length + 1)][:days]
    return HEAD + "".join(f"{stamp},{weekday[at % 7]}\n" for at, stamp in enumerate(stamps))


def test_same_input_gives_the_same_bytes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    history = written(tmp_path, daily())
    outs = [tmp_path / f"{name}.csv" for name in ("one", "two")]
    for out in outs:
        words = ["forecast", str(history), "--horizon", "7d", "--as-of", "2027-02-20", "--announcement", "2027-02-20"]
        assert execute([*words, "--out", str(out)]) == 0
        captured = capsys.readouterr()
        assert captured.out == ""
        assert "announcement" in captured.err
    assert outs[0].read_bytes() == outs[1].read_bytes()
    lines = outs[0].read_text().splitlines()
    assert lines[0] == "start,mean,p05,p25,p50,p75,p95"
    assert [line.split(",")[0] for line in lines[1:3]] == ["2027-02-21", "2027-02-22"]
    assert len(lines) == 8
    assert {path.name for path in tmp_path.iterdir()} == {"history.csv", "one.csv", "two.csv"}


def test_bad_history_exits_2_names_rows_and_leaves_the_old_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "forecast.csv"
    out.write_text("yesterday")
    assert execute(["forecast", str(written(tmp_path, daily() + "2027-01-05,9\n合計,99\n")), "--out", str(out)]) == 2
    told = capsys.readouterr().err
    assert "row 62" in told
    assert "row 63" in told
    assert "Traceback" not in told
    assert out.read_text() == "yesterday"
    good = written(tmp_path, daily())
    for words in (
        ["--horizon", "soon"], ["--as-of", "1999-01-01"], ["--baseline", "oracle"], ["--kernel", "cubic"], ["--lang", "fr"],
        ["--zone", "Mars/Base"], ["--announcement", "someday"], ["--interval", "30min"], ["--queue", "calls"],
    ):  # fmt: skip
        assert execute(["forecast", str(good), *words, "--out", str(out)]) == 2, words
        assert "Traceback" not in capsys.readouterr().err
    assert out.read_text() == "yesterday"


def test_the_explanation_speaks_japanese_and_queues_are_written_with_their_total(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = daily().splitlines()[1:]
    text = "start,offered,queue\n" + "".join(f"{line},{queue}\n" for queue in ("chat", "voice") for line in lines)
    out = tmp_path / "forecast.csv"
    assert execute(["forecast", str(written(tmp_path, text)), "--horizon", "7d", "--lang", "ja", "--out", str(out)]) == 0
    assert "平常の需要" in capsys.readouterr().err
    rows = out.read_text().splitlines()
    assert rows[0].startswith("queue,start,mean")
    assert [row.split(",")[0] for row in rows[1:]] == ["chat"] * 7 + ["voice"] * 7 + ["total"] * 7


def test_without_a_history_the_usual_day_and_the_announcement_are_enough(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "forecast.csv"
    words = ["forecast", "--announcement", "2027-02-20", "--horizon", "7d", "--out", str(out)]
    assert execute([*words, "--usual", "300", "--opening", "09:00-18:00", "--interval", "1h"]) == 0
    assert len(out.read_text().splitlines()) == 1 + 7 * 9
    assert execute(words) == 2
    assert "usual" in capsys.readouterr().err
    history = written(tmp_path, daily())
    assert execute(["forecast", str(history), "--capacity", "-3", "--peak", "2027-02-01", "--exclude", "tokyo"]) == 2
    assert "capacity" in capsys.readouterr().err
