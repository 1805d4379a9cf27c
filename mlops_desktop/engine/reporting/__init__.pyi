from .project_report import write_profile_report as write_profile_report
from .project_report import write_report as write_report
