"""MQTT: the only place that knows the client library, and the hub's own broker."""
