"""The page: it asks nobody, no text of the model breaks out of it, its CSV answers are those of the model, and a browser runs it."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import replace

import pytest

from mlops_desktop.base.job import Silent
from mlops_desktop.catalog.exporters.html_page import PAGE, HtmlPage
from mlops_desktop.serving.bundle import open_bundle
from tests.catalog.exporters.programs import answers_of_page, core_of
from tests.proof_tools import done, program
from tests.serving.conftest import SCORERS, write_bundle

NASTY = "</script><b>x</b> & \"q\" 'a' \u2028 $1"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    base = tmp_path_factory.mktemp("page")
    (base / "out").mkdir()
    core = write_bundle(replace(SCORERS["binary"], name=NASTY), base / "core")
    HtmlPage().export(core, base / "out", Silent())
    return open_bundle(core), base / "out" / PAGE


def test_the_page_asks_nobody_and_holds_the_model_as_it_is(made):
    text = made[1].read_text(encoding="utf-8")
    assert "default-src 'none'" in text
    assert set(re.findall(r"https?://[^\s\"']+", text)) <= {"http://www.w3.org/2000/svg"}
    assert not re.search(r"\b(eval|innerHTML|fetch|XMLHttpRequest|document\.write)\b", text)
    assert json.loads(core_of(made[1])["model"])["name"] == NASTY
    assert text.count("</script>") == 3


@pytest.mark.skipif(shutil.which("node") is None, reason="Node.js is not installed")
def test_a_csv_file_is_answered_and_formulas_are_harmless(made):
    bundle, page = made
    file = '\ufeffcity,age,income,member\r\n"Oslo",41,,yes\r\n=1+1,30,"2,5",no\r\nRome,20,1e3,true\r\n'
    found = answers_of_page(page, file).splitlines()
    assert found[0] == "prediction,probability_no,probability_yes,error"
    rows = [{"age": 41, "income": None, "member": True, "city": "Oslo"}, {"age": 20, "income": 1000, "member": True, "city": "Rome"}]
    wanted = bundle.scorer.scores(bundle.schema.from_rows(rows).frame)
    assert [float(found[i].split(",")[2]) for i in (1, 3)] == pytest.approx(wanted[:, 1].tolist(), abs=1e-9)
    assert found[2] == ",,,“income” cannot be read."


@pytest.mark.proof
def test_a_browser_opens_it_from_the_disk_and_passes_the_self_test(made, tmp_path):
    bundle, page = made
    command = [
        program("chromium"),
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        f"--user-data-dir={tmp_path}",
        "--virtual-time-budget=5000",
    ]
    dom = done([*command, "--dump-dom", f"file://{page}#selftest"])
    assert re.search(r'id="tested"[^>]*data-passed="true"[^>]*>(Passed|Bestanden): ' + str(len(bundle.golden.rows)), dom)
    assert re.search(r'<div id="answer">(no|yes)</div>', dom)
    assert "<polyline" in dom
    assert "<b>x</b>" not in dom.replace(core_of(page)["model"], "")
