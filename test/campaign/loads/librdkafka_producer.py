"""An idempotent producer of librdkafka at a steady rate, which writes down what was acknowledged.

Arguments: servers, topics with commas between, file of the history. Lines on its input: `pause`, `resume`; ends when
its input does. Says `resting` once nothing is under way.
"""
import sys
import threading
import time

from confluent_kafka import Producer

servers, topics, history = sys.argv[1], sys.argv[2].split(","), open(sys.argv[3], "w", encoding="ascii")
producer = Producer(
    {
        "bootstrap.servers": servers,
        "enable.idempotence": True,
        "message.timeout.ms": 600_000,
        "socket.timeout.ms": 5_000,
        "linger.ms": 5,
        "reconnect.backoff.max.ms": 1_000,
    }
)
paused = threading.Event()
ended = threading.Event()


def listen():
    for line in sys.stdin:
        if line.strip() == "pause":
            paused.set()
        else:
            paused.clear()
    ended.set()


def note(error, message):
    # An error leaves the outcome open, which the history says by its silence.
    if error is None:
        value = message.value().decode()
        history.write(f"acked {message.topic()} {message.partition()} {message.offset()} null {value}\n")
        history.flush()


threading.Thread(target=listen, daemon=True).start()
number = 0
rests = False
while not ended.is_set():
    if paused.is_set():
        if not rests and producer.flush(0.2) == 0:
            print("resting", flush=True)
            rests = True
        time.sleep(0.05)
        continue
    rests = False
    for _ in range(5):
        producer.produce(topics[number % len(topics)], value=f"librdkafka-{number}", on_delivery=note)
        number += 1
    producer.poll(0.15)
    time.sleep(0.1)
