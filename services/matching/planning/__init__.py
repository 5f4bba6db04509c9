"""From what happened to what is proposed: loads, lets the domain decide, saves and announces."""
