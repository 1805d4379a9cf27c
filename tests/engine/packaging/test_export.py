"""An export is there wholly or not at all, and what contains training rows leaves only by consent."""

from __future__ import annotations

import json
import os
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar

import pytest

from mlops_desktop.base.errors import Cancelled, UserError
from mlops_desktop.base.families import Exporter
from mlops_desktop.base.job import Job, Silent
from mlops_desktop.engine.choices import choices
from mlops_desktop.engine.disk import STALE_SECONDS
from mlops_desktop.engine.packaging.export import (
    build_core,
    export_run,
    make_exporter,
    refuse_without_consent,
    required_consent,
    unsupported_forms,
)
from mlops_desktop.engine.pipeline.candidate import Combination
from mlops_desktop.engine.project.decisions import Search
from mlops_desktop.engine.training.final_model import Chosen, open_chosen
from mlops_desktop.engine.training.model_search import search
from mlops_desktop.engine.training.trials import Folds, run_trial
from mlops_desktop.serving.bundle import open_bundle, verify_sums
from mlops_desktop.serving.manifest import CHECKSUMS, contents, missing
from mlops_desktop.serving.selftest import replay
from mlops_desktop.serving.service_settings import ServiceSettings
from mlops_desktop.serving.transforms.date_parts import DateParts
from tests.catalog.exporters.programs import PROGRAMS
from tests.engine.disks import readable_folder, small_disk, unprivileged


@dataclass(frozen=True, kw_only=True)
class Letter(Exporter):
    """Writes what a test asks for."""

    id: ClassVar[str] = "letter"
    label: ClassVar[str] = "Letter"
    fails: ClassVar[BaseException | None] = None
    needs: ClassVar[tuple[str, ...]] = ()

    def export(self, bundle: Path, target: Path, job: Job) -> None:
        assert open_bundle(bundle).scorer  # a core is whole before an exporter sees it
        (target / "part").mkdir()
        (target / "part" / "letter.txt").write_text("half", encoding="utf-8")
        if self.fails is not None:
            raise self.fails
        (target / "end.txt").write_text("whole", encoding="utf-8")


@dataclass(frozen=True, kw_only=True)
class Breaks(Letter):
    """Fails in the middle."""

    fails: ClassVar[BaseException | None] = UserError("This cannot be exported.")


@dataclass(frozen=True, kw_only=True)
class Stopped(Letter):
    """Is stopped in the middle."""

    fails: ClassVar[BaseException | None] = Cancelled()


@pytest.fixture
def opened(trained) -> Chosen:
    return open_chosen(trained.pipeline, trained.runs, Silent())


def names(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))


def test_an_export_lists_what_it_wrote(trained, opened, tmp_path):
    found = export_run(opened, trained.runs, Letter(), tmp_path / "new" / "out", Silent())
    assert found.files == ("certificate.json", "end.txt", "part/letter.txt")
    assert (found.packages, found.start_seconds) == ((), None)
    assert names(tmp_path) == ["new", "new/out", "new/out/certificate.json", "new/out/end.txt", "new/out/part", "new/out/part/letter.txt"]


def test_an_empty_folder_is_filled(trained, opened, tmp_path):
    (tmp_path / "out").mkdir()
    export_run(opened, trained.runs, Letter(), tmp_path / "out", Silent())
    assert (tmp_path / "out" / "end.txt").read_text(encoding="utf-8") == "whole"


