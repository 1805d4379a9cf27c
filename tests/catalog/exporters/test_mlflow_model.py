"""The folder loads without MLflow through its loader, and in the real MLflow with the same answers."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys

import numpy as np
import pytest

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.job import Silent
from mlops_desktop.catalog.exporters.mlflow_model import MlflowModel
from mlops_desktop.serving.bundle import open_bundle, renew_sums
from mlops_desktop.serving.selftest import compare
from tests.proof_tools import proof_python, run_json

TASKS = ("binary", "multiclass", "regression")


@pytest.fixture(scope="module")
def models(folders, tmp_path_factory):
    made = {}
    for task, core in folders.items():
        made[task] = tmp_path_factory.mktemp("mlflow") / task
        made[task].mkdir()
        MlflowModel().export(core, made[task], Silent())
    return made


def expected(bundle):
    return np.array(bundle.golden.scores).reshape(len(bundle.golden.rows), -1)


@pytest.mark.parametrize("task", TASKS)
def test_the_loader_answers_as_the_application(task, folders, models):
    bundle = open_bundle(folders[task])
    assert compare(bundle.scorer, expected(bundle), MlflowModel().read_back(models[task], bundle).scores).passed


def test_the_loader_keeps_the_policy_and_the_limits_of_the_threshold(folders, models, tmp_path):
    copy = shutil.copytree(models["binary"], tmp_path / "copy")
    info = json.loads((copy / "data" / "bundle.json").read_text(encoding="utf-8"))
    info |= {"input_policy": {"city": {"unknown": "refuse"}}, "threshold_limits": [0.3, 0.7]}
    (copy / "data" / "bundle.json").write_text(json.dumps(info), encoding="utf-8")
    renew_sums(copy / "data", ["bundle.json"])
    code = (
        "import sys\nsys.path[:1] = [sys.argv[1] + '/code']\nimport bundle_loader, pandas\n"
        "model = bundle_loader._load_pyfunc(sys.argv[1] + '/data')\n"
        "for city, threshold in (('Oslo', 0.3), ('Atlantis', 0.3), ('Oslo', 0.2)):\n"
        "    rows = pandas.DataFrame([{'age': 41, 'city': city}])\n"
        "    try:\n        print(len(model.predict(rows, {'threshold': threshold})))\n"
        "    except ValueError as error:\n        print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(copy)], capture_output=True, encoding="utf-8", check=True)
    answered, unknown, outside = done.stdout.splitlines()
    assert (answered, outside) == ("1", "The threshold must be a number from 0.3 to 0.7.")
    assert "city" in unknown


def test_a_damaged_model_is_refused_by_its_self_test(models, folders, tmp_path):
    copy = shutil.copytree(models["regression"], tmp_path / "copy")
    golden = copy / "data" / "golden.json"
    golden.write_text(golden.read_text(encoding="utf-8").replace("1", "2", 1), encoding="utf-8")
    with pytest.raises(UserError, match=r"golden\.json"):
        MlflowModel().read_back(copy, open_bundle(folders["regression"]))


def test_packages_are_pinned_and_the_server_is_not_among_them(models):
    lines = (models["binary"] / "requirements.txt").read_text(encoding="utf-8").splitlines()
    assert [line.partition("==")[0] for line in lines] == ["numpy", "numpy", "pandas"]
    assert all("==" in line for line in lines)
    described = (models["binary"] / "MLmodel").read_text(encoding="utf-8")
    assert "loader_module: bundle_loader\n" in described


@pytest.mark.proof
@pytest.mark.parametrize("task", TASKS)
def test_mlflow_loads_it_and_answers_as_the_application(task, folders, models, tmp_path):
    bundle = open_bundle(folders[task])
    code = (
        "import json, os, sys\nos.chdir(sys.argv[2])\nimport mlflow, pandas\nmodel = mlflow.pyfunc.load_model(sys.argv[1])\n"
        "rows = json.load(sys.stdin)\nfound = model.predict(pandas.DataFrame(rows, dtype=object))\n"
        "typed = model.predict(pandas.DataFrame(rows[:1]))\nassert typed.to_numpy().tolist() == found[:1].to_numpy().tolist()\n"
        "names = [n for n in found.columns if n.startswith('probability_')] or ['prediction']\n"
        "low = model.predict(pandas.DataFrame(rows[:1]), params={'threshold': 0.0}) if 'probability_yes' in names else None\n"
        "print(json.dumps([found[names].astype(float).to_numpy().tolist(), None if low is None else low['prediction'][0]]))\n"
    )
    scores, low = run_json([proof_python(), "-c", code, str(models[task]), str(tmp_path)], list(bundle.golden.rows))
    assert compare(bundle.scorer, expected(bundle), np.array(scores)).passed
    assert low == ("yes" if task == "binary" else None)
