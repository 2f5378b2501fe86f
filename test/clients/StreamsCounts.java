// A Kafka Streams application with exactly-once: counts the records of each key of a topic, and writes each count with
// the record that it came to by. Arguments: bootstrap servers, application id, input topic, output topic, after how many
// records it fails once, as soon as a transaction of its own is under way (0: never), folder for its state.
// Prints `processed N` as it goes, ends cleanly when its standard input ends, and then prints `stopped`.
import java.io.IOException;
import java.time.Duration;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.state.Stores;

public final class StreamsCounts {
    static volatile KafkaStreams running;

    public static void main(String[] args) throws Exception {
        AtomicLong taken = new AtomicLong();
        Failing failing = new Failing(Long.parseLong(args[4]));
        StreamsBuilder builder = new StreamsBuilder();
        builder.<String, String>stream(args[2])
                .peek((key, value) -> {
                    failing.look(taken.incrementAndGet());
                })
                .groupByKey()
                .aggregate(
                        () -> "0",
                        (key, value, before) -> (countIn(before) + 1) + " " + value,
                        Materialized.as(Stores.inMemoryKeyValueStore("counts")))
                .toStream()
                .to(args[3]);
        CountDownLatch asked = new CountDownLatch(1);
        try (KafkaStreams streams = new KafkaStreams(builder.build(), settings(args))) {
            streams.setUncaughtExceptionHandler(error -> StreamThreadExceptionResponse.REPLACE_THREAD);
            running = streams;
            streams.start();
            Thread listener = new Thread(() -> awaitEnd(asked));
            listener.setDaemon(true);
            listener.start();
            long told = 0;
            while (!asked.await(20, TimeUnit.MILLISECONDS)) {
                if (streams.state() == KafkaStreams.State.ERROR) throw new IllegalStateException("it has failed");
                if (taken.get() == told) continue;
                told = taken.get();
                System.out.println("processed " + told);
            }
            if (!streams.close(Duration.ofSeconds(30))) throw new IllegalStateException("it does not stop");
        }
        System.out.println("stopped");
    }

    /** Fails once, behind a record of the transaction that is under way: right after a commit there is none to abort. */
    static final class Failing {
        final long after;
        double committing = -1;
        boolean hasFailed;

        Failing(long after) {
            this.after = after;
            hasFailed = after == 0;
        }

        void look(long taken) {
            if (hasFailed) return;
            double before = committing;
            committing = sum("txn-commit-time-ns-total");
            if (taken <= after || committing != before) return;
            // What is not answered may never get into the log, so that nothing would have to be aborted.
            while (sum("buffer-available-bytes") < sum("buffer-total-bytes")) Thread.onSpinWait();
            hasFailed = true;
            throw new IllegalStateException("as it was asked to");
        }
    }

    /** Of all producers, with what they write into the changelog. */
    static double sum(String metric) {
        return running.metrics().values().stream()
                .filter(each -> each.metricName().name().equals(metric))
                .filter(each -> each.metricName().group().equals("producer-metrics"))
                .mapToDouble(each -> (double) each.metricValue())
                .sum();
    }

    static void awaitEnd(CountDownLatch asked) {
        try {
            while (System.in.read() >= 0) {}
        } catch (IOException error) {
            System.err.println(error);
        }
        asked.countDown();
    }

    static long countIn(String aggregate) {
        return Long.parseLong(aggregate.split(" ")[0]);
    }

    static Properties settings(String[] args) {
        Properties settings = new Properties();
        settings.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, args[0]);
        settings.put(StreamsConfig.APPLICATION_ID_CONFIG, args[1]);
        settings.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        settings.put(StreamsConfig.DEFAULT_KEY_SERDE_CLASS_CONFIG, Serdes.StringSerde.class);
        settings.put(StreamsConfig.DEFAULT_VALUE_SERDE_CLASS_CONFIG, Serdes.StringSerde.class);
        settings.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, 200);
        // Each record gives a count of its own: nothing is held back in a cache.
        settings.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, 0);
        settings.put(StreamsConfig.STATE_DIR_CONFIG, args[5]);
        settings.put(StreamsConfig.consumerPrefix("max.poll.records"), 100);
        // A thread that has failed stays in the group until it is missed; its successor waits for that.
        if (!args[4].equals("0")) settings.put(StreamsConfig.consumerPrefix("session.timeout.ms"), 6_000);
        settings.put(StreamsConfig.producerPrefix("linger.ms"), 0);
        return settings;
    }
}
