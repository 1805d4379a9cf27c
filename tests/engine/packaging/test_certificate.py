"""An export that answers otherwise is refused with the figures, and one that does not carries them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pytest

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.families import Exporter, ReadBack
from mlops_desktop.base.job import Silent
from mlops_desktop.catalog.exporters.rest_bundle import RestBundle
from mlops_desktop.engine.packaging.certificate import certify, refuse_unsupported
from mlops_desktop.engine.packaging.export import export_run
from mlops_desktop.engine.training.final_model import open_chosen
from mlops_desktop.serving.archive import read_archive
from mlops_desktop.serving.boot import verified_bundle
from mlops_desktop.serving.bundle import open_bundle, verify_sums
from mlops_desktop.serving.manifest import CERTIFICATE
from mlops_desktop.serving.service_settings import ServiceSettings
from tests.serving.conftest import SCORERS, write_bundle


@dataclass(frozen=True, kw_only=True)
class Note(Exporter):
    """Writes nothing, and reads back the golden scores changed by `off`."""

    id: ClassVar[str] = "note"
    label: ClassVar[str] = "Note"
    off: ClassVar[float | None] = 0.0

    def unsupported(self, scorer):
        return "The step “text” cannot be written in this form." if self.off is None else ""

    def export(self, bundle, target, job):
        (target / "README.md").write_text("# Note\n", encoding="utf-8")

    def read_back(self, target, bundle):
        if self.off is not None and np.isnan(self.off):
            return None
        return ReadBack("a note", np.array(bundle.golden.scores) + self.off)


def noted(off):
    return type("Changed", (Note,), {"off": off})()


@pytest.fixture(scope="module")
def core(tmp_path_factory):
    return write_bundle(SCORERS["binary"], tmp_path_factory.mktemp("certificate") / "core")


def test_the_figures_are_in_the_export(core, tmp_path):
    (tmp_path / "README.md").write_text("# Note\n", encoding="utf-8")
    certify(noted(1e-10), open_bundle(core), tmp_path)
    found = json.loads((tmp_path / CERTIFICATE).read_text(encoding="utf-8"))
    assert found["golden_rows"] == len(open_bundle(core).golden.rows)
    assert found["worst_difference"] == pytest.approx(1e-10, rel=1e-3)
    assert (found["other_decisions"], found["reader"], found["exporter"]) == (0, "a note", "note")
    assert "read by a note" in (tmp_path / "README.md").read_text(encoding="utf-8")


def test_another_answer_is_refused_with_the_numbers(core, tmp_path):
    with pytest.raises(UserError, match=r"of \d+ golden rows \d+ are decided otherwise.*differs by 0\.01"):
        certify(noted(0.01), open_bundle(core), tmp_path)
    with pytest.raises(UserError, match="differs"):
        certify(noted(2e-9), open_bundle(core), tmp_path)


def test_without_a_reader_the_certificate_says_so(core, tmp_path):
    certify(noted(float("nan")), open_bundle(core), tmp_path)
    found = json.loads((tmp_path / CERTIFICATE).read_text(encoding="utf-8"))
    assert (found["reader"], found["worst_difference"]) == (None, None)


def test_a_model_without_a_form_is_refused_before_anything_is_written(trained, core, tmp_path):
    with pytest.raises(UserError, match="The step “text”"):
        refuse_unsupported(noted(None), core)
    chosen = open_chosen(trained.pipeline, trained.runs, Silent())
    with pytest.raises(UserError, match="The step “text”"):
        export_run(chosen, trained.runs, noted(None), tmp_path / "out", Silent())
    assert list(tmp_path.iterdir()) == []


def test_an_exported_service_was_started_and_asked(trained, tmp_path):
    chosen = open_chosen(trained.pipeline, trained.runs, Silent())
    strict = ServiceSettings(("*.unknown=refuse", "*.out_of_range=refuse", "*.missing=refuse"))
    export_run(chosen, trained.runs, RestBundle(form="zip"), tmp_path / "out", Silent(), strict)
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["bundle.zip"]
    (tmp_path / "into").mkdir()
    folder = read_archive(tmp_path / "out" / "bundle.zip", tmp_path / "into")
    found = json.loads((folder / CERTIFICATE).read_text(encoding="utf-8"))
    assert found["reader"].startswith("serve.py, Python 3.")
    assert found["worst_difference"] <= 1e-9
    assert {CERTIFICATE, "README.md", "sbom.cdx.json", "MODEL_CARD.md"} <= set(verify_sums(folder))
    assert verified_bundle(folder)[1].passed


def test_a_service_that_does_not_start_is_refused_with_its_own_message(core, tmp_path):
    target = tmp_path / "out"
    target.mkdir()
    RestBundle().export(core, target, Silent())
    (target / "serving" / "boot.py").write_text("", encoding="utf-8")
    with pytest.raises(UserError, match=r"does not answer: The file “serving/boot.py”"):
        RestBundle().read_back(target, open_bundle(core))
