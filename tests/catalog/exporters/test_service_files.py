"""The folder of a service: what is in it, and that its packages are pinned the same way twice."""

from __future__ import annotations

import json
import re

import pytest

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.job import Silent
from mlops_desktop.base.resources import serving_files
from mlops_desktop.catalog.exporters import _service_files as service_files
from mlops_desktop.catalog.exporters._service_files import pins, service_lock, write_service
from mlops_desktop.serving.bundle import open_bundle, verify_sums
from mlops_desktop.serving.manifest import LOCK, REQUIREMENTS
from mlops_desktop.serving.models.linear import Linear
from mlops_desktop.serving.server import NOT_ON_WINDOWS, PACKAGES
from tests.serving.conftest import SCORERS, write_bundle


@pytest.fixture(scope="module")
def core(tmp_path_factory):
    return write_bundle(SCORERS["binary"], tmp_path_factory.mktemp("core") / "core")


def test_the_folder_holds_core_code_packages_and_sums_over_all(core, tmp_path):
    opened = write_service(core, tmp_path, Silent())
    assert opened.scorer.name == "leavers"
    names = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()}
    assert set(verify_sums(tmp_path)) == names - {"SHA256SUMS"}
    assert {"bundle.json", "serve.py", "serving/scorer.py", "serving/web/index.html", LOCK, "requirements.txt", "README.md"} <= names
    assert "serving/serve.py" not in names
    assert not [name for name in names if name.endswith(".pyc")]
    code = serving_files()
    assert (tmp_path / "serving" / "scorer.py").read_bytes() == (code / "scorer.py").read_bytes()
    assert (tmp_path / "serve.py").read_bytes() == (code / "serve.py").read_bytes()


def test_the_readme_has_a_request_that_can_be_pasted_and_room_for_more(core, tmp_path):
    write_service(core, tmp_path, Silent(), lambda info: f"\n## More about {info['name']}\n")
    text = (tmp_path / "README.md").read_text(encoding="utf-8")
    assert "# leavers: predicts leaves" in text
    assert text.index("## Start") < text.index("## More about leavers") < text.index("## Use")
    body = re.search(r"-d '(.*)'\n", text)
    assert set(json.loads(body[1])["rows"][0]) == {"age", "income", "member", "city", "since", "note"}


def test_names_are_text_of_one_line_in_the_documents(core):
    info = {**open_bundle(core).info, "name": "a\n# b", "target": "<img> |"}
    info["checks"] = [{"title": "<b>", "verdict": "warning", "message": "a | b\n# c", "remedy": "`"}]
    text = service_files.readme(info, {})
    assert "# a # b: predicts &lt;img> &#124;\n" in text
    assert "| &lt;b> | warning | a &#124; b # c ' |" in text
    assert "<img>" not in text


def test_a_damaged_core_is_refused(core, tmp_path):
    copy = write_bundle(SCORERS["regression"], tmp_path / "core")
    (copy / "golden.json").write_text("{}")
    (tmp_path / "out").mkdir()
    with pytest.raises(UserError, match=r"golden\.json"):
        write_service(copy, tmp_path / "out", Silent())


def test_an_installation_without_the_code_says_so(core, tmp_path, monkeypatch):
    monkeypatch.setattr(service_files, "serving_files", lambda: tmp_path / "nowhere")
    (tmp_path / "out").mkdir()
    with pytest.raises(UserError, match="incomplete"):
        write_service(core, tmp_path / "out", Silent())


def test_the_lock_holds_every_package_of_the_service_with_hashes():
    packages = pins(service_lock()).splitlines()
    names = {line.partition("==")[0] for line in packages}
    assert names == {*PACKAGES, "colorama"}
    marked = {line.partition("==")[0] for line in packages if "!= 'win32'" in line}
    assert marked == NOT_ON_WINDOWS
    assert len(re.findall(r"(?m)^\S+==", service_lock())) == len(packages)
    assert all(len(one) == 64 for one in re.findall(r"sha256:([0-9a-f]+)", service_lock()))


def test_a_model_that_needs_a_package_gets_it_pinned(monkeypatch, tmp_path):
    monkeypatch.setattr(Linear, "requirements", ("lightgbm",))
    core = write_bundle(SCORERS["regression"], tmp_path / "core")
    (tmp_path / "out").mkdir()
    assert write_service(core, tmp_path / "out", Silent()).info["requirements"] == ["lightgbm"]
    pinned = {line.partition("==")[0] for line in (tmp_path / "out" / REQUIREMENTS).read_text(encoding="utf-8").splitlines()}
    assert pinned == {*PACKAGES, "colorama", "lightgbm", "narwhals", "scipy"}
    lock = (tmp_path / "out" / LOCK).read_text(encoding="utf-8")
    assert pinned == set(re.findall(r"(?m)^([\w.-]+)==", lock))
    assert "# for" not in lock
    assert open_bundle(tmp_path / "out").info["requirements"] == ["lightgbm"]


def test_a_package_that_is_not_in_the_lock_is_refused(monkeypatch, tmp_path):
    monkeypatch.setattr(Linear, "requirements", ("pandas",))
    core = write_bundle(SCORERS["regression"], tmp_path / "core")
    (tmp_path / "out").mkdir()
    with pytest.raises(UserError, match="needs the package pandas, which cannot be pinned"):
        write_service(core, tmp_path / "out", Silent())
    assert not any((tmp_path / "out").iterdir())


def test_pins_keep_versions_and_markers():
    lock = "# a remark\na==1.0 \\\n    --hash=sha256:00 \\\n    --hash=sha256:11\n"
    lock += "b==2.5.1 ; sys_platform != 'win32' \\\n    --hash=sha256:22\n"
    assert pins(lock) == "a==1.0\nb==2.5.1; sys_platform != 'win32'\n"
