from .project_report import refuse_page as refuse_page
from .project_report import write_profile_report as write_profile_report
from .project_report import write_report as write_report
from .report_facts import DeployedModel as DeployedModel
from .report_facts import ReportFacts as ReportFacts
from .report_facts import SplitSizes as SplitSizes
from .report_language import read_language as read_language
