"""One file per ensemble: how the predictions of several models become one."""
