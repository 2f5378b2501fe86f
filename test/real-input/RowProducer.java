// Kafka's own producer for the test on real input: rows of files as records of every shape.
// Arguments: SERVERS PREFIX PARTITIONS FILE...: all rows into PREFIX-CODEC for each codec; prints their number.
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

public class RowProducer {
    static final List<String> CODECS = List.of("none", "gzip", "snappy", "lz4", "zstd");

    public static void main(String[] args) throws Exception {
        long records = 0;
        for (String codec : CODECS) {
            Properties settings = new Properties();
            settings.put("bootstrap.servers", args[0]);
            settings.put("compression.type", codec);
            // Without a producer id at the source as well: a mirror writes under its own in any case.
            settings.put("enable.idempotence", codec.equals("none") ? "false" : "true");
            settings.put("acks", "all");
            settings.put("linger.ms", "10");
            settings.put("batch.size", "32768");
            records = produceFiles(settings, args[1] + "-" + codec, Integer.parseInt(args[2]), args);
        }
        System.out.println(records);
    }

    static long produceFiles(Properties settings, String topic, int partitions, String[] args) throws Exception {
        AtomicReference<Exception> failure = new AtomicReference<>();
        long row = 0;
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
            for (int at = 3; at < args.length; at += 1) {
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

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
