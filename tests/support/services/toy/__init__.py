"""A service as small as one can be, to try what all services have in common."""