def test_the_folder_may_be_named_by_a_relative_path(trained, opened, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    found = export_run(opened, trained.runs, make_exporter("rest_bundle", {}), Path("service"), Silent())
    assert "certificate.json" in found.files
    sizes = {name: megabytes for name, _, megabytes in found.packages}
    assert sizes["numpy"] > 10
    assert 0 < found.start_seconds < 120
    assert "| numpy |" in Path("service/README.md").read_text(encoding="utf-8")


def test_what_is_there_stays(trained, opened, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("mine", encoding="utf-8")
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    for name in ("out", "file"):
        with pytest.raises(UserError, match="already there") as caught:
            export_run(opened, trained.runs, Letter(), tmp_path / name, Silent())
        assert caught.value.remedy
    assert names(tmp_path) == ["file", "out", "out/mine.txt"]


@pytest.mark.parametrize("exporter", [Breaks(), Stopped()])
@pytest.mark.parametrize("there", [False, True])
def test_an_export_that_ends_early_leaves_nothing(trained, opened, tmp_path, exporter, there):
    if there:
        (tmp_path / "out").mkdir()
    with pytest.raises(type(exporter.fails)):
        export_run(opened, trained.runs, exporter, tmp_path / "out", Silent())
    assert names(tmp_path) == (["out"] if there else [])


def test_a_full_disk_leaves_nothing(trained, opened):
    with small_disk(96) as folder:
        with pytest.raises(UserError, match="disk is full"):
            export_run(opened, trained.runs, choices().exporters.read("rest_bundle"), folder / "out", Silent())
        assert names(folder) == []


def test_a_folder_that_may_not_be_written(trained, opened):
    with readable_folder() as folder, unprivileged():
        for out in (folder / "out", folder / "new" / "out"):
            with pytest.raises(UserError, match="permission"):
                export_run(opened, trained.runs, Letter(), out, Silent())
        assert names(folder) == []


def test_what_a_killed_export_left_is_swept_when_it_is_old(trained, opened, tmp_path):
    for name, age in ((".export_old.tmp", 2 * STALE_SECONDS), (".export_new.tmp", 0.0), (".other.tmp", 2 * STALE_SECONDS)):
        (tmp_path / name / "core").mkdir(parents=True)
        os.utime(tmp_path / name, (time.time() - age,) * 2)
    export_run(opened, trained.runs, Letter(), tmp_path / "out", Silent())
    assert sorted(path.name for path in tmp_path.iterdir()) == [".export_new.tmp", ".other.tmp", "out"]


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def test_the_core_is_a_bundle_that_answers_as_the_chosen_run(trained, opened, tmp_path):
    build_core(opened, trained.runs, tmp_path, Silent())
    assert missing([*verify_sums(tmp_path), CHECKSUMS], core=True) == []
    bundle = open_bundle(tmp_path)
    assert replay(bundle.scorer, bundle.golden).passed
    frame = opened.pipeline.test.frame
    assert (bundle.scorer.scores(frame) == opened.scorer.scores(frame)).all()
    info = bundle.info
    assert info["run"] == opened.run.id
    assert info["cross_validation"]["score"] == opened.run.score
    assert info["test"]["rows"] == frame.rows
    assert (info["fitted_on"], info["test"]["fitted_on"]) == ("all rows", "the training part")
    assert info["training_rows"] == opened.pipeline.everything.frame.rows
    assert info["consent"] == []


def test_settings_of_the_service_are_in_the_core(trained, opened, tmp_path):
    name = opened.scorer.schema.columns[0].name
    settings = ServiceSettings((f"{name}.unknown=refuse",), (0.25, 0.75))
    build_core(opened, trained.runs, _made(tmp_path / "a"), Silent(), settings)
    info = open_bundle(tmp_path / "a").info
    assert (info["input_policy"], info["threshold_limits"]) == ({name: {"unknown": "refuse"}}, [0.25, 0.75])
    with pytest.raises(UserError, match="height"):
        build_core(opened, trained.runs, _made(tmp_path / "b"), Silent(), ServiceSettings(("height.unknown=warn",)))


def test_settings_that_a_form_cannot_keep_are_refused(trained, opened, tmp_path):
    form = choices().exporters["python_script"]()
    for settings in (ServiceSettings(("*.unknown=refuse",)), ServiceSettings((), (0.2, 0.8))):
        with pytest.raises(UserError, match="cannot keep"):
            export_run(opened, trained.runs, form, tmp_path / "out", Silent(), settings)
    assert not (tmp_path / "out").exists()
    for one in choices().exporters.values():
        assert one.keeps_settings == (set(contents()) <= set(one.writes) or one.id == "mlflow_model"), one.id


def test_no_clock_and_no_path_is_in_a_core(trained, opened, copy_of, tmp_path):
    build_core(opened, trained.runs, _made(tmp_path / "a"), Silent())
    other = copy_of(trained)
    build_core(open_chosen(other.pipeline, other.runs, Silent()), other.runs, _made(tmp_path / "b"), Silent())
    mine, theirs = (
        {path.relative_to(f): path.read_bytes() for path in f.rglob("*") if path.is_file()} for f in (tmp_path / "a", tmp_path / "b")
    )
    assert mine == theirs
    text = b"".join(mine.values())
    assert str(tmp_path).encode() not in text
    assert str(trained.folder).encode() not in text


def test_an_export_counts_as_a_test_access_and_a_further_one_of_the_same_model_does_not(trained, opened, tmp_path):
    export_run(opened, trained.runs, Letter(), tmp_path / "out", Silent())
    accesses = trained.runs.test_accesses(trained.pipeline.keys.split)
    assert any(why.endswith(f": {opened.run.label} {opened.run.short}") for why in accesses)
    export_run(opened, trained.runs, Letter(), tmp_path / "again", Silent())
    assert trained.runs.test_accesses(trained.pipeline.keys.split) == accesses


def test_training_rows_are_exported_by_consent_alone(trained, copy_of, tmp_path):
    knn = choices().algorithms.read("knn")
    made = copy_of(trained, candidates=(knn,), search=Search(trials=1, seconds=None))
    made = replace(made, project=replace(made.project, chosen=made.pipeline.keys.run(made.candidate(knn))))
    search(made.pipeline, made.runs, Silent())
    chosen = open_chosen(made.pipeline, made.runs, Silent())
    with pytest.raises(UserError, match="344 rows") as caught:
        export_run(chosen, made.runs, Letter(), tmp_path / "out", Silent())
    assert caught.value.remedy.endswith("set consent+=knn")
    assert not (tmp_path / "out").exists()
    other = replace(made, project=replace(made.project, consent=frozenset({"random_forest"})))
    with pytest.raises(UserError, match="344 rows"):
        export_run(open_chosen(other.pipeline, other.runs, Silent()), other.runs, Letter(), tmp_path / "out", Silent())
    agreed = replace(made, project=replace(made.project, consent=frozenset({"knn"})))
    build_core(open_chosen(agreed.pipeline, agreed.runs, Silent()), agreed.runs, _made(tmp_path / "core"), Silent())
    assert json.loads((tmp_path / "core" / "bundle.json").read_text(encoding="utf-8"))["consent"] == ["knn"]


def test_a_blend_with_training_rows_asks_for_the_consent_of_its_member(trained, copy_of, tmp_path):
    made = copy_of(trained)
    members = tuple(made.candidate(choices().algorithms.read(id_)) for id_ in ("logistic", "knn"))
    run = run_trial(Folds(made.pipeline), Combination(choices().ensembles["weighted_mean"](), members), 9, Silent())
    made.runs.record(run)
    made = replace(made, project=replace(made.project, chosen=run.id))
    chosen = open_chosen(made.pipeline, made.runs, Silent())
    assert required_consent(chosen) == {"knn"}
    with pytest.raises(UserError, match="Blend of 2 models") as caught:
        refuse_without_consent(chosen)
    assert caught.value.remedy.endswith("set consent+=knn")
    agreed = replace(made, project=replace(made.project, consent=frozenset({"knn"})))
    refuse_without_consent(open_chosen(agreed.pipeline, agreed.runs, Silent()))
    alone = replace(made, project=replace(made.project, chosen=""))
    assert required_consent(open_chosen(alone.pipeline, alone.runs, Silent())) == frozenset()


def test_an_exporter_by_its_id():
    assert make_exporter("rest_bundle", {}).id == "rest_bundle"
    with pytest.raises(UserError, match="no exporter"):
        make_exporter("paper", {})
    with pytest.raises(UserError, match="no parameter"):
        make_exporter("rest_bundle", {"colour": "red"})


def test_an_exporter_whose_package_is_not_installed(monkeypatch):
    monkeypatch.setattr(type(choices().exporters.read("rest_bundle")), "needs", ("a_package_of_nobody",))
    with pytest.raises(UserError, match="a_package_of_nobody, which is not installed"):
        make_exporter("rest_bundle", {})


def test_forms_that_cannot_express_a_model_are_named(trained, opened):
    found = unsupported_forms(opened.scorer)
    assert found == {}
    network = PROGRAMS["a network"]
    assert unsupported_forms(network)["sql_query"] == "A model of the kind “neural net” cannot be written in this form."
    dates = replace(opened.scorer, transforms=(DateParts((), (), (), ()), *opened.scorer.transforms))
    assert set(unsupported_forms(dates)) == {"sql_query", "onnx_model"}
    label = choices().operations["date_parts"].label
    assert unsupported_forms(dates, {"date_parts"})["sql_query"] == f"The step “{label}” cannot be written in this form."
    assert f"“{label}”, which the encoding adds" in unsupported_forms(dates, set())["sql_query"]
