"""What a container needs beside a service: the Dockerfile, what goes into the image, and a compose file that runs it with few rights."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.job import Job, Part
from mlops_desktop.base.params import flag, number, text
from mlops_desktop.catalog.exporters._running_service import ServiceExporter
from mlops_desktop.catalog.exporters._service_files import write_service, write_text
from mlops_desktop.serving.bundle import Bundle
from mlops_desktop.serving.manifest import FILES
from mlops_desktop.serving.message import msg

PORT = 8000
USER = 10001
BASE = "python:3.11-slim"
MEMORY_STEP = 256  # MB
START = ("python", "serve.py", "--host", "0.0.0.0", "--port", str(PORT))
DOCKER_FILES: tuple[tuple[str, str], ...] = (
    ("Dockerfile, .dockerignore", msg("how the image is built; the build ends with the self-test")),
)
CONTEXT_FILES: tuple[tuple[str, str], ...] = (
    *DOCKER_FILES,
    ("compose.yaml", msg("how it runs: without root, read-only, with limits")),
)
_IMAGE = re.compile(r"[a-z0-9][a-z0-9._/:-]*(@sha256:[0-9a-f]{64})?")


@dataclass(frozen=True)
class Runtime:
    """How a container runs: its port, its user, what it starts, and further lines of the Dockerfile."""

    port: int = PORT
    user: int = USER
    start: tuple[str, ...] = START
    lines: tuple[str, ...] = ()


DEFAULT = Runtime()


def probe(port: int) -> str:
    """The program of a health check. A raised error is an exit code of 1, which is what Docker calls unhealthy. The address is the
    container's own, so no proxy is asked and no certificate is compared with it.
    """
    return (
        "import os, ssl, urllib.request as u; c = ssl.create_default_context(); c.check_hostname = False; c.verify_mode = ssl.CERT_NONE; "
        "s = 'https' if os.environ.get('SERVING_TLS_CERT') else 'http'; u.build_opener(u.ProxyHandler({}), u.HTTPSHandler(context=c))"
        f".open(f'{{s}}://127.0.0.1:{port}/health/ready', timeout=4)"
    )


def base_image() -> Any:
    """The field for the base image of a container."""
    return text(BASE, "Base image", help="The image with Python. With its digest (NAME@sha256:…) it is pinned too.", required=True)


def requests_a_minute() -> Any:
    """The field for the limit of requests."""
    return number(0, 0, 1_000_000, "Requests a minute", help="Of a key, or of all clients without keys; 0: no limit.", whole=True)


@dataclass(frozen=True, kw_only=True)
class ComposeExporter(ServiceExporter):
    """Base of exporters whose container is started by a compose file; the fields say how that protects the service."""

    base: str = base_image()
    keys: bool = flag(False, "API keys", help="Clients need a key; the file “keys” beside the compose file has the hashes of the keys.")
    tls: bool = flag(False, "HTTPS", help="The files “tls.crt” and “tls.key” beside the compose file are the certificate and its key.")
    rate_limit: int = requests_a_minute()

    @property
    def protection(self) -> ComposeProtection:
        """How the compose file protects the service."""
        return ComposeProtection(self.keys, self.tls, self.rate_limit)


@dataclass(frozen=True)
class ComposeProtection:
    """Whether the service has API keys and a certificate, in files beside the compose file, and its requests a minute (0: no limit)."""

    keys: bool = False
    tls: bool = False
    rate_limit: int = 0

    def reach(self) -> str:
        """What the comment at the port says: what is needed before the network reaches the service."""
        needed = ["authenticates clients"] * (not self.keys) + ["answers over HTTPS"] * (not self.tls)
        if needed:
            return f"This machine alone. Before the network reaches it, put a proxy in front that {' and '.join(needed)}."
        return "This machine alone; for the network, leave 127.0.0.1 off. The service checks API keys and answers over HTTPS."

    def service(self) -> str:
        """The lines of the service."""
        variables = ["SERVING_API_KEYS_FILE: /run/secrets/keys"] * self.keys
        variables += ["SERVING_TLS_CERT: /run/secrets/tls.crt", "SERVING_TLS_KEY: /run/secrets/tls.key"] * self.tls
        variables += [f'SERVING_RATE_LIMIT: "{self.rate_limit}"'] * bool(self.rate_limit)
        lines = _listed("environment", [f"  {one}" for one in variables])
        return "".join(f"    {line}\n" for line in [*lines, *_listed("secrets", [f"  - {name}" for name in self.files()])])

    def secrets(self, *more: str) -> str:
        """The secrets of the compose file, which other services share; `more` are further files."""
        return "".join(f"{line}\n" for line in _listed("secrets", [f"  {name}:\n    file: ./{name}" for name in (*self.files(), *more)]))

    def files(self) -> list[str]:
        """The files of the secrets."""
        return ["keys"] * self.keys + ["tls.crt", "tls.key"] * self.tls


def _listed(name: str, lines: list[str]) -> list[str]:
    return [f"{name}:", *lines] if lines else []


NO_PROTECTION = ComposeProtection()


def write_context(
    bundle: Path,
    target: Path,
    job: Job,
    more: Callable[[dict[str, Any]], str],
    *,
    base: str = BASE,
    registry: str = "",
    runtime: Runtime | None = None,
    protection: ComposeProtection = NO_PROTECTION,
) -> Bundle:
    """Fill the empty folder `target` with a service and the files of `DOCKER_FILES`, which no checksum covers; the opened core.

    Without a `runtime` of its own, the container runs as its compose file says, which is written too. `more` makes the section of the
    README. UserError as `write_service`, and when `base` is no name of an image or `registry` no beginning of one.
    """
    for name in (base, f"{registry}model"):
        if not _IMAGE.fullmatch(name):
            raise UserError(
                msg("“{base}” is no name of an image.", base=name), "Name one as NAME:TAG or NAME@sha256:DIGEST, in lower-case letters."
            )
    opened = write_service(bundle, target, Part(job, 0.0, 0.9), more)
    job.step(0.9, "Writing the Dockerfile")
    write_text(target / "Dockerfile", dockerfile(opened.info, base, runtime or DEFAULT))
    write_text(target / ".dockerignore", _IGNORE)
    if runtime is None:
        write_text(target / "compose.yaml", compose(opened.info, model_bytes(target), protection) + protection.secrets())
    job.step(1.0)
    return opened


def model_bytes(target: Path) -> int:
    """The size of the model of a service, in bytes."""
    return sum(path.stat().st_size for path in (target / "model").rglob("*") if path.is_file())


def memory(model_size: int) -> int:
    """The memory of a container in MB: several times the size of the model in bytes."""
    return max(2, 1 + -(-4 * model_size // (MEMORY_STEP * 2**20))) * MEMORY_STEP


def image_name(info: dict[str, Any]) -> str:
    """`name:version` in the form that Docker allows: lower-case ASCII letters and digits, with single hyphens between them."""
    plain = unicodedata.normalize("NFKD", info["name"]).encode("ascii", "ignore").decode().lower()
    return f"{re.sub('[^a-z0-9]+', '-', plain).strip('-')[:60].strip('-') or 'model'}:{info['version']}"


def dockerfile(info: dict[str, Any], base: str = BASE, runtime: Runtime = DEFAULT) -> str:
    """The Dockerfile: one stage that installs with pip, and one, of the same base, that runs without it."""
    labels = {
        "title": info["name"] or "Model",
        "description": f"Predicts {info['target']}",
        "version": info["version"],
        "licenses": "Apache-2.0",
        "base.name": base,
    }
    lines = " \\\n      ".join(f"org.opencontainers.image.{key}={_label(value)}" for key, value in labels.items())
    return _DOCKERFILE.format(
        base=base,
        labels=lines,
        user=runtime.user,
        port=runtime.port,
        probe=json.dumps(["python", "-c", probe(runtime.port)]),
        start=json.dumps(list(runtime.start)),
        more="".join(f"{line}\n" for line in runtime.lines),
    )


def compose(info: dict[str, Any], size: int, protection: ComposeProtection = NO_PROTECTION) -> str:
    """The services of a compose file, whose memory limit is several times the size of the model, which is in bytes. The secrets of
    `protection` are to follow.
    """
    return _COMPOSE.format(
        image=image_name(info),
        project=image_name(info).partition(":")[0],
        user=USER,
        port=PORT,
        memory=memory(size),
        probe=json.dumps(["CMD", "python", "-c", probe(PORT)]),
        protection=protection.service(),
        reach=protection.reach(),
    )


def _label(value: str) -> str:
    """A text as one quoted string of a Dockerfile, in which nothing is substituted."""
    one_line = re.sub(r"[\x00-\x1f\x7f\u2028\u2029]+", " ", value)
    return '"' + re.sub(r'(["\\$])', r"\\\1", one_line) + '"'


_DOCKERFILE = """\
# A digest pins the base too: docker build --build-arg PYTHON=python:3.11-slim@sha256:...
ARG PYTHON={base}

