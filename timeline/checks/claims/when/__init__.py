"""When: times, durations and orders that prose states, and what facts say of them."""
