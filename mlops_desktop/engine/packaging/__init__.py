"""From the chosen run to a bundle: golden rows, export checks, exporters, and requests to show.

`export_run` writes a bundle with an exporter; `readiness` says beforehand what would be wrong with it.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
