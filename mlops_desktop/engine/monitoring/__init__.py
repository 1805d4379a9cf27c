"""Watches the data of a model in use.

`drift_of` compares a new file with the training rows.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
