"""What the child process can be asked, one module for each stage of the work; `every_call` imports them all."""
