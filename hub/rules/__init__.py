"""When, if, then: what the house does by itself, and why it did."""
