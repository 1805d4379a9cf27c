"""The compiled models: one file each, plain data that turns a matrix into scores with numpy alone."""
