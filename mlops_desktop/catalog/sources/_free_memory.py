"""How much memory this process may still take."""

from __future__ import annotations


def free_memory() -> int:
    """Bytes that the system can give without swapping, as far as it says so."""
    import psutil  # loaded for large files alone

    return int(psutil.virtual_memory().available)
