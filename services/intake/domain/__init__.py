"""The register's facts and rules: data and functions, no I/O."""
