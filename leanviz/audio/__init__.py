"""The only place that knows PortAudio, sound files and resampling."""
