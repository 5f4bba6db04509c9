"""What is deadly to read, in the build under test."""

POISON = "98XZ00"
"""The BRIN of a school that kills the process that counts it, under the sabotage `poison`."""
