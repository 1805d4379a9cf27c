from .child_process import Child as Child
from .child_process import Crashed as Crashed
from .frozen import run_helper as run_helper
from .local_service import serve_bundle as serve_bundle
from .local_service import service_command as service_command
from .local_service import service_environment as service_environment
from .worker import run_worker as run_worker
