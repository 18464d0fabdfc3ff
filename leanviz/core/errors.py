"""Failures that end in a sentence a user understands."""


class UserError(Exception):
    """A failure whose message is written for the user: what is wrong, with which thing.

    Views show ``str(error)`` in a banner; the command line prints it on stderr and exits with 2.
    """


class AudioFileError(UserError):
    """A sound file cannot be read; the message names the file and the cause."""


class AudioDeviceError(UserError):
    """No sound device, or one that cannot be used; the message says which and why."""


class ModelError(UserError):
    """A model folder is missing, damaged, or made for another front end."""


class ExportError(UserError):
    """A result cannot be written; the message names the place and the cause."""


class SessionError(UserError):
    """A session log cannot be read; the message names the file and the cause."""


class LabelFileError(UserError):
    """A file of labels cannot be read; the message names the file and the cause."""
