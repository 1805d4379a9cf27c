"""The only place with Qt: the window over the engine."""
