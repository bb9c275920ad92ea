"""Local HTTP: health, status page, and the control socket that the command line uses."""
