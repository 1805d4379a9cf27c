"""The chart: every value that its templates ask for is in `values.yaml`, and none of our placeholders is left."""

from __future__ import annotations

import re

import pytest

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.job import Silent
from mlops_desktop.catalog.exporters.helm_chart import HelmChart
from tests.proof_tools import done, program
from tests.serving.conftest import SCORERS, write_bundle


@pytest.fixture(scope="module")
def chart(tmp_path_factory):
    base = tmp_path_factory.mktemp("helm")
    (base / "out").mkdir()
    HelmChart(registry="registry.example.com/team/").export(write_bundle(SCORERS["binary"], base / "core"), base / "out", Silent())
    return base / "out" / "chart"


def test_templates_ask_for_values_that_are_there(chart):
    values = (chart / "values.yaml").read_text(encoding="utf-8")
    texts = {path.name: path.read_text(encoding="utf-8") for path in (chart / "templates").glob("*.yaml")}
    assert len(texts) == 6
    asked = {name for text in texts.values() for name in re.findall(r"\.Values\.(\w+)", text)}
    assert asked == set(re.findall(r"(?m)^(\w+):", values))
    for text in texts.values():
        assert not re.search(r"release-fullname|release\.image|: 4[12]\n", text)
        assert '{{ include "model.fullname" . }}' in text
    assert texts["deployment.yaml"].count("scheme: {{ ternary") == 3
    assert texts["deployment.yaml"].index("if not .Values.autoscaling.enabled") < texts["deployment.yaml"].index("  replicas:")
    assert "authorization:" in texts["servicemonitor.yaml"]


def test_a_registry_that_no_image_begins_with_is_refused(tmp_path):
    for registry in ("a b/", "x; touch y/", "$(id)/", "UPPER/"):
        with pytest.raises(UserError, match="no name of an image"):
            HelmChart(registry=registry).export(tmp_path, tmp_path, Silent())


@pytest.mark.proof
def test_helm_accepts_the_chart_and_kubernetes_what_it_makes(chart, tmp_path):
    done([program("helm"), "lint", "--strict", str(chart)])
    made = done([program("helm"), "template", "prod", str(chart)])
    assert made.count("\nkind: ") == 5
    (tmp_path / "all.yaml").write_text(made, encoding="utf-8")
    done([program("kubernetes-validate"), "--strict", str(tmp_path / "all.yaml")])
    protected = done(
        [
            *(program("helm"), "template", "prod", str(chart), "--set", "protection.keysSecret=k,protection.tlsSecret=t"),
            *("--set", "serviceMonitor.enabled=true,serviceMonitor.keySecret=m", "--api-versions", "monitoring.coreos.com/v1"),
        ]
    )
    assert protected.count("scheme: HTTPS") == 3
    assert "authorization:" in protected
    deployment = [one for one in protected.split("---\n") if "\nkind: Deployment" in one]
    (tmp_path / "protected.yaml").write_text("---\n".join(deployment), encoding="utf-8")
    done([program("kubernetes-validate"), "--strict", str(tmp_path / "protected.yaml")])
    assert "replicas:" not in deployment[0]
    few = done(
        [program("helm"), "template", "prod", str(chart), "--set", "autoscaling.enabled=false,networkPolicy.enabled=false,image.tag=x"]
    )
    assert few.count("\nkind: ") == 3
    assert "  replicas: 2\n" in few
    assert "image: registry.example.com/team/leavers:x" in few.replace('"', "")
