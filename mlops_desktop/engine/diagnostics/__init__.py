"""Checks of a trained model: each is passed, doubtful or failed, with figures and what to do.

`check_facts` measures what the checks need, once for each run; `run_checks` evaluates them; `check_questions` asks a person about what is
left.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
