"""Lists what a model file of another program would import or run if it were loaded, without loading it.

`inspect_model` reads pickle and joblib files, skops files, ONNX models, NumPy arrays and MLflow model folders.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
