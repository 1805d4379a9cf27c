"""Fits candidates fold by fold, searches their parameters, records runs, and fits the chosen one for service.

`search` spends the budget; `Runs` is the record; `open_chosen` gives the chosen run with its scorer.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
