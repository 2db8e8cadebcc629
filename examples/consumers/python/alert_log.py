"""Prints alerts from Kafka with confluent-kafka.

    pip install -r requirements.txt
    KAFKA_BROKERS=localhost:9092 python3 alert_log.py
"""

import json
import os
import re
import signal
import sys
from collections import OrderedDict
from datetime import datetime

from confluent_kafka import Consumer, KafkaError, KafkaException

REMEMBER = 10_000
ALERT = re.compile(r"vireo\.alert\.(new|update|end)\.v1")


def describe(alert):
    line = f"{alert['lastAt']} {alert['cameraId']} {alert['phase']} {alert['label']} {alert['score']:.2f}"
    if alert["phase"] != "end":
        return line
    began, ended = (datetime.fromisoformat(alert[at].replace("Z", "+00:00")) for at in ("startedAt", "lastAt"))
    return f"{line} after {(ended - began).total_seconds():.1f} s, {alert['endReason']}"


class AlertLog:
    """One line for each event that was not seen before. Delivery is at least once; an event keeps its id."""

    def __init__(self):
        # In memory: a restart forgets them. An effect that must happen exactly once is stored together with its id.
        self.seen = OrderedDict()

    def handle(self, headers, value):
        event_id = headers.get("ce_id", "")
        if event_id in self.seen:
            return
        kind = headers.get("ce_type", "")
        try:
            # A later version of the type would be another shape.
            if not ALERT.fullmatch(kind):
                raise ValueError(kind)
            line = describe(json.loads(value))
            # It may have been sent before: right for a log, wrong for a siren.
            print(line + (" [history]" if headers.get("ce_replay") == "true" else ""), flush=True)
        except (ValueError, KeyError, TypeError):
            # One that cannot be read must not stop those behind it.
            print(f"passed over: event {event_id} of type {kind}", file=sys.stderr, flush=True)
        # Remembered last: what could not be handled comes again.
        self.seen[event_id] = True
        if len(self.seen) > REMEMBER:
            self.seen.popitem(last=False)


def main():
    stopping = []
    signal.signal(signal.SIGTERM, lambda *_: stopping.append(True))
    signal.signal(signal.SIGINT, lambda *_: stopping.append(True))
    group = os.environ.get("KAFKA_GROUP", "alert-log")
    consumer = Consumer(
        {
            "bootstrap.servers": os.environ.get("KAFKA_BROKERS", "localhost:9092"),
            "group.id": group,
            "client.id": group,
            "auto.offset.reset": "earliest",
            "enable.auto.commit": False,
        }
    )
    consumer.subscribe([os.environ.get("KAFKA_TOPIC", "vireo.alerts")])
    log = AlertLog()
    try:
        while not stopping:
            message = consumer.poll(0.5)
            if message is None:
                continue
            error = message.error()
            if error is not None:
                if error.retriable() or error.code() == KafkaError._PARTITION_EOF:
                    continue
                raise KafkaException(error)
            headers = {name: (text or b"").decode() for name, text in message.headers() or []}
            log.handle(headers, message.value() or b"")
            # After handling, so that a crash in between repeats an event instead of losing it.
            consumer.commit(message=message, asynchronous=False)
    finally:
        # Leaves the group, so that the others take over at once.
        consumer.close()


if __name__ == "__main__":
    try:
        main()
    except KafkaException as failure:
        # Dead for good: whatever supervises this starts it again.
        sys.exit(str(failure))
