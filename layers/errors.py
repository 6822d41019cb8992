"""What can be wrong with a request; the web turns these into 400 and 404."""


class ParameterError(ValueError):
    """An unknown or unusable query parameter. ``message`` says what would be right."""

    def __init__(self, parameter: str, message: str) -> None:
        super().__init__(f"{parameter}: {message}")
        self.parameter = parameter
        self.message = message


class SourceNotFound(LookupError):
    """No such source for this viewer; one he may not see does not exist."""


class FeatureNotFound(LookupError):
    """No such feature for this viewer."""
