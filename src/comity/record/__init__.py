"""What happened in a consultation: its parties, statements and votes. Pure."""
