"""The form page in a real browser: Debian's chromium, driven over its debugging pipe."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
import urllib.request
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from mlops_desktop import serving
from mlops_desktop.engine.packaging.golden import golden_rows
from mlops_desktop.serving.bundle import write_core
from mlops_desktop.serving.models.linear import Linear
from mlops_desktop.serving.monitor import reference_of
from mlops_desktop.serving.schema import Column, Schema
from mlops_desktop.serving.scorer import Scorer
from tests.proof_tools import PLACE

TEXTS = json.loads((Path(serving.__file__).parent / "web" / "de.json").read_text(encoding="utf-8"))
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = """
--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update
--disable-sync --remote-debugging-pipe --hide-scrollbars
"""

pytestmark = [
    pytest.mark.proof,
    pytest.mark.skipif(CHROMIUM is None or os.name == "nt", reason="chromium is not installed (apt-get install chromium)"),
]


class Browser:
    """One page of a headless browser; what it says is JSON, each message ended by a null byte."""

    def __init__(self, profile):
        import fcntl

        ends = [*os.pipe(), *os.pipe()]
        # Out of the way of 3 and 4, which the browser reads from and writes to.
        to_read, self._write, self._read, to_write = (fcntl.fcntl(end, fcntl.F_DUPFD, 10) for end in ends)
        for end in ends:
            os.close(end)

        def wire():
            os.dup2(to_read, 3)
            os.dup2(to_write, 4)

        command = [CHROMIUM, *FLAGS.split(), f"--user-data-dir={profile}", "about:blank"]
        self._process = subprocess.Popen(command, preexec_fn=wire, close_fds=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(to_read)
        os.close(to_write)
        self._number, self._rest, self.events = 0, b"", []
        target = self.call("Target.createTarget", session=None, url="about:blank")["targetId"]
        self._session = self.call("Target.attachToTarget", session=None, targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network", "DOM", "Accessibility"):
            self.call(f"{domain}.enable")

    def call(self, method, session="", **parameters):
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        if session is not None:
            message["sessionId"] = self._session
        os.write(self._write, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._receive()
            if answer.get("id") == self._number:
                assert "error" not in answer, answer
                return answer["result"]
            self.events.append(answer)

    def _receive(self):
        while b"\0" not in self._rest:
            piece = os.read(self._read, 1 << 16)
            assert piece, "the browser has gone"
            self._rest += piece
        line, self._rest = self._rest.split(b"\0", 1)
        return json.loads(line)

    def run(self, expression):
        """The value of an expression of JavaScript, awaited."""
        found = self.call("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in found, found
        return found["result"].get("value")

    def until(self, expression):
        """Wait until an expression is true, and return it."""
        deadline = time.monotonic() + 20
        while not (value := self.run(f"((found) => (found instanceof Node ? true : found))({expression})")):
            assert time.monotonic() < deadline, f"never true: {expression}; the page says: {self.run('document.body.innerText')}"
            time.sleep(0.05)
        return value

    def open(self, address, width=1280, height=900, dark=False, language="en"):
        self.events.clear()
        agent = self.run("navigator.userAgent")
        self.call("Emulation.setUserAgentOverride", userAgent=agent, acceptLanguage=language)
        scheme = [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 500)
        self.call("Emulation.setEmulatedMedia", features=scheme)
        self.call("Page.navigate", url="about:blank")
        self.call("Page.navigate", url=address)
        self.until("Boolean(document.querySelector('#answer')?.innerText && document.querySelector('#why-table table'))")

    def choose(self, selector, value):
        """Another option of a list."""
        self.run(f"{{ const box = document.querySelector('{selector}'); box.value = '{value}'; box.dispatchEvent(new Event('change')); }}")

    def type(self, element, text):
        """Real keys into a field, in place of what it holds. The first key replaces that: a field that is empty for a moment would be sent
        so when the machine is slow, and its refusal logged as a fault of the page.
        """
        self.run(f"document.getElementById({element!r}).focus(), document.getElementById({element!r}).select()")
        if not text:
            self.key("Backspace", 8)
        for letter in text:
            self.call("Input.dispatchKeyEvent", type="keyDown", text=letter, key=letter)
            self.call("Input.dispatchKeyEvent", type="keyUp", key=letter)

    def key(self, name, code):
        for kind in ("rawKeyDown", "keyUp"):
            self.call("Input.dispatchKeyEvent", type=kind, key=name, code=name, windowsVirtualKeyCode=code)

    def complaints(self):
        """Errors of scripts, of the policy and of loading since the page was opened."""
        self.run("1")
        found = [e["params"]["exceptionDetails"]["text"] for e in self.events if e.get("method") == "Runtime.exceptionThrown"]
        return found + [e["params"]["entry"]["text"] for e in self.events if e.get("method") == "Log.entryAdded"]

    def hosts(self):
        asked = [e["params"]["request"]["url"] for e in self.events if e.get("method") == "Network.requestWillBeSent"]
        return {url.split("/")[2] for url in asked if url.startswith("http")}

    def read_out(self, selector):
        """The element as a screen reader gets it: its role, its name and its properties."""
        root = self.call("DOM.getDocument")["root"]["nodeId"]
        node = self.call("DOM.querySelector", nodeId=root, selector=selector)["nodeId"]
        (found,) = self.call("Accessibility.getPartialAXTree", nodeId=node, fetchRelatives=False)["nodes"]
        properties = {one["name"]: one["value"].get("value") for one in found.get("properties", [])}
        return {"role": found["role"]["value"], "name": found.get("name", {}).get("value", ""), **properties}

    def close(self):
        self._process.terminate()
        self._process.wait(timeout=20)
        os.close(self._write)
        os.close(self._read)


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    one = Browser(tmp_path_factory.mktemp("profile"))
    yield one
    one.close()


def field(browser, name):
    return browser.until(f"document.querySelector('[name=\"{name}\"]').id")


def predicted(service, row):
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(service.address + "v1/predict", json.dumps({"rows": [row]}).encode(), headers)
    with urllib.request.urlopen(request, timeout=20) as response:
        return json.load(response)["predictions"][0]


def table(browser, element):
    rows = f"[...document.querySelectorAll('#{element} tbody tr')]"
    return browser.run(f"{rows}.map((row) => [...row.cells].map((cell) => cell.textContent))")


def test_answer_reasons_and_curve_follow_what_is_typed(browser, service):
    browser.open(service.address)
    assert browser.run("document.title") == "leavers: prediction"
    browser.type(field(browser, "age"), "77")
    browser.choose("[name=city]", "v1")
    row = {"age": 77, "income": 2400.25, "member": False, "city": "Rome", "since": "2009-01-01", "note": None}
    wanted = predicted(service, row)
    share = f"{round(wanted['probabilities']['yes'] * 100)}%"
    browser.until(f"document.querySelector('.headline').textContent === {share!r}")
    browser.until(f"document.querySelector('.outcome').textContent === 'leaves: {wanted['prediction']}'")
    browser.until("[...document.querySelectorAll('#why-table td')].some((cell) => cell.textContent === '77')")
    moved = {cells[0]: cells for cells in table(browser, "why-table")}
    assert set(moved) == set(row)
    assert (moved["note"][2], moved["since"][2], moved["age"][1]) == ("0 pts", "0 pts", "77")
    browser.choose("#what-if-field", "city")
    browser.until("document.querySelectorAll('#what-if-chart rect').length === 3")
    assert [cells[0] for cells in table(browser, "what-if-table")] == ["Oslo", "Rome", "Zürich"]
    browser.until("decodeURIComponent(location.hash) === '#age=77&city=\"Rome\"'")
    assert browser.complaints() == []
    assert browser.hosts() == {f"127.0.0.1:{service.port}"}


def test_a_link_restores_an_input(browser, service):
    browser.open(service.address + "#age=77&city=%22Rome%22&note=%22twice%22")
    assert browser.run("document.querySelector('[name=age]').value") == "77"
    assert browser.run("document.querySelector('[name=note]').value") == "twice"
    browser.run("location.hash = '#city=%22Oslo%22&age=30'")  # another link, followed in the same tab
    browser.until("document.querySelector('[name=age]').value === '30' && document.querySelector('[name=note]').value === ''")
    browser.run("document.querySelector('.skip').click()")
    assert browser.run("document.activeElement.id") == "prediction"
    assert "age=30" in browser.run("location.hash")
    browser.run("document.querySelector('#reset').click()")
    browser.until("location.hash === ''")
    assert browser.run("document.querySelector('[name=age]').value") == "41"


@pytest.mark.parametrize("state", ["light", "dark", "phone", "faults", "German", "docs"])
def test_no_rule_of_accessibility_is_broken(state, browser, service):
    """By axe-core; what it cannot decide (`incomplete`) is no violation."""
    rules = PLACE / "axe.min.js"
    if not rules.exists():
        pytest.fail(f"there is no {rules}; install it: python3 scripts/setup.py --for proofs")
    browser.open(
        service.address, width=360 if state == "phone" else 1280, dark=state == "dark", language="de" if state == "German" else "en"
    )
    if state == "docs":
        browser.call("Page.navigate", url=service.address + "docs")
        browser.until("document.querySelectorAll('#fields tbody tr').length === 6")
    if state == "faults":
        browser.type(field(browser, "age"), "")
        browser.until("document.querySelector('[aria-invalid]')")
    browser.run(rules.read_text(encoding="utf-8") + "; true")
    found = browser.run("axe.run().then((one) => one.violations.map((two) => [two.id, two.nodes.map((node) => node.html)]))")
    assert found == []


def test_a_screen_reader_is_told_the_answer_and_what_is_wrong(browser, service):
    browser.open(service.address)
    answer = browser.read_out("#answer")
    assert (answer["live"], answer["atomic"]) == ("polite", True)
    assert browser.read_out("#failure")["role"] in ("alert", "none")  # hidden: it is not there yet
    age = browser.read_out("[name=age]")
    assert (age["role"], age["name"].startswith("age"), age["required"], age["invalid"]) == ("spinbutton", True, True, "false")
    browser.type(field(browser, "age"), "30.5")
    browser.until("document.querySelector('[name=age][aria-invalid]')")
    assert browser.read_out("[name=age]")["invalid"] == "true"
    assert browser.read_out("[name=city]")["role"] == "combobox"
    assert browser.read_out("#prediction")["name"] == "Prediction"


def test_the_page_is_german_in_a_german_browser(browser, service):
    browser.open(service.address, language="de")
    assert browser.run("[document.documentElement.lang, document.querySelector('#prediction-title').innerText]") == ["de", "Vorhersage"]
    browser.type(field(browser, "age"), "300")
    browser.until("document.querySelector('#warnings').innerText.includes('außerhalb des Bereichs der Trainingsdaten, 18 bis 90')")
    shown = [text.strip() for text in browser.run("document.body.innerText").splitlines()]
    english = {text for text, german in TEXTS.items() if text != german} - {"yes", "no"}  # which are words of the data here
    assert [text for text in shown if text in english] == []
    assert browser.complaints() == []


def test_errors_and_warnings_are_shown_at_their_field(browser, service):
    browser.open(service.address)
    age = field(browser, "age")
    browser.type(age, "300")
    browser.until("document.querySelector('#warnings').innerText.includes('outside the range of the training data, 18 to 90')")
    browser.type(age, "30.5")
    browser.until(f"document.getElementById('{age}').getAttribute('aria-invalid') === 'true'")
    assert "whole number" in browser.run(f"document.getElementById('{age}-fault').textContent")
    browser.type(age, "")
    browser.until(f"document.getElementById('{age}-fault').textContent.includes('is needed')")
    browser.type(age, "50")
    browser.until(f"!document.getElementById('{age}').hasAttribute('aria-invalid') && document.querySelector('.headline')")


def test_a_file_comes_back_answered(browser, service, tmp_path):
    browser.open(service.address)
    (tmp_path / "people.csv").write_bytes("age;city\n40;Zürich\nx;Rome\n".encode("windows-1252"))
    root = browser.call("DOM.getDocument")["root"]["nodeId"]
    node = browser.call("DOM.querySelector", nodeId=root, selector="#file")["nodeId"]
    browser.call("DOM.setFileInputFiles", nodeId=node, files=[str(tmp_path / "people.csv")])
    browser.until("!document.querySelector('#download').hidden")
    assert browser.run("document.querySelector('#download').download") == "people_answers.csv"
    assert "2 rows answered, 1 of them refused" in browser.run("document.querySelector('#batch-text').textContent")
    lines = browser.run("fetch(document.querySelector('#download').href).then((one) => one.text()).catch((e) => String(e))")
    complaints = browser.complaints()
    if "Failed to fetch" in lines:  # the page's own policy keeps scripts from reading it; saving is no fetch
        assert all("connect-src" in one or "Refused to connect" in one or "Content Security Policy" in one for one in complaints)
    else:
        assert lines.splitlines()[0] == "prediction,probability_no,probability_yes,warnings,error"


def test_every_control_has_a_name_and_tab_reaches_it(browser, service):
    browser.open(service.address)
    nodes = browser.call("Accessibility.getFullAXTree")["nodes"]
    unnamed = []
    for node in nodes:
        properties = {p["name"]: p["value"].get("value") for p in node.get("properties", [])}
        role = node.get("role", {}).get("value")
        if (
            properties.get("focusable")
            and not node.get("ignored")
            and role not in ("RootWebArea",)
            and not node.get("name", {}).get("value")
        ):
            unnamed.append(role)
    assert unnamed == []
    reached = set()
    browser.run("document.activeElement.blur()")
    for _ in range(40):
        browser.key("Tab", 9)
        reached.add(browser.run("document.activeElement.id || document.activeElement.textContent"))
    assert {field(browser, name) for name in ("age", "income", "member", "city")} <= reached
    assert {"reset", "what-if-field", "file"} <= reached


@pytest.mark.parametrize("path", ["", "docs"])
@pytest.mark.parametrize("width", [360, 768, 1440])
def test_nothing_is_wider_than_the_screen(path, width, browser, service):
    if path:
        browser.call("Emulation.setDeviceMetricsOverride", width=width, height=800, deviceScaleFactor=1, mobile=width < 500)
        browser.call("Page.navigate", url=service.address + path)
        browser.until("document.querySelectorAll('#fields tbody tr').length === 6")
    else:
        browser.open(service.address, width=width)
    assert browser.run("document.documentElement.scrollWidth") <= width


def test_light_and_dark_follow_the_system(browser, service):
    shades = []
    for dark in (False, True):
        browser.open(service.address, dark=dark)
        shades.append(browser.run("getComputedStyle(document.documentElement).backgroundColor"))
    assert shades == ["rgb(245, 246, 248)", "rgb(14, 17, 22)"]


@pytest.fixture
def numbers(running, tmp_path):
    """`numbers(150)` is the service of a linear model of so many columns, two thirds of which change the answer."""

    def started(count):
        seen = {"low": -1.0, "high": 1.0, "typical": 0.0, "unit": "mm", "missing_share": 0.1}
        columns = tuple(Column(f"measurement of something number {i}", "number", **seen) for i in range(count))
        weights = np.linspace(-1, 1.1, count)[:, None]
        weights[2 * count // 3 :] = 0.0
        schema = Schema(columns)
        scorer = Scorer.of_model("wide", "v1", "regression", "y", schema, (), Linear(weights, np.zeros(1), "identity"))
        golden = golden_rows(schema, scorer, np.random.default_rng(0))
        frame = schema.from_rows(golden).frame
        (tmp_path / "wide").mkdir()
        write_core(tmp_path / "wide", scorer, {}, golden, reference_of(schema, frame, scorer.scores(frame), scorer.prediction_spec))
        return running(tmp_path / "wide", "--drain", "0")

    return started


def test_a_small_form_shows_everything_at_once(browser, numbers):
    browser.open(numbers(5).address)
    assert browser.run("document.querySelector('#filter-row').hidden")
    assert browser.run("[...document.querySelectorAll('form summary')].map((one) => one.textContent)") == [
        "2 fields that never change the answer"
    ]
    assert browser.run("document.querySelectorAll('form > .field').length") == 3
    assert browser.run("document.documentElement.scrollHeight") <= 1200


def test_wide_tables_stay_usable(browser, numbers):
    one = numbers(150)
    browser.open(one.address)
    assert browser.run("[...document.querySelectorAll('form summary')].map((one) => one.textContent)") == [
        "70 more fields, at typical values",
        "50 fields that never change the answer",
    ]
    browser.type("filter", "number 42")
    browser.until("[...document.querySelectorAll('.field')].filter((one) => !one.hidden).length === 1")
    assert browser.run("document.querySelectorAll('form details[open]').length") == 1
    browser.type("filter", "no such")
    browser.until("!document.querySelector('#filter-none').hidden")
    assert browser.run("document.documentElement.scrollWidth") <= 1280


def test_more_than_two_classes_and_numbers(browser, running, folders, scorers):
    many = running(folders["multiclass"], "--drain", "0")
    browser.open(many.address)
    row = {"age": 41, "income": 2400.25, "member": False, "city": "Oslo", "since": "2009-01-01"}
    assert browser.run("document.querySelector('.headline').textContent") == str(predicted(many, row)["prediction"])
    assert browser.run("document.querySelectorAll('.classes dt').length") == 3
    number = running(folders["regression"], "--drain", "0")
    browser.open(number.address)
    shown = browser.run("document.querySelector('.headline').textContent")
    assert float(shown.replace(",", "")) == pytest.approx(predicted(number, row)["prediction"], rel=1e-3)
    assert browser.complaints() == []
    assert replace(scorers["regression"]).task == "regression"
