"""The model card and the list of packages beside a service."""

from __future__ import annotations

import json
import re
from importlib import metadata

import pytest

from mlops_desktop.catalog.exporters._documents import LICENCES, model_card, sbom
from mlops_desktop.catalog.exporters._service_files import service_lock
from tests.serving.conftest import SCORERS

INFO = {"name": "leavers | <b>", "version": "0123456789ab", "target": "leaves"}
METRIC = {"id": "roc_auc", "label": "AUC", "value": 0.9, "low": 0.88, "high": 0.92, "baseline": 0.5}


def test_every_package_of_the_lock_is_listed_once_with_version_hashes_and_licence():
    lock = service_lock(["lightgbm"])
    document = json.loads(sbom(INFO, lock))
    assert (document["bomFormat"], document["specVersion"]) == ("CycloneDX", "1.6")
    found = {(one["name"], one["version"]) for one in document["components"]}
    assert found == set(re.findall(r"(?m)^([\w.-]+)==([^\s\\;]+)", lock))
    assert {one["name"] for one in document["components"]} == set(LICENCES)
    hashes = [one["content"] for part in document["components"] for one in part["externalReferences"][0]["hashes"]]
    assert sorted(hashes) == sorted(re.findall(r"sha256:([0-9a-f]{64})", lock))
    numpys = [one for one in document["components"] if one["name"] == "numpy"]
    assert all("python_full_version" in one["properties"][0]["value"] for one in numpys)
    assert document["dependencies"][0]["dependsOn"] == [one["bom-ref"] for one in document["components"]]


@pytest.mark.parametrize("name", sorted(LICENCES))
def test_licences_are_those_that_the_packages_declare(name):
    try:
        declared = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        pytest.skip(f"{name} is not for this system")
    text = " ".join([declared.get("License-Expression") or "", declared.get("License") or "", *declared.get_all("Classifier", [])])
    assert any(word in text for word in re.findall(r"BSD|MIT|Apache", LICENCES[name]))


def test_the_card_has_metadata_figures_inputs_and_what_is_open():
    checks = [
        {"title": "Leak", "message": "One column tells it.", "verdict": "failed"},
        {"title": "Fine", "message": "Ok.", "verdict": "passed"},
    ]
    card = model_card({**INFO, "test": {"metrics": [METRIC]}, "checks": checks}, SCORERS["binary"])
    front, _, text = card.removeprefix("---\n").partition("---\n")
    assert "pipeline_tag: tabular-classification\n" in front
    assert "type: roc_auc\n" in front
    assert "| AUC | 0.9 | 0.88 | 0.92 | 0.5 |" in text
    assert "| age | integer | 18 to 90 |" in text
    assert "Leak: One column tells it." in text
    assert "Fine" not in text
    assert "# leavers &#124; &lt;b>" in text
    plain = model_card({**INFO, "name": ""}, SCORERS["regression"])
    assert "tabular-regression" in plain
    assert "## Figures" not in plain
