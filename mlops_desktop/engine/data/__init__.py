"""From a data file to a typed table: import, type inference, snapshots, targets.

`import_cells` makes the snapshot of a file; `type_cells` decides one type for each column, with evidence; `target_of` reads the target.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
