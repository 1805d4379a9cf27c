"""The contract of import-linter for the families of the catalogue: members import neither each other nor other families.

The independence contract of import-linter cannot say that members may import what their own family shares (modules with a leading
underscore), and a layers contract would have to list the members. Direct imports are enough to look at: whatever the catalogue imports from
elsewhere lies on a lower layer, which another contract holds.
"""

from __future__ import annotations

from typing import Any

import grimp
from importlinter import Contract, ContractCheck, fields, output


class FamiliesContract(Contract):
    """`catalogue` is the package whose subpackages are families. A module of a family imports, of the whole catalogue, only modules of its
    own family whose names begin with an underscore.
    """

    type_name = "families"
    catalogue = fields.StringField()

    def check(self, graph: grimp.ImportGraph, verbose: bool) -> ContractCheck:
        """Every import between modules of the catalogue that is not of that kind."""
        catalogue = str(self.catalogue)
        families = sorted(graph.find_children(catalogue))
        broken = [
            (importer, imported)
            for family in families
            for importer in sorted(graph.find_descendants(family))
            for imported in sorted(graph.find_modules_directly_imported_by(importer))
            if imported.startswith(f"{catalogue}.") and not imported.startswith(f"{family}._")
        ]
        return ContractCheck(kept=not broken, metadata={"broken": broken})

    def render_broken_contract(self, check: Any) -> None:
        """Print the imports that break the contract."""
        for importer, imported in check.metadata["broken"]:
            output.print_error(f"{importer} imports {imported}")
