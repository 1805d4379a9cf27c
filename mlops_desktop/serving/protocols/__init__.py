"""The protocols of other serving systems, one file each."""
