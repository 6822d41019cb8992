"""What can be wrong with a file somebody hands in."""


class MediaError(ValueError):
    """A file that cannot be taken. ``message``: why, and what would be right, in the language in force."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message
