// Everything that Kafka's own consumer sees of partitions, from the first offset to the last, one line per record.
// Arguments, four for each topic: bootstrap servers, isolation level, topic, number of partitions. Behind the records
// of a partition: `end TOPIC PARTITION START END`, the log's bounds as the consumer is told them.
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

public final class JavaConsumer {
    static final long SILENT_MS_MAX = 60_000;

    public static void main(String[] args) throws Exception {
        try (BufferedWriter out =
                new BufferedWriter(new OutputStreamWriter(System.out, StandardCharsets.US_ASCII))) {
            for (int at = 0; at < args.length; ) at = readTopics(args, at, out);
        }
    }

    /** As many topics as one consumer can read; returns where the next argument is. */
    static int readTopics(String[] args, int from, BufferedWriter out) throws IOException {
        String servers = args[from];
        String level = args[from + 1];
        Map<String, Object> settings =
                Map.of("bootstrap.servers", servers, "isolation.level", level, "enable.auto.commit", "false");
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            int at = from;
            while (at < args.length && args[at].equals(servers) && args[at + 1].equals(level)) {
                for (int partition = 0; partition < Integer.parseInt(args[at + 3]); partition += 1) {
                    readAll(consumer, new TopicPartition(args[at + 2], partition), out);
                }
                at += 4;
            }
            return at;
        }
    }

    static void readAll(KafkaConsumer<byte[], byte[]> consumer, TopicPartition one, BufferedWriter out)
            throws IOException {
        consumer.assign(List.of(one));
        consumer.seekToBeginning(List.of(one));
        long start = consumer.beginningOffsets(List.of(one)).get(one);
        long end = consumer.endOffsets(List.of(one)).get(one);
        long position = consumer.position(one);
        long movedAt = System.nanoTime();
        while (position < end) {
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(200))) {
                out.write(shown(record));
                out.write('\n');
            }
            long now = System.nanoTime();
            if (consumer.position(one) > position) movedAt = now;
            position = consumer.position(one);
            if ((now - movedAt) / 1_000_000 > SILENT_MS_MAX) {
                throw new IllegalStateException(one + ": the consumer stands at " + position + " of " + end);
            }
        }
        out.write("end " + one.topic() + " " + one.partition() + " " + start + " " + end + "\n");
    }

    static String shown(ConsumerRecord<byte[], byte[]> record) {
        List<String> headers = new ArrayList<>();
        for (Header header : record.headers()) {
            headers.add(text(header.key().getBytes(StandardCharsets.UTF_8)) + "=" + text(header.value()));
        }
        return record.topic() + " " + record.partition() + " " + record.offset() + " " + record.timestampType()
                + " " + record.timestamp() + " " + text(record.key()) + " " + text(record.value()) + " " + headers;
    }

    static String text(byte[] bytes) {
        return bytes == null ? "null" : "'" + Base64.getEncoder().encodeToString(bytes) + "'";
    }
}
