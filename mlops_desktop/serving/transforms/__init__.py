"""The fitted transforms: one file each, plain data that changes the columns of a frame with numpy alone."""
