"""What can be wrong with a raster somebody hands in, or asks of one."""


class RasterError(ValueError):
    """A raster that cannot be taken. ``message``: why, and what would be right, in the language in force.

    ``parameter``: the field of the form it concerns, or nothing.
    """

    def __init__(self, message: str, parameter: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.parameter = parameter
