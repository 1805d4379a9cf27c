"""What a service does with values that are unlike those of the training data: refuse the row, warn, or answer as training did."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from .errors import UserError
from .message import msg

if TYPE_CHECKING:  # the command line has a policy before it knows whether numpy is there
    from .column import ValidationIssue, ValidationResult
    from .schema import Schema

REFUSE, WARN, AS_TRAINED = ACTIONS = ("refuse", "warn", "as_trained")
# What can be unlike the training data, and the code of its warning.
KINDS: Mapping[str, str] = MappingProxyType(
    {"unknown": "unknown_level", "out_of_range": "out_of_training_range", "missing": "missing_value"}
)
EVERY_COLUMN = "*"
_REMEDY = msg(
    "It is COLUMN.KIND=ACTION: KIND is unknown, out_of_range or missing, ACTION is refuse, warn or as_trained, and * is every column."
)


@dataclass(frozen=True)
class InputPolicy:
    """The actions by column and kind, for all columns under `*`; whatever is not there is a warning.

    `refuse`: the value is an error of its row; a missing value also in columns where the training data had gaps. `warn`: the row is
    answered as training would have treated it, with a warning. `as_trained`: the same without the warning. The names are not checked
    before `fit`.
    """

    actions: Mapping[tuple[str, str], str]

    @classmethod
    def from_record(cls, record: Any) -> InputPolicy:
        """The policy as `bundle.json` holds it: `{column: {kind: action}}`. UserError when it is none."""
        actions: dict[tuple[str, str], str] = {}
        for column, kinds in record.items() if isinstance(record, dict) else [("", None)]:
            for kind, action in kinds.items() if isinstance(kinds, dict) else [("", "")]:
                _check(kind, action, f"{column}.{kind}={action}")
                actions[column, kind] = action
        return cls(actions)

    def record(self) -> dict[str, dict[str, str]]:
        """The policy as `from_record` takes it."""
        found: dict[str, dict[str, str]] = {}
        for (column, kind), action in sorted(self.actions.items()):
            found.setdefault(column, {})[kind] = action
        return found

    def overridden(self, texts: Iterable[str]) -> InputPolicy:
        """The policy with settings such as `age.out_of_range=refuse` in the place of its own, one after another; one for `*` replaces those
        of every column. UserError for a text that is no setting.
        """
        actions = dict(self.actions)
        for text in texts:
            place, _, action = text.strip().rpartition("=")
            column, _, kind = place.rpartition(".")
            _check(kind if column else "", action, text)
            if column == EVERY_COLUMN:
                actions = {key: value for key, value in actions.items() if key[1] != kind}
            actions[column, kind] = action
        return InputPolicy(actions)

    def fit(self, schema: Schema) -> FittedPolicy:
        """The policy for the columns of a schema. UserError when it names a column that is not there."""
        names = {column.name for column in schema.columns}
        for column, _ in self.actions:
            if column != EVERY_COLUMN:
                schema.column(column)
        actions = {
            (name, code): self.actions.get((name, kind), self.actions.get((EVERY_COLUMN, kind), WARN))
            for name in names
            for kind, code in KINDS.items()
        }
        needed = {name for name in names if actions[name, KINDS["missing"]] == REFUSE}
        columns = tuple(replace(column, nullable=False) if column.name in needed else column for column in schema.columns)
        changed = (
            replace(schema, columns=columns) if any(column.name in needed and column.nullable for column in schema.columns) else schema
        )
        return FittedPolicy(changed, {key: action for key, action in actions.items() if action != WARN})


@dataclass(frozen=True, eq=False)
class FittedPolicy:
    """A policy for one `schema`, in which columns that may not be missing are required."""

    schema: Schema
    actions: Mapping[tuple[str, str], str]  # by column and code of the warning, without those that are a warning

    def apply(self, checked: ValidationResult) -> ValidationResult:
        """A validation whose warnings are errors or left out, as the policy has it."""
        if not self.actions or not checked.warnings:
            return checked
        errors: list[ValidationIssue] = [*checked.errors]
        warnings: list[ValidationIssue] = []
        for issue in checked.warnings:
            action = self.actions.get((issue.field, issue.code), WARN)
            if action == REFUSE:
                errors.append(issue)
            elif action == WARN:
                warnings.append(issue)
        return replace(checked, errors=errors, warnings=warnings)


def _check(kind: str, action: str, text: str) -> None:
    if kind not in KINDS or action not in ACTIONS:
        raise UserError(msg("“{text}” is no setting of the input policy.", text=text[:200]), _REMEDY)
