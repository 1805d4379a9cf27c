"""Reports for people, as one offline HTML page.

`write_report` tells everything about a project; `write_profile_report` tells about one data file.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
