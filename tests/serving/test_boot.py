from __future__ import annotations

import json
import shutil

import pytest

from mlops_desktop.serving.app import make_app
from mlops_desktop.serving.boot import verified_bundle
from mlops_desktop.serving.bundle import write_sums
from mlops_desktop.serving.errors import UserError


def test_a_good_bundle_may_answer(folders, asked):
    assert verified_bundle(folders["regression"])[1].passed
    assert asked(make_app(folders["regression"]), "GET", "/health/ready").status == 200


def test_a_bundle_with_other_answers_may_not(folders, tmp_path):
    spoilt = shutil.copytree(folders["regression"], tmp_path / "spoilt")
    golden = json.loads((spoilt / "golden.json").read_text(encoding="utf-8"))
    golden["scores"][7][0] += 1e-3
    (spoilt / "golden.json").write_text(json.dumps(golden), encoding="utf-8")
    write_sums(spoilt)
    with pytest.raises(UserError, match="Self-test FAILED"):
        make_app(spoilt)
