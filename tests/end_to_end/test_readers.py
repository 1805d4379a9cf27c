"""The tools that will read what is exported accept it: hadolint, docker-compose, promtool, kubectl, and the validators of documents."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from mlops_desktop.base.job import Silent
from mlops_desktop.catalog.exporters._documents import model_card
from mlops_desktop.catalog.exporters.aws_lambda import AwsLambda
from mlops_desktop.catalog.exporters.azure_ml import AzureMl
from mlops_desktop.catalog.exporters.docker_context import DockerContext
from mlops_desktop.catalog.exporters.google_cloud import GoogleCloud
from mlops_desktop.catalog.exporters.helm_chart import HelmChart
from mlops_desktop.catalog.exporters.kubernetes import Kubernetes
from mlops_desktop.catalog.exporters.monitored_compose import MonitoredCompose
from mlops_desktop.catalog.exporters.sagemaker import Sagemaker
from tests.proof_tools import done, program, proof_python, run_json
from tests.serving.conftest import SCORERS, write_bundle

pytestmark = pytest.mark.proof
NASTY = 'yes: "a" {b} \\ #c 客户\u2028\x7f'


@pytest.fixture(scope="module")
def core(tmp_path_factory) -> Path:
    return write_bundle(replace(SCORERS["binary"], name=NASTY), tmp_path_factory.mktemp("readers") / "core")


def written(exporter, core, tmp_path) -> Path:
    (tmp_path / "out").mkdir()
    exporter.export(core, tmp_path / "out", Silent())
    return tmp_path / "out"


def test_hadolint_accepts_the_dockerfile(core, tmp_path):
    folder = written(DockerContext(), core, tmp_path)
    done([program("hadolint"), str(folder / "Dockerfile")])


PROTECTED = {"keys": True, "tls": True, "rate_limit": 600}


@pytest.mark.parametrize(
    "exporter", [DockerContext(), MonitoredCompose(), DockerContext(**PROTECTED), MonitoredCompose(**PROTECTED)], ids=lambda one: one.id
)
def test_compose_accepts_its_file(exporter, core, tmp_path):
    file = written(exporter, core, tmp_path) / "compose.yaml"
    head, _, rest = file.read_text(encoding="utf-8").partition("\n")
    assert head.startswith("name: ")  # newer than Debian's version, which knows all else
    file.write_text(rest, encoding="utf-8")
    environment = {"GRAFANA_PASSWORD": "x", "PATH": "/usr/bin:/bin"}
    done([program("docker-compose"), "-f", str(file), "config", "--quiet"], env=environment)


def test_prometheus_accepts_its_configuration_and_the_alerts(core, tmp_path):
    folder = written(MonitoredCompose(), core, tmp_path) / "monitoring"
    assert "6 rules found" in done([program("promtool"), "check", "config", str(folder / "prometheus.yml")])
    protected = MonitoredCompose(**PROTECTED)
    (tmp_path / "protected").mkdir()
    protected.export(core, tmp_path / "protected", Silent())
    done([program("promtool"), "check", "config", "--syntax-only", str(tmp_path / "protected" / "monitoring" / "prometheus.yml")])
    expressions = [t["expr"] for p in json.loads((folder / "grafana/dashboards/model.json").read_text())["panels"] for t in p["targets"]]
    rules = {"groups": [{"name": "panels", "rules": [{"record": f"panel:{i}", "expr": one} for i, one in enumerate(expressions)]}]}
    (tmp_path / "panels.yml").write_text(json.dumps(rules))
    done([program("promtool"), "check", "rules", str(tmp_path / "panels.yml")])


SECRETS = {"keys_secret": "model-keys", "tls_secret": "model-tls", "rate_limit": 600}


@pytest.mark.parametrize("secrets", [{}, SECRETS], ids=["open", "protected"])
def test_kubernetes_accepts_the_manifests(secrets, core, tmp_path):
    folder = written(Kubernetes(registry="registry.example.com/team/", **secrets), core, tmp_path) / "kubernetes"
    built = done([program("kubectl"), "kustomize", str(folder / "base")])
    (tmp_path / "all.yaml").write_text(built, encoding="utf-8")
    assert built.count("\nkind: ") == 5
    done([program("kubernetes-validate"), "--strict", str(tmp_path / "all.yaml")])
    assert "kind: ServiceMonitor" in done(
        [program("kubectl"), "kustomize", "--load-restrictor", "LoadRestrictionsNone", str(folder / "monitoring")]
    )


# What checkov finds and is left as it is, each with its reason.
ACCEPTED = {
    "CKV_DOCKER_7": "the base is an argument of the build, which checkov does not resolve; its default names a version",
    "CKV_K8S_43": "the digest of the image is known once it was built and pushed",
    "CKV_K8S_15": "the tag of the image is the hash of the model, so an image that is there already is the right one",
    "CKV_K8S_21": "the namespace is chosen where the objects are applied",
}


def checked(folder: Path) -> None:
    """Assert that checkov finds nothing in the files of a folder but what is accepted."""
    frameworks = ["--framework", "dockerfile", "kubernetes"]
    options = ["--quiet", "--compact", "--skip-download", "--skip-check", ",".join(ACCEPTED)]
    done([program("checkov"), "--directory", str(folder), *frameworks, *options])


@pytest.mark.parametrize(
    "exporter",
    [DockerContext(), Kubernetes(**SECRETS), AwsLambda(), AzureMl(), GoogleCloud(), Sagemaker()],
    ids=lambda one: one.id,
)
def test_checkov_accepts_containers_and_manifests(exporter, core, tmp_path):
    checked(written(exporter, core, tmp_path))


@pytest.mark.parametrize(
    "values", ["", "protection.keysSecret=k,protection.tlsSecret=t,protection.rateLimit=600"], ids=["open", "protected"]
)
def test_checkov_accepts_what_the_chart_makes(values, core, tmp_path):
    chart = written(HelmChart(), core, tmp_path) / "chart"
    (tmp_path / "made").mkdir()
    made = done([program("helm"), "template", "prod", str(chart), *(["--set", values] if values else [])])
    (tmp_path / "made" / "all.yaml").write_text(made, encoding="utf-8")
    checked(tmp_path / "made")
    done([program("kubernetes-validate"), "--strict", str(tmp_path / "made" / "all.yaml")])


def test_cyclonedx_accepts_the_list_of_packages(core, tmp_path):
    folder = written(DockerContext(), core, tmp_path)
    code = (
        "import sys\nfrom cyclonedx.schema import SchemaVersion\n"
        "from cyclonedx.validation.json import JsonStrictValidator\n"
        "found = JsonStrictValidator(SchemaVersion.V1_6).validate_str(open(sys.argv[1], encoding='utf-8').read())\n"
        "assert not found, found\n"
    )
    done([proof_python(), "-c", code, str(folder / "sbom.cdx.json")])


def test_hugging_face_reads_the_model_card(core, tmp_path):
    metric = {"id": "roc_auc", "label": "AUC", "value": 0.9, "low": 0.88, "high": 0.92, "baseline": 0.5}
    info = {"name": NASTY, "version": "0123456789ab", "target": "leaves", "test": {"metrics": [metric]}}
    (tmp_path / "README.md").write_text(model_card(info, SCORERS["binary"]), encoding="utf-8")
    code = (
        "import json, sys\nfrom huggingface_hub import ModelCard\ncard = ModelCard.load(json.load(sys.stdin))\n"
        "one = card.data.eval_results[0]\n"
        "print(json.dumps([card.data.model_name, card.data.pipeline_tag, one.metric_type, one.metric_value]))\n"
    )
    found = run_json([proof_python(), "-c", code], str(tmp_path / "README.md"))
    assert found == [NASTY, "tabular-classification", "roc_auc", 0.9]
