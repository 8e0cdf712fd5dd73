"""What people are told of data that a model refuses: our words, and where in the file it stands."""
