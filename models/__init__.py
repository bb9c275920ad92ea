"""Networks that satellite and hub both run, and the runtime they run on."""
