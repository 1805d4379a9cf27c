"""Monitoring that outlasts a process: counts by windows of time, kept in a folder that the operator names."""
