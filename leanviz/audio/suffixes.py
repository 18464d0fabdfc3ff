"""What sound files are called: by it, sounds are told from what else is in a folder."""

SOUND_SUFFIXES = (
    ".wav", ".flac", ".ogg", ".opus", ".mp3", ".aif", ".aiff", ".wave", ".oga", ".aifc", ".au",
    ".snd", ".w64", ".caf", ".rf64",
    # through ffmpeg, films among them
    ".m4a", ".m4b", ".mp4", ".m4v", ".aac", ".ac3", ".wma", ".webm", ".mka", ".mkv", ".mov", ".avi",
    ".wv", ".ape", ".mpc", ".amr", ".3gp",
)  # fmt: skip
