"""Understanding stage: sentences to intents, outcomes to replies, the house to a speech grammar."""
