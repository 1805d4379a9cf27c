"""Row filters, one file each: masks over rows, applied before the split and never served."""
