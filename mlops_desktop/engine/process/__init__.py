"""The child process that does the work: its calls, its side, and the parent's side.

`Child` starts a worker and passes calls to it; `Crashed` and `Cancelled` say how a call ended; `serve_bundle` runs a service as a child.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
