"""From decisions to a matrix: keys, the store of results, row filters, split, fitted steps, and recommended decisions.

`Pipeline` computes each stage from the one before; `Keys` names each result by its inputs; `ArtifactStore` keeps it on the disk.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
