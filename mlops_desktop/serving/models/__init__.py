"""One file for each compiled model: plain data that turns a matrix into scores, with numpy alone."""
