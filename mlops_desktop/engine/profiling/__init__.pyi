from .data_health import apply_fixes as apply_fixes
from .data_health import health as health
from .data_health import safe_fixes as safe_fixes
from .data_health import taken_care as taken_care
from .finding import Finding as Finding
from .table_overview import overview as overview
from .table_profile import profile as profile
