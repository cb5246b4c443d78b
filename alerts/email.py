"""Send messages by SMTP, as text and HTML."""

import logging
import smtplib
import ssl
from email.message import EmailMessage
from email.utils import formatdate
from typing import Literal

from pydantic import SecretStr

from alerts.base import Channel, Message
from tracker.core.errors import NotifyError

log = logging.getLogger("tracker")


class Email(Channel):
    """Sends one mail per alert; a repeat carries the same Message-ID.

    `security` is how the connection is protected: `starttls` (port 587), `tls` from the first byte (port 465), or
    `none` for a server on this machine.
    """

    type: str = "email"
    host: str
    port: int = 587
    security: Literal["starttls", "tls", "none"] = "starttls"
    username: str = ""
    password: SecretStr = SecretStr("")
    sender: str
    to: list[str]
    timeout_s: float = 20

    def send(self, message: Message) -> None:
        """Hand the mail over: a refused login, sender or recipient disables the channel, a lost server waits."""
        try:
            with self._connect() as server:
                if self.security == "starttls":
                    server.starttls(context=ssl.create_default_context())
                if self.username:
                    server.login(self.username, self.password.get_secret_value())
                refused = server.send_message(self._mail(message))
        except smtplib.SMTPException as error:
            raise self._refusal(error) from None  # what the server said may repeat what we told it
        except OSError as error:
            why = error.strerror or type(error).__name__
            raise NotifyError(f"no mail through {self.host}: {why}") from None
        if refused:
            log.warning("%s refused %d of %d recipients", self.host, len(refused), len(self.to))

    def _refusal(self, error: smtplib.SMTPException) -> NotifyError:
        """What a server's refusal means: of this mail, of us, or only for now."""
        if isinstance(error, smtplib.SMTPRecipientsRefused):
            return NotifyError(
                f"{self.host} refused every recipient",
                disables=all(_is_final(code) for code, _ in error.recipients.values()),
            )
        if isinstance(error, smtplib.SMTPNotSupportedError):
            asked = "STARTTLS" if self.security == "starttls" and "STARTTLS" in str(error) else "the login"
            return NotifyError(f"{self.host} does not offer {asked}", disables=True)
        if isinstance(error, smtplib.SMTPResponseException):
            final, code = _is_final(error.smtp_code), error.smtp_code
            if isinstance(error, smtplib.SMTPAuthenticationError):
                return NotifyError(f"{self.host} refused the login ({code})", disables=final)
            if isinstance(error, smtplib.SMTPSenderRefused):
                return NotifyError(f"{self.host} refused the sender ({code})", disables=final)
            ours = isinstance(error, smtplib.SMTPDataError)
            return NotifyError(f"{self.host} answered {code}", permanent=final and ours)
        return NotifyError(f"no mail through {self.host}: {type(error).__name__}")

    def _connect(self) -> smtplib.SMTP:
        if self.security == "tls":
            context = ssl.create_default_context()
            return smtplib.SMTP_SSL(self.host, self.port, timeout=self.timeout_s, context=context)
        return smtplib.SMTP(self.host, self.port, timeout=self.timeout_s)

    def _mail(self, message: Message) -> EmailMessage:
        mail = EmailMessage()
        mail["Subject"] = message.subject
        mail["From"] = self.sender
        mail["To"] = ", ".join(self.to)
        mail["Date"] = formatdate()
        mail["Auto-Submitted"] = "auto-generated"
        mail["Message-ID"] = f"<{message.key}@gpu-tracker>"
        mail.set_content(message.text)
        mail.add_alternative(message.html, subtype="html")
        return mail


def _is_final(code: int) -> bool:
    """Whether trying again cannot help: RFC 5321, 4.2.1 (5yz is permanent, 4yz transient)."""
    return 500 <= code < 600


CHANNEL = Email
