"""How good a model is: metrics with intervals and curves, out of fold, on the held-out test set, and on other files.

`out_of_fold_evaluation`, `held_out_evaluation` and `evaluate_file` measure; `check` is the acceptance gate; `Playground` answers one row.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
