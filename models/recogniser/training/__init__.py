"""The recipe of the recogniser's network: speech that was made, what the wake engine hears in it, the head."""
