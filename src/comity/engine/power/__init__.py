"""Power: what a decision rule lets each party do, in rules, coalitions and indices."""
