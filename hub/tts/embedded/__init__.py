"""The embedded voices: SVOX Pico where Debian's library is installed, espeak-ng otherwise; a process of its own."""
