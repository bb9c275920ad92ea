"""What was probably said where no sentence fits: the nearest one that this house can be told."""
