from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from urllib.parse import quote

import pytest

from mlops_desktop.serving.pages import all_routes, page

PAGES = {route.path: page(route).body.decode() for route in all_routes() if route.file}


def test_every_page_and_what_it_loads_is_served():
    assert {
        "/",
        "/docs",
        "/favicon.ico",
        "/static/app.js",
        "/static/charts.js",
        "/static/docs.js",
        "/static/style.css",
        "/static/texts.js",
    } <= set(PAGES)
    for path in ("/", "/docs"):
        for link in re.findall(r'(?:src|href)="([^"#]+)"', PAGES[path]):
            assert f"/{link}" in PAGES or link in (".", "docs", "openapi.json"), link
    for script in ("app.js", "charts.js", "docs.js", "texts.js"):
        for link in re.findall(r'from "\./([^"]+)"', PAGES[f"/static/{script}"]):
            assert f"/static/{link}" in PAGES


def test_no_page_loads_from_another_host_or_breaks_its_own_policy():
    for path, text in PAGES.items():
        hosts = set(re.findall(r"https?://([^/\s\"'`]+)", text)) - {"www.w3.org"}
        assert not hosts, path
        assert "style=" not in text
        assert ".innerHTML" not in text
        assert not re.search(r"\son[a-z]+=", text)
        if path in ("/", "/docs"):
            assert "<script>" not in text
            assert "<style" not in text


def test_every_control_of_the_page_has_a_label():
    text = PAGES["/"]
    for control in re.findall(r"<(?:input|select)[^>]*id=\"([^\"]+)\"", text):
        assert f'for="{control}"' in text
    assert 'lang="en"' in text


def test_the_form_page_names_the_languages_that_there_are():
    (names,) = re.findall('data-languages="([^"]*)"', PAGES["/"])
    assert names.split() == sorted(Path(path).stem for path in PAGES if path.endswith(".json"))


IN_GERMAN = """
globalThis.document = {
  documentElement: { dataset: { languages: "de" } },
  createTreeWalker: () => ({ nextNode: () => null }),
  querySelectorAll: () => [],
};
globalThis.NodeFilter = {};
Object.defineProperty(globalThis, "navigator", { value: { languages: ["de-AT", "en"] }, configurable: true });
globalThis.fetch = async () => ({ ok: true, json: async () => (TEXTS) });
const { language, load, t, translated } = await import(PAGE);
const english = [t("missing"), translated("“age” must be a number from 1.5 to 9.")];
await load();
console.log(JSON.stringify([english, t("{n} other fields", { n: 3 }), t("no such text"), SENTENCES.map((one) => translated(one))]));
"""


@pytest.mark.skipif(shutil.which("node") is None, reason="Node.js is not installed")
def test_texts_and_sentences_of_the_service_are_in_the_language_of_the_browser():
    sentences = ["“a.b (c)” must be a number.", "“age” lies outside the range of the training data, -1.5 to 9.", "Nobody translates this."]
    page = "data:text/javascript," + quote(PAGES["/static/texts.js"])
    places = {"PAGE": page, "SENTENCES": sentences}
    script = IN_GERMAN.replace("TEXTS", PAGES["/static/de.json"])
    for name, value in places.items():
        script = script.replace(name, json.dumps(value))
    done = subprocess.run(["node", "--input-type=module", "-e", script], capture_output=True, text=True, check=True, timeout=60)
    english, fields, unknown, translated = json.loads(done.stdout)
    assert english == ["missing", "“age” must be a number from 1.5 to 9."]
    assert (fields, unknown) == ("3 andere Felder", "no such text")
    assert translated == [
        "„a.b (c)“: Erwartet ist eine Zahl.",
        "„age“ liegt außerhalb des Bereichs der Trainingsdaten, -1,5 bis 9.",
        "Nobody translates this.",
    ]
