"""What the tests of exporters share with those of the service."""

from tests.serving.conftest import apps, asked, bundles, folders

__all__ = ["apps", "asked", "bundles", "folders"]
