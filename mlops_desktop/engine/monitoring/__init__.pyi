from .drift import drift_of as drift_of
from .results import ColumnDrift as ColumnDrift
from .results import DriftReport as DriftReport
from .results import read_service_report as read_service_report
