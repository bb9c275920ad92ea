"""The house: devices learned from the broker, actions and their proof, a simulated house."""
