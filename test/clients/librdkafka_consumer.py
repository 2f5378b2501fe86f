"""Everything that librdkafka's consumer sees of partition 0 of topics, in both isolation levels.

Argument: a JSON list of readings, each with servers, topic and level. Prints, for each, a line of JSON per record,
and one with the offset at which the consumer stands at the partition's end.
"""
import base64
import json
import sys

from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaError, KafkaException, TopicPartition

SILENT_SECONDS_MAX = 60


def text(value):
    return None if value is None else base64.b64encode(value).decode()


def read_all(servers, level, topics):
    """By topic: the lines of its records, and of its end."""
    consumer = Consumer(
        {
            "bootstrap.servers": servers,
            "group.id": "none: partitions are assigned by hand",
            "isolation.level": level,
            "enable.auto.commit": False,
            "enable.partition.eof": True,
            "check.crcs": True,
            "fetch.wait.max.ms": 50,
        }
    )
    lines = {topic: [] for topic in topics}
    consumer.assign([TopicPartition(topic, 0, OFFSET_BEGINNING) for topic in topics])
    unread = set(topics)
    while unread:
        message = consumer.poll(SILENT_SECONDS_MAX)
        if message is None:
            raise TimeoutError(f"{unread}: nothing came for {SILENT_SECONDS_MAX} s")
        error = message.error()
        if error is None:
            lines[message.topic()].append(seen(message))
        elif error.code() == KafkaError._PARTITION_EOF:
            lines[message.topic()].append({"end": message.offset()})
            unread.remove(message.topic())
        else:
            raise KafkaException(error)
    consumer.close()
    return lines


def seen(message):
    headers = [[name, text(value)] for name, value in message.headers() or []]
    return {
        "offset": message.offset(),
        "timestamp": message.timestamp()[1],
        "key": text(message.key()),
        "value": text(message.value()),
        "headers": json.dumps(headers),
    }


readings = [(each["servers"], each["level"], each["topic"]) for each in json.loads(sys.argv[1])]
read = {
    place: read_all(*place, [topic for *others, topic in readings if tuple(others) == place])
    for place in {(servers, level) for servers, level, _ in readings}
}
for servers, level, topic in readings:
    for line in read[servers, level][topic]:
        print(json.dumps(line))
