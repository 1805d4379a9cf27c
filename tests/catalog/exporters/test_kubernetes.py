"""The manifests belong together and fit the service: names, ports, probes, and what the pods may do."""

from __future__ import annotations

import argparse
import re

import pytest

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.job import Silent
from mlops_desktop.catalog.exporters._container import PORT
from mlops_desktop.catalog.exporters._manifests import DRAIN, GRACE, Secrets, manifests, resource_name
from mlops_desktop.catalog.exporters.kubernetes import Kubernetes
from mlops_desktop.serving.protection import add_protection_flags, protection
from mlops_desktop.serving.routes import ROUTES
from tests.serving.conftest import SCORERS

INFO = {"name": "leavers", "version": SCORERS["binary"].version, "target": "leaves"}
OBJECTS = manifests(INFO, "registry/leavers:1", 512, 2, 6)


def test_selectors_choose_the_pods_of_the_deployment():
    template = OBJECTS["deployment"]["spec"]["template"]["metadata"]["labels"].items()
    for name, path in (("deployment", ("selector", "matchLabels")), ("service", ("selector",)), ("pdb", ("selector", "matchLabels"))):
        found = OBJECTS[name]["spec"]
        for part in path:
            found = found[part]
        assert found.items() <= template
    assert OBJECTS["networkpolicy"]["spec"]["podSelector"]["matchLabels"].items() <= template
    assert OBJECTS["servicemonitor"]["spec"]["selector"]["matchLabels"].items() <= OBJECTS["service"]["metadata"]["labels"].items()
    assert OBJECTS["hpa"]["spec"]["scaleTargetRef"]["name"] == OBJECTS["deployment"]["metadata"]["name"]
    assert "replicas" not in OBJECTS["deployment"]["spec"]  # an update would set back what the autoscaler chose


def test_probes_and_ports_are_those_of_the_service():
    (container,) = OBJECTS["deployment"]["spec"]["template"]["spec"]["containers"]
    paths = {route.path for route in ROUTES}
    for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
        assert container[probe]["httpGet"]["path"] in paths
        assert container[probe]["httpGet"]["port"] == "http"
    assert OBJECTS["servicemonitor"]["spec"]["endpoints"][0]["path"] in paths
    assert container["ports"] == [{"name": "http", "containerPort": PORT, "protocol": "TCP"}]
    assert OBJECTS["networkpolicy"]["spec"]["ingress"][0]["ports"][0]["port"] == PORT
    assert GRACE > DRAIN + 25 + 5  # what a service takes to answer the requests in progress


def test_pods_have_no_rights():
    pod = OBJECTS["deployment"]["spec"]["template"]["spec"]
    assert pod["automountServiceAccountToken"] is False
    assert pod["securityContext"]["runAsNonRoot"] is True
    security = pod["containers"][0]["securityContext"]
    assert security == {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]}}
    assert OBJECTS["networkpolicy"]["spec"]["egress"] == []


@pytest.mark.parametrize("name", ["2024 churn", "客户", "x" * 200, "A.b_c", ""])
def test_any_name_makes_a_resource_name(name):
    assert re.fullmatch(r"[a-z]([a-z0-9-]{0,61}[a-z0-9])?", resource_name({**INFO, "name": name}))


def test_secrets_are_mounted_where_the_service_is_told_to_find_them():
    secrets = Secrets(keys="model-keys", tls="model-tls", rate_limit=600)
    made = manifests(INFO, "registry/leavers:1", 512, 2, 6, secrets=secrets)
    pod = made["deployment"]["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    mounted = {one["mountPath"]: one["name"] for one in container["volumeMounts"]}
    volumes = {one["name"]: one.get("secret", {}).get("secretName") for one in pod["volumes"]}
    variables = {one["name"]: one["value"] for one in container["env"]}
    for variable, secret in (("API_KEYS_FILE", "model-keys"), ("TLS_CERT", "model-tls"), ("TLS_KEY", "model-tls")):
        assert volumes[mounted[variables[f"SERVING_{variable}"].rpartition("/")[0]]] == secret
    flags = argparse.ArgumentParser()
    add_protection_flags(flags)
    assert protection(flags.parse_args([]), variables).rate_limit == 600
    assert {container[name]["httpGet"]["scheme"] for name in ("startupProbe", "readinessProbe", "livenessProbe")} == {"HTTPS"}
    assert made["servicemonitor"]["spec"]["endpoints"][0]["scheme"] == "https"
    assert "env" not in OBJECTS["deployment"]["spec"]["template"]["spec"]["containers"][0]


def test_a_name_that_no_secret_has_is_refused(tmp_path):
    with pytest.raises(UserError, match="no name of a Secret"):
        Kubernetes(keys_secret="a: b").export(tmp_path, tmp_path, Silent())
