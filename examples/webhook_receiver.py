"""Receives webhooks. Run: WEBHOOK_SECRET=whsec_... PORT=8080 python3 webhook_receiver.py"""

import base64
import hashlib
import hmac
import json
import os
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

TOLERANCE_SECONDS = 300
# Ours have some KiB. Anybody can send more, so nothing longer is read.
MAX_BYTES = 1_048_576
SECRET = os.environ["WEBHOOK_SECRET"]


def is_signed(webhook_id: str, timestamp: str, signatures: str, body: bytes) -> bool:
    """Whether we signed exactly these bytes, in the last five minutes. body: as it arrived, before it is parsed."""
    if not timestamp.isascii() or not timestamp.isdigit() or abs(time.time() - int(timestamp)) > TOLERANCE_SECONDS:
        return False
    key = base64.b64decode(SECRET.removeprefix("whsec_"))
    signed = f"{webhook_id}.{timestamp}.".encode() + body
    expected = "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    # More than one signature while a secret is replaced.
    return any(hmac.compare_digest(expected.encode(), given.encode()) for given in signatures.split(" "))


# In your application: a table with the id as its key, written in the transaction of what the event changes.
seen: set[str] = set()


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        length = self.headers.get("content-length", "0")
        if not length.isascii() or not length.isdigit() or int(length) > MAX_BYTES:
            self.close_connection = True
            self.answer(413)
            return
        body = self.rfile.read(int(length))
        webhook_id = self.headers.get("webhook-id", "")
        timestamp = self.headers.get("webhook-timestamp", "")
        if not is_signed(webhook_id, timestamp, self.headers.get("webhook-signature", ""), body):
            self.answer(400)
            return
        if webhook_id not in seen:
            seen.add(webhook_id)
            event = json.loads(body)
            print(webhook_id, event["type"], event["subject"] or "", flush=True)
        self.answer(204)

    def answer(self, status: int) -> None:
        self.send_response(status)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", int(os.environ.get("PORT", "8080"))), Receiver)
    print(f"listening on {server.server_port}", flush=True)
    server.serve_forever()
