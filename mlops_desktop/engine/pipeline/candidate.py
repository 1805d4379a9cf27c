"""What a trial fits: a pipeline (operations, sampler, encoding, algorithm), or several combined by an ensemble; saved as plain JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from mlops_desktop.base.component import Component
from mlops_desktop.base.errors import UserError
from mlops_desktop.base.families import Algorithm, Encoding, Ensemble, Operation, Sampler
from mlops_desktop.base.tuning import Tunable
from mlops_desktop.engine.choices import choices
from mlops_desktop.engine.project import Project
from mlops_desktop.serving.message import msg

Place = int | str
"""Where a part is in a candidate: the position of a step, SAMPLER, ENCODING or ALGORITHM."""
SAMPLER, ENCODING, ALGORITHM = "sampler", "encoding", "algorithm"


@dataclass(frozen=True)
class Candidate:
    """One model with everything that makes its matrix: `steps` are the operations of the recipe that are switched on."""

    steps: tuple[Operation, ...]
    encoding: Encoding
    algorithm: Algorithm
    sampler: Sampler | None = None

    @classmethod
    def of(cls, project: Project, algorithm: Algorithm) -> Candidate:
        """An algorithm with the steps of the project and the encoding that the project has for it."""
        return cls(project.active_steps(), project.encoding(algorithm), algorithm, project.sampler)

    @property
    def id(self) -> str:
        """The id of the algorithm."""
        return self.algorithm.id

    @property
    def label(self) -> str:
        """The label of the algorithm."""
        return self.algorithm.label

    @property
    def members(self) -> tuple[Candidate, ...]:
        """Every model to be fitted: this one."""
        return (self,)

    @property
    def components(self) -> tuple[Component, ...]:
        """Every part that is fitted."""
        return (*self.steps, *([self.sampler] if self.sampler else []), self.encoding, self.algorithm)

    @property
    def stores_training_data(self) -> bool:
        """Whether the model contains rows of the training part."""
        return self.algorithm.stores_training_data

    @property
    def consent_ids(self) -> tuple[str, ...]:
        """The ids of the algorithms whose models contain training rows: those that a person agrees to export."""
        return (self.id,) if self.stores_training_data else ()

    def tunable_parts(self) -> dict[Place, Tunable]:
        """The parts beside the algorithm that declare ranges to search: steps, sampler, encoding."""
        parts: list[tuple[Place, Tunable | None]] = [*enumerate(self.steps), (SAMPLER, self.sampler), (ENCODING, self.encoding)]
        return {place: part for place, part in parts if part is not None and part.search_space()}

    def with_parts(self, parts: Mapping[Place, Any]) -> Candidate:
        """The candidate with other parts at these places, each of the family that is there."""
        steps = tuple(parts.get(at, step) for at, step in enumerate(self.steps))
        return replace(self, steps=steps, **{place: part for place, part in parts.items() if isinstance(place, str)})

    def identity(self) -> dict[str, Any]:
        """What distinguishes it from other candidates: every part without the parameters that are at their default."""
        return {
            "steps": [step.identity() for step in self.steps],
            "encoding": self.encoding.identity(),
            "algorithm": self.algorithm.identity(),
            **({"sampler": self.sampler.identity()} if self.sampler else {}),
        }

    def to_json(self) -> dict[str, Any]:
        """Every part as plain JSON."""
        return {
            "steps": [step.to_json() for step in self.steps],
            "encoding": self.encoding.to_json(),
            "algorithm": self.algorithm.to_json(),
            **({"sampler": self.sampler.to_json()} if self.sampler else {}),
        }


@dataclass(frozen=True)
class Combination:
    """Several candidates, fitted each by itself, whose predictions an ensemble combines."""

    ensemble: Ensemble
    members: tuple[Candidate, ...]

    def __post_init__(self) -> None:
        self.ensemble.check(len(self.members))

    @property
    def id(self) -> str:
        """The id of the ensemble."""
        return self.ensemble.id

    @property
    def label(self) -> str:
        """A name for the leaderboard."""
        return msg("{ensemble} of {n_members} models", ensemble=self.ensemble.label, n_members=len(self.members))

    @property
    def stores_training_data(self) -> bool:
        """Whether one of the models contains rows of the training part."""
        return any(member.stores_training_data for member in self.members)

    @property
    def consent_ids(self) -> tuple[str, ...]:
        """The ids of the algorithms whose models contain training rows, each once."""
        return tuple(dict.fromkeys(id_ for member in self.members for id_ in member.consent_ids))

    def identity(self) -> dict[str, Any]:
        """What distinguishes it from other candidates."""
        return {"ensemble": self.ensemble.identity(), "members": [member.identity() for member in self.members]}

    def to_json(self) -> dict[str, Any]:
        """Every part as plain JSON."""
        return {"ensemble": self.ensemble.to_json(), "members": [member.to_json() for member in self.members]}


def read_candidate(record: Any, project: Project) -> Candidate | Combination:
    """The candidate of a run's record. UserError when a part is unknown here or damaged.

    Records of older versions hold the algorithm alone (or a blend of algorithms): the steps and encodings are then those of the project,
    whose leaderboard the run is on.
    """
    if not isinstance(record, dict):
        raise UserError("The record of a run is damaged.")
    if record.get("id") == "blend":
        return _read_blend(record, project)
    if "ensemble" in record:
        members = tuple(read_candidate(member, project) for member in record.get("members", ()))
        if not all(isinstance(member, Candidate) for member in members):
            raise UserError("An ensemble combines single models.")
        ensemble = choices().ensembles.read(record["ensemble"])
        return Combination(ensemble, tuple(member for member in members if isinstance(member, Candidate)))
    if "algorithm" not in record:
        return Candidate.of(project, choices().algorithms.read(record))
    steps = tuple(choices().operations.read(step) for step in record.get("steps", ()))
    sampler = choices().samplers.read(record["sampler"]) if "sampler" in record else None
    return Candidate(steps, choices().encodings.read(record.get("encoding")), choices().algorithms.read(record["algorithm"]), sampler)


def _read_blend(record: dict[str, Any], project: Project) -> Combination:
    """A blend as versions before ensembles wrote it."""
    params = record.get("params")
    if not isinstance(params, dict) or not all(isinstance(params.get(name), list) for name in ("members", "counts")):
        raise UserError("A blend is written with its members and how often each counts.")
    members = tuple(Candidate.of(project, choices().algorithms.read(member)) for member in params["members"])
    ensemble = choices().ensembles.read({"id": "weighted_mean", "params": {"counts": params["counts"]}})
    return Combination(ensemble, members)
