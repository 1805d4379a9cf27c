from .drift import drift_of as drift_of
from .results import ColumnDrift as ColumnDrift
from .results import DriftReport as DriftReport
