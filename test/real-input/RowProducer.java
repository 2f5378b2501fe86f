// Kafka's own clients for the test on real input: rows of files as records of every shape, and everything that a
// consumer sees, one line per record.
import java.io.BufferedWriter;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

public class RowPeer {
    static final List<String> CODECS = List.of("none", "gzip", "snappy", "lz4", "zstd");

    public static void main(String[] args) throws Exception {
        if (args[0].equals("produce")) produce(args);
        else if (args[0].equals("consume")) consume(args);
        else throw new IllegalArgumentException(args[0]);
    }

    /** produce SERVERS PREFIX PARTITIONS FILE...: all rows into PREFIX-CODEC for each codec; prints their number. */
    static void produce(String[] args) throws Exception {
        long records = 0;
        for (String codec : CODECS) {
            Properties settings = new Properties();
            settings.put("bootstrap.servers", args[1]);
            settings.put("compression.type", codec);
            // Without a producer id at the source as well: a mirror writes under its own in any case.
            settings.put("enable.idempotence", codec.equals("none") ? "false" : "true");
            settings.put("acks", "all");
            settings.put("linger.ms", "10");
            settings.put("batch.size", "32768");
            records = produceFiles(settings, args[2] + "-" + codec, Integer.parseInt(args[3]), args);
        }
        System.out.println(records);
    }

    static long produceFiles(Properties settings, String topic, int partitions, String[] args) throws Exception {
        AtomicReference<Exception> failure = new AtomicReference<>();
        long row = 0;
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
            for (int at = 4; at < args.length; at += 1) {
                Path file = Path.of(args[at]);
                for (String line : Files.readAllLines(file, StandardCharsets.UTF_8)) {
                    ProducerRecord<byte[], byte[]> record =
                            recordOf(topic, partitions, row, file.getFileName().toString(), line);
                    producer.send(record, (metadata, error) -> {
                        if (error != null) failure.set(error);
                    });
                    row += 1;
                }
            }
        }
        if (failure.get() != null) throw failure.get();
        return row;
    }

    /** Null and empty keys and values, null, empty and repeated headers, timestamps out of order. */
    static ProducerRecord<byte[], byte[]> recordOf(
            String topic, int partitions, long row, String file, String line) {
        int comma = line.indexOf(',');
        byte[] key = row % 11 == 0 ? null : row % 13 == 1 ? new byte[0] : bytes(line.substring(0, Math.max(0, comma)));
        byte[] value = row % 17 == 3 ? null : row % 19 == 4 ? new byte[0] : bytes(line);
        long timestamp = 1_700_000_000_000L + row * 137 - (row % 29 == 0 ? 5_000 : 0);
        ProducerRecord<byte[], byte[]> record =
                new ProducerRecord<>(topic, (int) (row % partitions), timestamp, key, value);
        if (row % 3 == 0) record.headers().add("row", bytes(Long.toString(row))).add("file", bytes(file));
        if (row % 7 == 0) record.headers().add("nothing", null).add("empty", new byte[0]);
        if (row % 21 == 0) record.headers().add("row", bytes("again")).add("Zürich ☃", bytes(file));
        return record;
    }

    /** consume SERVERS PREFIX PARTITIONS: partition by partition, from the first to the last record. */
    static void consume(String[] args) throws Exception {
        Properties settings = new Properties();
        settings.put("bootstrap.servers", args[1]);
        settings.put("isolation.level", "read_committed");
        settings.put("enable.auto.commit", "false");
        try (KafkaConsumer<byte[], byte[]> consumer =
                        new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
                BufferedWriter out =
                        new BufferedWriter(new OutputStreamWriter(System.out, StandardCharsets.US_ASCII))) {
            for (String codec : CODECS) {
                for (int partition = 0; partition < Integer.parseInt(args[3]); partition += 1) {
                    readAll(consumer, new TopicPartition(args[2] + "-" + codec, partition), out);
                }
            }
        }
    }

    static void readAll(KafkaConsumer<byte[], byte[]> consumer, TopicPartition one, BufferedWriter out)
            throws Exception {
        consumer.assign(List.of(one));
        consumer.seekToBeginning(List.of(one));
        long end = consumer.endOffsets(List.of(one)).get(one);
        while (consumer.position(one) < end) {
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofSeconds(1))) {
                out.write(shown(record));
                out.write('\n');
            }
        }
    }

    static String shown(ConsumerRecord<byte[], byte[]> record) {
        List<String> headers = new ArrayList<>();
        for (Header header : record.headers()) {
            headers.add(text(bytes(header.key())) + "=" + text(header.value()));
        }
        return record.topic() + " " + record.partition() + " " + record.offset() + " " + record.timestampType() + " " + record.timestamp()
                + " " + text(record.key()) + " " + text(record.value()) + " " + headers;
    }

    static String text(byte[] bytes) {
        return bytes == null ? "null" : "'" + Base64.getEncoder().encodeToString(bytes) + "'";
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
