"""What claims say of numbers, words, names, actors, and of what did not happen."""
