"""One file for each learned transform: plain data that changes the columns of a frame, with numpy alone."""
