"""Send messages by SMTP, as text and HTML."""

import smtplib
import ssl
from email.message import EmailMessage
from email.utils import formatdate
from typing import Literal

from pydantic import SecretStr

from alerts.base import Channel, Message
from tracker.core.errors import NotifyError


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
        """Hand the mail to the server; a refused login or recipient is final, a busy or lost server is not."""
        try:
            with self._connect() as server:
                if self.security == "starttls":
                    server.starttls(context=ssl.create_default_context())
                if self.username:
                    server.login(self.username, self.password.get_secret_value())
                refused = server.send_message(self._mail(message))
        except smtplib.SMTPResponseException as error:
            permanent = 500 <= error.smtp_code < 600  # RFC 5321: 5yz is permanent, 4yz transient
            raise NotifyError(f"{self.host} answered {error.smtp_code}", permanent=permanent) from error
        except smtplib.SMTPRecipientsRefused as error:
            permanent = all(500 <= code < 600 for code, _ in error.recipients.values())
            raise NotifyError(f"{self.host} refused every recipient", permanent=permanent) from error
        except (smtplib.SMTPException, OSError) as error:
            raise NotifyError(f"no mail through {self.host}: {error or type(error).__name__}") from error
        if refused:
            raise NotifyError(f"{self.host} refused {', '.join(refused)}", permanent=True)

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
        mail["Message-ID"] = f"<{message.key}@gpu-tracker>"
        mail.set_content(message.text)
        mail.add_alternative(message.html, subtype="html")
        return mail


CHANNEL = Email
