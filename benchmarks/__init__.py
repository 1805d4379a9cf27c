"""What the figures in the README come from: `make bench` runs all of it, `python -m benchmarks.NAME` one part."""
