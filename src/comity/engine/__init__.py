"""Pure arithmetic: numbers in, numbers with evidence out. No clock, file, randomness, logging or id."""
