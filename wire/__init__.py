"""What hub and satellite share: frames, connections, PCM, discovery. Imports nothing else of ours."""
