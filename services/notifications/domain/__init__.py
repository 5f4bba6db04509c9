"""What notifications decides: who may hear what, when to try again, whom to ask for help. No I/O."""
