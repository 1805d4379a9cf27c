"""A folder from which Docker builds an image: the REST service, a Dockerfile, and a compose file that runs it with few rights."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from mlops_desktop.base.job import Job
from mlops_desktop.catalog.exporters._container import CONTEXT_FILES, PORT, USER, ComposeExporter, image_name, write_context
from mlops_desktop.serving.manifest import contents


@dataclass(frozen=True, kw_only=True)
class DockerContext(ComposeExporter):
    """The REST service with `Dockerfile`, `.dockerignore` and `compose.yaml` beside it. These three are no part of the checksums: whoever
    runs the service may change them.
    """

    id: ClassVar[str] = "docker_context"
    label: ClassVar[str] = "Docker container"
    help: ClassVar[str] = "The REST service with everything to build and run it as a container: pinned by hash, without root, read-only."
    writes: ClassVar[tuple[tuple[str, str], ...]] = (*CONTEXT_FILES, *contents())

    def export(self, bundle: Path, target: Path, job: Job) -> None:
        write_context(bundle, target, job, _readme, base=self.base, protection=self.protection)


def _readme(info: dict[str, Any]) -> str:
    return _README.format(image=image_name(info), port=PORT, user=USER)


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

The service answers at http://127.0.0.1:{port}/ of this machine. `-p {port}:{port}` opens it to the
network: mount a file of API keys then (`python serve.py key NAME` writes a line of it) and name it in `SERVING_API_KEYS_FILE`, or put a
proxy in front that checks who asks. Exported with API keys or HTTPS, `compose.yaml` mounts `keys`, `tls.crt` and `tls.key` from beside it;
user {user} has to be able to read them.

The build takes only packages whose hashes are in `requirements.lock`, and ends with the self-test: an image whose answers differ from
those of the application is not built. `docker run --rm {image} selftest` repeats it. The container runs as user {user}, needs no
right and writes nothing. It is healthy once its self-test passed. After SIGTERM it goes on for a second with `/health/ready` at 503, then
answers requests in progress and ends.

`--build-arg PYTHON=python:3.11-slim@sha256:…` pins the base image, `--build-arg PIP_INDEX_URL=…` names a package index of your own. For a
machine without internet, build elsewhere and copy the image: `docker save {image} | gzip > image.tar.gz`, there
`docker load < image.tar.gz`. `Dockerfile`, `.dockerignore` and `compose.yaml` are yours to change: the checksums leave them out.
"""
