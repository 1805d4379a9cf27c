"""What is special to the REST bundle: its code stands alone, a changed byte stops it, and its README can be followed."""

from __future__ import annotations

import ast
import json
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from mlops_desktop.base.job import Silent
from mlops_desktop.catalog.exporters._service_files import readme
from mlops_desktop.catalog.exporters.rest_bundle import RestBundle
from tests.serving.conftest import SCORERS, write_bundle


@pytest.fixture(scope="module")
def bundle(tmp_path_factory):
    base = tmp_path_factory.mktemp("rest_bundle")
    scorer = replace(SCORERS["binary"], name="it's “100 %” {new}")
    target = base / "a folder with blanks"
    target.mkdir()
    RestBundle().export(write_bundle(scorer, base / "core"), target, Silent())
    return target


def run(bundle: Path, *arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-I", str(bundle / "serve.py"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", timeout=120, check=False, cwd=cwd)


def test_the_code_imports_only_what_the_requirements_bring(bundle):
    allowed = {line.partition("==")[0] for line in (bundle / "requirements.txt").read_text(encoding="utf-8").splitlines()}
    for path in bundle.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and not node.level:
                names = [node.module or ""]
            for name in names:
                top = name.partition(".")[0]
                assert top in allowed or top in sys.stdlib_module_names, f"{path.name} imports {name}"


def test_the_bundle_tests_itself_from_anywhere(bundle, tmp_path):
    done = run(bundle, "selftest", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Self-test passed")


@pytest.mark.parametrize("name", ["serve.py", "serving/scorer.py", "serving/web/app.js", "README.md", "model/scorer.json", "SHA256SUMS"])
def test_one_flipped_byte_anywhere_stops_the_bundle(name, bundle, tmp_path):
    spoilt = shutil.copytree(bundle, tmp_path / "spoilt")
    data = bytearray((spoilt / name).read_bytes())
    data[data.index(b"a", len(data) // 2)] ^= 2
    (spoilt / name).write_bytes(bytes(data))
    for arguments in (["selftest"], ["--port", "0"]):
        done = run(spoilt, *arguments)
        assert done.returncode != 0
        assert done.stdout == ""
        assert name == "serve.py" or done.stderr.count("\n") == 1


def test_the_bundles_code_is_its_own(bundle):
    """The service runs the copy in the bundle, also where the application is installed beside it."""
    code = (
        f"import runpy, sys\nsys.argv = [{str(bundle / 'serve.py')!r}, 'selftest']\n"
        "try:\n    runpy.run_path(sys.argv[0], run_name='__main__')\n"
        "finally:\n    print([name for name in sys.modules if 'mlops' in name], sys.modules['serving'].__file__)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, encoding="utf-8", timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == f"[] {bundle / 'serving' / '__init__.py'}"


def test_the_readme_can_be_followed(bundle):
    text = (bundle / "README.md").read_text(encoding="utf-8")
    assert text.startswith("# it's “100 %” {new}: predicts leaves\n")
    body = json.loads(re.search(r"-d '(.*)'\n", text)[1].replace("'\\''", "'"))
    python = re.search(r"```python\n(.*?)```", text, re.DOTALL)[1]
    assert json.loads(ast.literal_eval(re.search(r"body = (.*)", python)[1])) == body
    assert body["rows"][0]["age"] == 41
    assert "contains rows of its training data" not in text


def test_the_readme_states_consent(bundle):
    info = json.loads((bundle / "bundle.json").read_text(encoding="utf-8"))
    assert "contains rows of its training data" in readme({**info, "consent": ["knn"]}, {})
