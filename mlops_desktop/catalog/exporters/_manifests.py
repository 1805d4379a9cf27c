"""The Kubernetes objects that run a service, as plain values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from mlops_desktop.catalog.exporters._container import PORT, USER, image_name

GRACE = 40  # seconds: draining and the requests in progress take 31 at most
SCHEME = "HTTP"
DRAIN = 5  # seconds in which load balancers take the pod out

_SAME_NAMESPACE = {"from": [{"podSelector": {}}], "ports": [{"protocol": "TCP", "port": PORT}]}


@dataclass(frozen=True)
class Secrets:
    """The Secrets of a deployment by name, empty where there is none: `keys` has the file of the API keys under `keys`, `tls` is of the
    type `kubernetes.io/tls`. `rate_limit`: requests a minute, 0 without a limit.
    """

    keys: str = ""
    tls: str = ""
    rate_limit: int = 0

    @property
    def scheme(self) -> str:
        """What probes and monitors ask with."""
        return "HTTPS" if self.tls else SCHEME

    def environment(self) -> list[dict[str, str]]:
        """The variables of the container."""
        found = {"SERVING_API_KEYS_FILE": "/run/secrets/keys/keys"} if self.keys else {}
        found |= {"SERVING_TLS_CERT": "/run/secrets/tls/tls.crt", "SERVING_TLS_KEY": "/run/secrets/tls/tls.key"} if self.tls else {}
        found |= {"SERVING_RATE_LIMIT": str(self.rate_limit)} if self.rate_limit else {}
        return [{"name": name, "value": value} for name, value in found.items()]

    def mounts(self) -> list[dict[str, Any]]:
        """Where the container finds the Secrets."""
        return [{"name": name, "mountPath": f"/run/secrets/{name}", "readOnly": True} for name, _ in self._named()]

    def volumes(self) -> list[dict[str, Any]]:
        """The Secrets as volumes of the pod."""
        return [{"name": name, "secret": {"secretName": secret}} for name, secret in self._named()]

    def _named(self) -> list[tuple[str, str]]:
        return [(name, secret) for name, secret in (("keys", self.keys), ("tls", self.tls)) if secret]


OPEN = Secrets()


def resource_name(info: dict[str, Any]) -> str:
    """The name of every object: a DNS label that begins with a letter."""
    name = image_name(info).partition(":")[0]
    return name if name[0].isalpha() else f"m-{name}"[:60].rstrip("-")


def manifests(
    info: dict[str, Any], image: str, megabytes: int, least: int, most: int, *, name: str = "", secrets: Secrets = OPEN
) -> dict[str, Any]:
    """The objects by the name of their file: deployment, service, hpa, pdb, networkpolicy, servicemonitor.

    `megabytes` is the memory of a container, `least` and `most` the number of replicas; `name` is in place of `resource_name`.
    """
    name = name or resource_name(info)
    labels = {"app.kubernetes.io/name": name, "app.kubernetes.io/component": "model"}
    meta = {"name": name, "labels": {**labels, "app.kubernetes.io/version": info["version"]}}
    scaled = {"apiVersion": "apps/v1", "kind": "Deployment", "name": name}
    usage = {"type": "Resource", "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 70}}}
    return {
        "deployment": _deployment(meta, labels, _container(image, megabytes, secrets), secrets),
        "service": {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": meta,
            "spec": {"selector": labels, "ports": [{"name": "http", "port": 80, "targetPort": "http", "protocol": "TCP"}]},
        },
        "hpa": {
            "apiVersion": "autoscaling/v2",
            "kind": "HorizontalPodAutoscaler",
            "metadata": meta,
            "spec": {"scaleTargetRef": scaled, "minReplicas": least, "maxReplicas": most, "metrics": [usage]},
        },
        "pdb": {
            "apiVersion": "policy/v1",
            "kind": "PodDisruptionBudget",
            "metadata": meta,
            "spec": {"maxUnavailable": 1, "selector": {"matchLabels": labels}},
        },
        "networkpolicy": {
            "apiVersion": "networking.k8s.io/v1",
            "kind": "NetworkPolicy",
            "metadata": meta,
            "spec": {
                "podSelector": {"matchLabels": labels},
                "policyTypes": ["Ingress", "Egress"],
                "ingress": [_SAME_NAMESPACE],
                "egress": [],
            },
        },
        "servicemonitor": {
            "apiVersion": "monitoring.coreos.com/v1",
            "kind": "ServiceMonitor",
            "metadata": meta,
            "spec": {"selector": {"matchLabels": labels}, "endpoints": [_monitored(secrets)]},
        },
    }


def _monitored(secrets: Secrets) -> dict[str, Any]:
    """What Prometheus asks."""
    endpoint: dict[str, Any] = {"port": "http", "path": "/metrics", "interval": "15s", "scheme": secrets.scheme.lower()}
    # The certificate is of the name that clients ask for, not of the pod's address.
    return {**endpoint, "tlsConfig": {"insecureSkipVerify": True}} if secrets.tls else endpoint


def _deployment(meta: dict[str, Any], labels: dict[str, str], container: dict[str, Any], secrets: Secrets) -> dict[str, Any]:
    """The deployment without a number of replicas: the autoscaler sets it, and each update would set it back."""
    constraint = {
        "maxSkew": 1,
        "topologyKey": "kubernetes.io/hostname",
        "whenUnsatisfiable": "ScheduleAnyway",
        "labelSelector": {"matchLabels": labels},
    }
    pod = {
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        "terminationGracePeriodSeconds": GRACE,
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": USER,
            "runAsGroup": USER,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "topologySpreadConstraints": [constraint],
        "containers": [container],
        "volumes": [*secrets.volumes(), {"name": "tmp", "emptyDir": {"sizeLimit": "64Mi"}}],
    }
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": meta,
        "spec": {
            "revisionHistoryLimit": 5,
            "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 0, "maxSurge": 1}},
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": meta["labels"]}, "spec": pod},
        },
    }


def _container(image: str, megabytes: int, secrets: Secrets) -> dict[str, Any]:
    def probe(path: str, **settings: int) -> dict[str, Any]:
        return {"httpGet": {"path": path, "port": "http", "scheme": secrets.scheme}, "timeoutSeconds": 4, **settings}

    environment = secrets.environment()
    return {
        "name": "model",
        "image": image,
        "imagePullPolicy": "IfNotPresent",
        "args": ["--drain", str(DRAIN)],
        **({"env": environment} if environment else {}),
        "ports": [{"name": "http", "containerPort": PORT, "protocol": "TCP"}],
        "startupProbe": probe("/health/startup", periodSeconds=2, failureThreshold=60),
        "readinessProbe": probe("/health/ready", periodSeconds=5, failureThreshold=1),
        "livenessProbe": probe("/health/live", periodSeconds=10, failureThreshold=3),
        "resources": {
            "requests": {"cpu": "250m", "memory": f"{megabytes // 2}Mi"},
            "limits": {"cpu": "1", "memory": f"{megabytes}Mi"},
        },
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        },
        "volumeMounts": [*secrets.mounts(), {"name": "tmp", "mountPath": "/tmp"}],
    }
