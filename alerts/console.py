"""Print messages to standard output: the channel that is always there."""

import sys

from alerts.base import Channel, Message


class Console(Channel):
    """Prints each message; needs no settings."""

    type: str = "console"

    def send(self, message: Message) -> None:
        """Write the message as one block of text."""
        sys.stdout.write(f"\n{message.text}\n")
        sys.stdout.flush()


CHANNEL = Console
