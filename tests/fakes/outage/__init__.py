"""One outage of a shop's checkout, told to every system that a team has: each holds it at the times of `story`."""