FROM ${{PYTHON}} AS build
# A package index of your own: --build-arg PIP_INDEX_URL=...
ARG PIP_INDEX_URL
ENV SERVING_BYTECODE=/bytecode
WORKDIR /service
COPY requirements.lock ./
# Only files whose hashes are in the lock are installed, and nothing is built or resolved.
RUN python -m venv --without-pip /venv \\
 && python -m pip --python /venv/bin/python install --no-cache-dir --disable-pip-version-check \\
      --require-hashes --no-deps --only-binary=:all: -r requirements.lock \\
 && find /venv -type d -name tests -prune -exec rm -rf {{}} +
COPY . ./
# Compiled now, since the container cannot write. An image whose answers are not the application's is not built.
RUN chmod -R a+rX,go-w . \\
 && /venv/bin/python serve.py selftest \\
 && /venv/bin/python -c "import serve; serve.install(); import serving.csv_io, serving.single_row, serving.workers" \\
 && chmod -R a+rX,go-w /bytecode

FROM ${{PYTHON}}
LABEL {labels}
ENV PATH=/venv/bin:$PATH SERVING_BYTECODE=/bytecode PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
# Whoever reaches the port may ask, unless there are keys: -e SERVING_API_KEYS_FILE=/run/secrets/keys
ENV SERVING_ALLOW_ANONYMOUS=1
COPY --from=build /venv /venv
COPY --from=build /service /service
COPY --from=build /bytecode /bytecode
{more}WORKDIR /service
USER {user}:{user}
EXPOSE {port}
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 CMD {probe}
STOPSIGNAL SIGTERM
ENTRYPOINT {start}
"""

_IGNORE = f"""\
# Only the service goes into the image.
*
{"".join(f"!{name}{chr(10)}" for name in sorted(file.name.rstrip("/") for file in FILES))}**/__pycache__
"""

_COMPOSE = """\
name: {project}
services:
  model:
    image: {image}
    build: .
    user: "{user}:{user}"
    # {reach}
    ports:
      - "127.0.0.1:{port}:{port}"
    read_only: true
    tmpfs:
      - /tmp
    cap_drop:
      - ALL
    security_opt:
      - no-new-privileges:true
    mem_limit: {memory}m
    cpus: 1
    pids_limit: 128
    healthcheck:
      test: {probe}
      interval: 30s
      timeout: 5s
      start_period: 30s
      retries: 3
    # Requests in progress are answered first, which takes 26 seconds at most.
    stop_grace_period: 30s
    restart: unless-stopped
{protection}"""
