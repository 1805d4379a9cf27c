from .drift import drift_of as drift_of
