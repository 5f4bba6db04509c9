"""How fast the promises are kept on this machine, beside what the machine allows: `python -m tests.bench`."""
