"""The one failure that an operator sees."""


class StackError(Exception):
    """Something the operator can mend: the text is one sentence that says what to do.

    Lines below the sentence, where there are any, are the end of a log.
    """


class OAuthRefused(Exception):
    """A request to the issuer that OAuth has a word for (RFC 6749 §5.2)."""

    def __init__(self, error: str, status: int = 400) -> None:
        super().__init__(error)
        self.error = error
        self.status = status
