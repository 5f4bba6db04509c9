"""The one failure that an operator sees."""


class StackError(Exception):
    """Something the operator can mend: the text is one sentence that says what to do.

    Lines below the sentence, where there are any, are the end of a log.
    """
