"""A flood of deliveries that prove nothing, by threads of a process of its own; it prints how many were answered."""

from __future__ import annotations

import itertools
import json
import random
import signal
import sys
import threading
from collections import Counter
from http.client import HTTPConnection, HTTPException

STOP = threading.Event()
SMALL, LARGE = b'{"forged": true}', b'{"forged": "%s"}' % (b"x" * 300_000)
FORGED: list[tuple[dict[str, str], bytes]] = [
    ({}, SMALL),
    ({"Authorization": "Bearer wrong-and-long-enough"}, SMALL),
    ({"X-Hub-Signature-256": f"sha256={'0' * 64}"}, SMALL),
    ({"X-PagerDuty-Signature": f"v1={'0' * 64}"}, SMALL),
    ({"X-Grafana-Alerting-Signature": "0" * 64}, SMALL),
    ({"X-Hub-Signature-256": f"sha256={'0' * 64}"}, LARGE),
]


def send(host: str, port: int, hooks: list[str], codes: Counter[str]) -> None:
    """Send without a pause on one connection after another until it is time to stop."""
    while not STOP.is_set():
        connection = HTTPConnection(host, port, timeout=5)
        try:
            for hook in itertools.islice(itertools.cycle(hooks), 200):
                headers, body = random.choice(FORGED)
                connection.request(
                    "POST", f"/hooks/{hook}", body, {"Content-Type": "application/json", **headers}
                )
                answer = connection.getresponse()
                answer.read()
                codes[str(answer.status)] += 1
                if STOP.is_set():
                    break
        except (OSError, HTTPException):
            STOP.wait(0.05)  # it was killed, or ended this connection
        finally:
            connection.close()


def main() -> None:
    """Flood HOST PORT until SIGTERM, by the hooks that are named."""
    host, port, *hooks = sys.argv[1:]
    codes: Counter[str] = Counter()
    signal.signal(signal.SIGTERM, lambda *_: STOP.set())
    threads = [threading.Thread(target=send, args=(host, int(port), hooks, codes)) for _ in range(24)]
    for thread in threads:
        thread.start()
    STOP.wait()
    for thread in threads:
        thread.join()
    print(json.dumps(codes))


if __name__ == "__main__":
    main()
