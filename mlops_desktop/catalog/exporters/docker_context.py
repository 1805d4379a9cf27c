"""A folder from which Docker builds an image: the REST service, a Dockerfile, and a compose file that runs it with few rights."""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from mlops_desktop.base.families import Exporter
from mlops_desktop.base.job import Job, Part
from mlops_desktop.catalog.exporters._service_files import write_service, write_text
from mlops_desktop.serving.manifest import FILES, contents
from mlops_desktop.serving.message import msg

PORT = 8000
USER = 10001
MEMORY_STEP = 256  # MB
# A raised error is an exit code of 1, which is what Docker calls unhealthy. No proxy: the address is the container's own.
PROBE = f"import urllib.request as u; u.build_opener(u.ProxyHandler({{}})).open('http://127.0.0.1:{PORT}/health/ready', timeout=4)"


@dataclass(frozen=True, kw_only=True)
class DockerContext(Exporter):
    """The REST service with `Dockerfile`, `.dockerignore` and `compose.yaml` beside it. These three are no part of the checksums: whoever
    runs the service may change them.
    """

    id: ClassVar[str] = "docker_context"
    label: ClassVar[str] = "Docker container"
    help: ClassVar[str] = "The REST service with everything to build and run it as a container: pinned by hash, without root, read-only."
    writes: ClassVar[tuple[tuple[str, str], ...]] = (
        ("Dockerfile, .dockerignore", msg("how the image is built; the build ends with the self-test")),
        ("compose.yaml", msg("how it runs: without root, read-only, with limits")),
        *contents(),
    )

    def export(self, bundle: Path, target: Path, job: Job) -> None:
        info = write_service(bundle, target, Part(job, 0.0, 0.9), _readme).info
        job.step(0.9, "Writing the Dockerfile")
        write_text(target / "Dockerfile", dockerfile(info))
        write_text(target / ".dockerignore", _IGNORE)
        size = sum(path.stat().st_size for path in (target / "model").rglob("*") if path.is_file())
        write_text(target / "compose.yaml", compose(info, size))
        job.step(1.0)


def image_name(info: dict[str, Any]) -> str:
    """`name:version` in the form that Docker allows: lower-case ASCII letters and digits, with single hyphens between them."""
    plain = unicodedata.normalize("NFKD", info["name"]).encode("ascii", "ignore").decode().lower()
    return f"{re.sub('[^a-z0-9]+', '-', plain).strip('-')[:60].strip('-') or 'model'}:{info['version']}"


def dockerfile(info: dict[str, Any]) -> str:
    """The Dockerfile: one stage that installs with pip, and one, of the same base, that runs without it."""
    labels = {"title": info["name"] or "Model", "description": f"Predicts {info['target']}", "version": info["version"]}
    lines = " \\\n      ".join(f"org.opencontainers.image.{key}={_label(value)}" for key, value in labels.items())
    return _DOCKERFILE.format(labels=lines, user=USER, port=PORT, probe=json.dumps(["python", "-c", PROBE]), start=json.dumps(_START))


def compose(info: dict[str, Any], model_bytes: int) -> str:
    """A compose file whose memory limit is several times the size of the model."""
    steps = max(2, 1 + -(-4 * model_bytes // (MEMORY_STEP * 2**20)))
    return _COMPOSE.format(
        image=image_name(info),
        project=image_name(info).partition(":")[0],
        user=USER,
        port=PORT,
        memory=steps * MEMORY_STEP,
        probe=json.dumps(["CMD", "python", "-c", PROBE]),
    )


def _label(value: str) -> str:
    """A text as one quoted string of a Dockerfile, in which nothing is substituted."""
    one_line = re.sub(r"[\x00-\x1f\x7f\u2028\u2029]+", " ", value)
    return '"' + re.sub(r'(["\\$])', r"\\\1", one_line) + '"'


def _readme(info: dict[str, Any]) -> str:
    return _README.format(image=image_name(info), port=PORT, user=USER)


_START = ["python", "serve.py", "--host", "0.0.0.0", "--port", str(PORT)]

_DOCKERFILE = """\
# A digest pins the base too: docker build --build-arg PYTHON=python:3.11-slim@sha256:...
ARG PYTHON=python:3.11-slim

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
# Whoever reaches the port may ask: it is published to this machine alone. Keys: -e SERVING_API_KEYS_FILE=/run/secrets/keys
ENV SERVING_ALLOW_ANONYMOUS=1
COPY --from=build /venv /venv
COPY --from=build /service /service
COPY --from=build /bytecode /bytecode
WORKDIR /service
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
    # This machine alone. Before the network reaches it, put a proxy in front that authenticates clients.
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
"""

_README = """
## In a container

```
docker compose up --build
```

or, without compose:

```
docker build -t {image} .
docker run --rm --read-only --tmpfs /tmp --cap-drop ALL --security-opt no-new-privileges -p 127.0.0.1:{port}:{port} {image}
```

The service answers at http://127.0.0.1:{port}/ of this machine. `-p {port}:{port}` opens it to the network: mount a file
of API keys then (`python serve.py key NAME` writes a line of it) and name it in `SERVING_API_KEYS_FILE`, or put a proxy in front that
checks who asks.

The build takes only packages whose hashes are in `requirements.lock`, and ends with the self-test: an image whose answers differ from
those of the application is not built. `docker run --rm {image} selftest` repeats it. The container runs as user {user}, needs no
right and writes nothing. It is healthy once its self-test passed. After SIGTERM it goes on for a second with `/health/ready` at 503, then
answers requests in progress and ends.

`--build-arg PYTHON=python:3.11-slim@sha256:…` pins the base image, `--build-arg PIP_INDEX_URL=…` names a package index of your own. For a
machine without internet, build elsewhere and copy the image: `docker save {image} | gzip > image.tar.gz`, there
`docker load < image.tar.gz`. `Dockerfile`, `.dockerignore` and `compose.yaml` are yours to change: the checksums leave them out.
"""
