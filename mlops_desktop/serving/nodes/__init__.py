"""The nodes of a scorer's graph: one file each, plain data that turns a frame into scores."""
