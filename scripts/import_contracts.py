"""The contract of import-linter for the shelves of the catalogue: members know neither each other nor other shelves.

The independence contract of import-linter cannot say that members may import what their own shelf shares (modules with a leading
underscore), and a layers contract would have to list the members. Direct imports are enough to look at: whatever the catalogue imports from
elsewhere lies on a lower layer, which another contract holds.
"""

from __future__ import annotations

from typing import Any

import grimp
from importlinter import Contract, ContractCheck, fields, output


class ShelvesContract(Contract):
    """`catalogue` is the package whose subpackages are shelves. A module of a shelf imports, of the whole catalogue, only modules of its
    own shelf whose names begin with an underscore.
    """

    type_name = "shelves"
    catalogue = fields.StringField()

    def check(self, graph: grimp.ImportGraph, verbose: bool) -> ContractCheck:
        """Every import between modules of the catalogue that is not of that kind."""
        catalogue = str(self.catalogue)
        shelves = sorted(graph.find_children(catalogue))
        broken = [
            (importer, imported)
            for shelf in shelves
            for importer in sorted(graph.find_descendants(shelf))
            for imported in sorted(graph.find_modules_directly_imported_by(importer))
            if imported.startswith(f"{catalogue}.") and not imported.startswith(f"{shelf}._")
        ]
        return ContractCheck(kept=not broken, metadata={"broken": broken})

    def render_broken_contract(self, check: Any) -> None:
        """Print the imports that break the contract."""
        for importer, imported in check.metadata["broken"]:
            output.print_error(f"{importer} imports {imported}")
