"""Who may use the page and its API: one owner with a password, sessions of browsers, tokens of programs."""
