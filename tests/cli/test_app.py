"""The planner's page in a real browser: load, move a slider, read the changed number, download the workbook."""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
WAIT_MS = 120_000
pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine: the page cannot be tried in a browser"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning"),
]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def served(words: list[str], folder: Path) -> Iterator[str]:
    """The command in a process of its own, stopped by its id afterwards; yields its address."""
    port = free_port()
    command = [sys.executable, "-m", "surgesim", *words, "--port", str(port), "--no-browser"]
    home = {"JUPYTER_TOKEN": "none", "HOME": str(folder), "JUPYTER_CONFIG_DIR": str(folder), "IPYTHONDIR": str(folder)}
    with (folder / "server.log").open("w") as log:
        server = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder, env={**os.environ, **home})
        try:
            wait_for(f"http://127.0.0.1:{port}/", server, folder / "server.log")
            yield f"http://127.0.0.1:{port}/"
        finally:
            server.terminate()
            server.wait(30)


def wait_for(address: str, server: "subprocess.Popen[bytes]", log: Path) -> None:
    """Wait until the port answers at all; the page itself is asked for by the browser."""
    port = int(address.rstrip("/").rpartition(":")[2])
    for _ in range(600):
        if server.poll() is not None:
            pytest.fail(f"the server ended: {log.read_text()[-2000:]}")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    pytest.fail(f"the server does not answer: {log.read_text()[-2000:]}")


@contextmanager
def browser_page(folder: Path) -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as tools:
        browser = tools.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        try:
            context = browser.new_context(accept_downloads=True, viewport={"width": 1100, "height": 1000})
            page = context.new_page()
            page.set_default_timeout(WAIT_MS)
            yield page
            page.screenshot(path=folder / "page.png", full_page=True)
        finally:
            browser.close()


def number(text: str) -> float:
    return float(re.sub(r"[^0-9.]", "", text))


@pytest.mark.parametrize(("language", "state"), [("en", "20 replications"), ("ja", "反復20回")])
def test_a_planner_moves_a_slider_and_takes_the_workbook_away(tmp_path: Path, language: str, state: str) -> None:
    with served(["app", "--lang", language], tmp_path) as address, browser_page(tmp_path) as page:
        page.goto(address)
        offered, level = page.locator("td[data-key='offered.now']"), page.locator("td[data-key='service_level.now']")
        offered.wait_for()
        before = number(offered.inner_text()), number(level.inner_text())
        handle = page.locator(".noUi-handle").first
        handle.focus()
        for _ in range(5):
            page.keyboard.press("ArrowRight")
        page.wait_for_function(
            "was => parseFloat(document.querySelector(\"td[data-key='offered.now']\").innerText.replace(/,/g, '')) > was",
            arg=1.02 * before[0],
        )
        page.wait_for_function(f"document.body.innerText.includes('{state}')")
        page.wait_for_function("document.querySelector(\"td[data-key='service_level.band']\").innerText.includes('–')")
        after = number(offered.inner_text()), number(level.inner_text())
        assert after[0] > before[0]
        assert after[1] < before[1]
        page.get_by_role("button", name={"en": "Workbook", "ja": "Excelを作成"}[language]).click()
        with page.expect_download() as download:
            page.locator("a[download]").click()
        download.value.save_as(tmp_path / "book.xlsx")
        assert page.locator("img").first.evaluate("image => image.naturalWidth") > 400
    rows = CalamineWorkbook.from_path(str(tmp_path / "book.xlsx")).get_sheet_by_index(0).to_python()
    cells = [cell for row in rows for cell in row if isinstance(cell, float)]
    assert after[0] in [round(cell) for cell in cells]
    assert after[1] in [round(100 * cell, 1) for cell in cells]


def test_lab_serves_the_copied_pages(tmp_path: Path) -> None:
    with served(["lab", str(tmp_path / "mine")], tmp_path) as address, browser_page(tmp_path) as page:
        page.goto(f"{address}lab/tree/planner-what-if.ipynb?token=none")
        page.locator(".jp-RenderedMarkdown", has_text="Five sliders over the recall").first.wait_for()
        with urllib.request.urlopen(f"{address}api/contents?token=none") as answer:
            names = answer.read().decode()
    for name in ("planner-what-if-ja.ipynb", "consultant-standby.ipynb", "operations-nightly.ipynb", "researcher-routing.ipynb"):
        assert name in names
        assert (tmp_path / "mine" / name).is_file()
