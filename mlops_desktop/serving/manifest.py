"""The files of a bundle: name, role and purpose of each. Writing, opening, exporting and documenting a bundle follow this one list."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from .message import msg


@dataclass(frozen=True)
class BundleFile:
    """One file of a bundle, or one folder, whose name then ends in `/`.

    `core`: it is part of the model, and needed to open a bundle; the other files are added by an exporter to make a service of it.
    `optional`: it is there only for models that need it. `checked`: a folder that may hold nothing without a checksum. `main`: the file
    that the folder always has.
    """

    name: str
    role: str
    purpose: str
    core: bool = False
    optional: bool = False
    checked: bool = False
    main: str = ""

    def holds(self, path: str) -> bool:
        """Whether a file of the bundle belongs to this entry. `path` is relative, with `/`."""
        return path == self.name or (self.name.endswith("/") and path.startswith(self.name))


FILES = (
    BundleFile("bundle.json", "identity", "identity, metrics, versions, and how closely its answers equal the application's", core=True),
    BundleFile(
        "model/",
        "model",
        "schema, transforms and model as JSON and plain arrays; nothing in it can run",
        core=True,
        checked=True,
        main="scorer.json",
    ),
    BundleFile("golden.json", "golden", "made-up rows with their answers", core=True),
    BundleFile("reference.json", "reference", "bins and counts of the training data, for drift", core=True),
    BundleFile("reference.arrays/", "reference", "arrays of `reference.json`, where it has any", core=True, optional=True, checked=True),
    BundleFile("serve.py", "start", "the start of the service, which first verifies the code"),
    BundleFile("serving/", "code", "the code that answers; the same files that the application runs", main="__main__.py"),
    BundleFile("requirements.txt", "requirements", "the packages it needs, with their versions"),
    BundleFile("requirements.lock", "lock", "the same with hashes, for `pip install --require-hashes -r requirements.lock`"),
    BundleFile("README.md", "readme", "how to start it, and a request to paste"),
    BundleFile("MODEL_CARD.md", "card", "what the model is for, its figures and limits, in the form of Hugging Face"),
    BundleFile("sbom.cdx.json", "sbom", "the packages with versions, hashes and licences, as CycloneDX 1.6"),
    BundleFile("certificate.json", "certificate", "how closely the started export answered the golden rows", optional=True),
    BundleFile("LICENSE", "licence", "the licence of the code"),
    BundleFile("NOTICE", "licence", "the notices of the code's authors"),
    BundleFile("SHA256SUMS", "checksums", "a line for each file above: hash, two blanks, path", core=True),
)


def name_of(role: str) -> str:
    """The name of the first file of a role. StopIteration when no file has it."""
    return next(file.name for file in FILES if file.role == role)


IDENTITY, GOLDEN, REFERENCE, MODEL_FOLDER = name_of("identity"), name_of("golden"), name_of("reference"), name_of("model")
MODEL = next(file.name + file.main for file in FILES if file.role == "model")
CODE_FOLDER, START, REQUIREMENTS, LOCK = name_of("code"), name_of("start"), name_of("requirements"), name_of("lock")
README, CHECKSUMS, CERTIFICATE = name_of("readme"), name_of("checksums"), name_of("certificate")
MODEL_CARD, SBOM = name_of("card"), name_of("sbom")
LICENCES = tuple(file.name for file in FILES if file.role == "licence")
CHECKED_FOLDERS = tuple(file.name for file in FILES if file.checked)


def missing(paths: Collection[str], core: bool = False) -> list[str]:
    """The files of a service (or of its core alone) that are not among `paths`, which are relative, with `/`."""
    needed = [file.name + file.main for file in FILES if not file.optional and (file.core or not core)]
    return [name for name in needed if name not in paths]


def contents() -> tuple[tuple[str, str], ...]:
    """What every service holds, in few lines for a person: names of files and folders, and what they are."""
    lines = []
    for roles, text in _SUMMARY:
        lines.append((", ".join(file.name for file in FILES if file.role in roles and not file.optional), text))
    return tuple(lines)


_SUMMARY = (
    (("start", "code"), msg("the code that answers")),
    (("model",), msg("schema, transforms and model as plain data; nothing in it can run")),
    (("identity",), msg("identity, metrics, versions, and how closely its answers equal this application's")),
    (("golden", "reference"), msg("made-up rows with their answers; bins and counts of the training data")),
    (("requirements", "lock"), msg("the packages it needs, pinned")),
    (("readme",), msg("how to start it, and an example request")),
    (("card", "sbom"), msg("the model card; the packages and their licences as a CycloneDX document")),
    (("licence",), msg("the licence of the code")),
    (("checksums",), msg("checksums of every file; a changed byte stops the service")),
)


def files_table() -> str:
    """The files as a table in Markdown."""
    rows = [f"| `{file.name}` | {file.purpose} |" for file in FILES]
    return "\n".join(["| file | holds |", "|---|---|", *rows]) + "\n"
