// Kafka's own clients in the campaign, all in one virtual machine: producers at the source that write down what was
// acknowledged, consumers of the target that write down all they ever see, and an administrator. Told what to do by
// lines on its input: `pause`, `resume`, `leave-open`, `positions`, `admin N …`; ends when its input does.
// Arguments: source servers, target servers, folder, seed.
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitionReassignment;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.ElectionType;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.ElectionNotNeededException;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

public final class JavaSide {
    static final int TRANSACTION_MS = 8_000;
    static final List<String> WATCHED = List.of("plain", "wide", "txn", "keyed");

    static volatile boolean paused = false;
    static volatile boolean ending = false;
    static final AtomicBoolean leaveNext = new AtomicBoolean();
    static final AtomicInteger resting = new AtomicInteger();
    static final AtomicInteger loads = new AtomicInteger();
    static final Map<String, String> positions = new ConcurrentHashMap<>();
    static String source;
    static String target;
    static Path folder;
    static long seed;

    public static void main(String[] args) throws Exception {
        source = args[0];
        target = args[1];
        folder = Path.of(args[2]);
        seed = Long.parseLong(args[3]);
        start("plain", () -> plainLoad("java-plain", List.of("plain", "wide"), false));
        start("keyed", () -> plainLoad("java-keyed", List.of("keyed"), true));
        start("transactions-1", () -> transactions("java-txn-1", List.of("txn", "plain"), 10));
        start("transactions-2", () -> transactions("java-txn-2", List.of("txn", "txn", "keyed"), 4));
        start("committed", () -> consume("read_committed"));
        start("uncommitted", () -> consume("read_uncommitted"));
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
        try (Admin atSource = admin(source);
                Admin atTarget = admin(target)) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                String[] words = line.split(" ");
                switch (words[0]) {
                    case "pause" -> paused = true;
                    case "resume" -> paused = false;
                    case "leave-open" -> leaveNext.set(true);
                    case "resting" -> say("resting " + resting.get() + " " + loads.get());
                    case "positions" -> say("positions " + String.join(" ", positions.values()));
                    case "admin" -> administer(words, words[2].equals("source") ? atSource : atTarget);
                    default -> throw new IllegalArgumentException(line);
                }
            }
        }
        ending = true;
        System.exit(0);
    }

    interface Work {
        void run() throws Exception;
    }

    static void start(String name, Work work) {
        Thread thread = new Thread(() -> {
            try {
                work.run();
            } catch (Throwable error) {
                say("failed " + name + " " + error);
                error.printStackTrace();
                System.exit(1);
            }
        }, name);
        thread.setDaemon(true);
        thread.start();
    }

    static synchronized void say(String line) {
        System.out.println(line);
    }

    static Admin admin(String servers) {
        return Admin.create(Map.of("bootstrap.servers", servers, "default.api.timeout.ms", "15000",
                "request.timeout.ms", "5000"));
    }

    /** `admin N SIDE elect preferred|unclean TOPIC PARTITION`, `admin N SIDE reassign TOPIC PARTITION 2,3,1`. */
    static void administer(String[] words, Admin admin) {
        String id = words[1];
        try {
            if (words[3].equals("elect")) {
                ElectionType type = words[4].equals("unclean") ? ElectionType.UNCLEAN : ElectionType.PREFERRED;
                TopicPartition one = new TopicPartition(words[5], Integer.parseInt(words[6]));
                Optional<Throwable> trouble =
                        admin.electLeaders(type, Set.of(one)).partitions().get().getOrDefault(one, Optional.empty());
                if (trouble.isPresent() && !(trouble.get() instanceof ElectionNotNeededException)) throw trouble.get();
            } else {
                TopicPartition one = new TopicPartition(words[4], Integer.parseInt(words[5]));
                List<Integer> replicas = Arrays.stream(words[6].split(",")).map(Integer::valueOf).toList();
                admin.alterPartitionReassignments(Map.of(one, Optional.of(new NewPartitionReassignment(replicas))))
                        .all().get();
            }
            say("done " + id);
        } catch (Throwable error) {
            say("refused " + id + " " + String.valueOf(error.getMessage()).replace('\n', ' '));
        }
    }

    static BufferedWriter history(String name) throws Exception {
        return Files.newBufferedWriter(folder.resolve(name + ".history"));
    }

    static void note(BufferedWriter out, String line) {
        synchronized (out) {
            try {
                out.write(line);
                out.write('\n');
                out.flush();
            } catch (Exception error) {
                throw new IllegalStateException(error);
            }
        }
    }

    static String acked(RecordMetadata at, String key, String value) {
        return "acked " + at.topic() + " " + at.partition() + " " + at.offset() + " " + key + " " + value;
    }

    /** While the load rests; true when it has rested. */
    static boolean rest() throws InterruptedException {
        if (!paused) return false;
        resting.incrementAndGet();
        while (paused && !ending) Thread.sleep(20);
        resting.decrementAndGet();
        return true;
    }

    static Map<String, Object> producerSettings() {
        return new java.util.HashMap<>(Map.of("bootstrap.servers", source, "acks", "all", "enable.idempotence",
                "true", "linger.ms", "5", "request.timeout.ms", "5000", "delivery.timeout.ms", "600000"));
    }

    static void plainLoad(String name, List<String> topics, boolean keyed) throws Exception {
        loads.incrementAndGet();
        BufferedWriter out = history(name);
        Random random = new Random(seed + name.hashCode());
        AtomicInteger underWay = new AtomicInteger();
        try (KafkaProducer<String, String> producer =
                new KafkaProducer<>(producerSettings(), new StringSerializer(), new StringSerializer())) {
            for (int number = 0; !ending; number += 1) {
                if (paused) {
                    producer.flush();
                    if (underWay.get() == 0) rest();
                    else Thread.sleep(20);
                    continue;
                }
                String topic = topics.get(number % topics.size());
                String key = keyed ? "key-" + random.nextInt(100) : null;
                String value = keyed && random.nextInt(10) == 0 ? null : name + "-" + number;
                underWay.incrementAndGet();
                producer.send(new ProducerRecord<>(topic, key, value), (at, error) -> {
                    // An error leaves the outcome open, which the history says by its silence.
                    if (error == null) note(out, acked(at, key, value));
                    underWay.decrementAndGet();
                });
                if (number % 5 == 0) Thread.sleep(100 + random.nextInt(100));
            }
        }
    }

    /** One of `leftOpenOneIn` is left to its time-out. */
    static void transactions(String name, List<String> topics, int leftOpenOneIn) throws Exception {
        loads.incrementAndGet();
        BufferedWriter out = history(name);
        Random random = new Random(seed + name.hashCode());
        KafkaProducer<String, String> producer = null;
        int lives = 0;
        for (int number = 0; !ending; number += 1) {
            if (rest()) continue;
            List<String> sent = new ArrayList<>();
            boolean ends = !leaveNext.getAndSet(false) && random.nextInt(leftOpenOneIn * 10) > 0;
            boolean commits = ends && random.nextInt(6) > 0;
            try {
                if (producer == null) {
                    lives += 1;
                    Map<String, Object> settings = producerSettings();
                    settings.put("transactional.id", name + "-" + lives);
                    settings.put("transaction.timeout.ms", TRANSACTION_MS);
                    settings.put("delivery.timeout.ms", "7000");
                    settings.put("max.block.ms", "10000");
                    producer = new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer());
                    producer.initTransactions();
                }
                producer.beginTransaction();
                int records = 1 + random.nextInt(6);
                List<java.util.concurrent.Future<RecordMetadata>> answers = new ArrayList<>();
                List<String> keys = new ArrayList<>();
                for (int at = 0; at < records; at += 1) {
                    String value = name + "-" + number + "." + at;
                    keys.add("key-" + random.nextInt(100));
                    sent.add(value);
                    String topic = topics.get(random.nextInt(topics.size()));
                    answers.add(producer.send(new ProducerRecord<>(topic, keys.get(at), value)));
                }
                producer.flush();
                List<RecordMetadata> places = new ArrayList<>();
                for (var answer : answers) places.add(answer.get());
                if (!ends) {
                    for (String value : sent) note(out, "aborted " + value);
                    say("left");
                    producer.close(Duration.ZERO);
                    producer = null;
                } else if (commits) {
                    producer.commitTransaction();
                    for (int at = 0; at < records; at += 1) note(out, acked(places.get(at), keys.get(at), sent.get(at)));
                } else {
                    producer.abortTransaction();
                    for (String value : sent) note(out, "aborted " + value);
                }
            } catch (Exception error) {
                for (String value : sent) note(out, "unknown " + value);
                if (producer != null) producer.close(Duration.ZERO);
                producer = null;
            }
            Thread.sleep(100 + random.nextInt(200));
        }
    }

    /** Reads all partitions from their beginnings on, those that come later too. */
    static void consume(String level) throws Exception {
        Map<String, Object> settings = Map.of("bootstrap.servers", target, "isolation.level", level,
                "enable.auto.commit", "false", "auto.offset.reset", "earliest", "fetch.max.wait.ms", "200",
                "metadata.max.age.ms", "3000", "default.api.timeout.ms", "20000");
        Set<TopicPartition> assigned = new HashSet<>();
        long lookedAt = 0;
        try (KafkaConsumer<String, String> consumer =
                        new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer());
                BufferedWriter out = Files.newBufferedWriter(folder.resolve(level + ".seen"))) {
            while (!ending) {
                if (System.nanoTime() - lookedAt > TimeUnit.SECONDS.toNanos(3)) {
                    Set<TopicPartition> all = partitionsOf(consumer);
                    // Partitions that are there already keep their positions.
                    if (!assigned.containsAll(all)) {
                        assigned.addAll(all);
                        consumer.assign(assigned);
                    }
                    lookedAt = System.nanoTime();
                }
                if (assigned.isEmpty()) {
                    Thread.sleep(200);
                    continue;
                }
                for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(200))) {
                    out.write(record.topic() + " " + record.partition() + " " + record.offset() + " " + record.key()
                            + " " + record.value() + "\n");
                }
                out.flush();
                for (TopicPartition each : assigned) {
                    if (!consumer.paused().contains(each) && consumer.assignment().contains(each)) {
                        position(consumer, level, each);
                    }
                }
            }
        }
    }

    static void position(KafkaConsumer<String, String> consumer, String level, TopicPartition each) {
        try {
            long at = consumer.position(each, Duration.ofMillis(50));
            positions.put(level + each, level + "/" + each.topic() + "/" + each.partition() + "/" + at);
        } catch (org.apache.kafka.common.errors.TimeoutException error) {
            // It has no position yet.
        }
    }

    static Set<TopicPartition> partitionsOf(KafkaConsumer<String, String> consumer) {
        Set<TopicPartition> all = new HashSet<>();
        try {
            consumer.listTopics(Duration.ofSeconds(5)).forEach((topic, partitions) -> {
                if (!WATCHED.contains(topic)) return;
                partitions.forEach(each -> all.add(new TopicPartition(topic, each.partition())));
            });
        } catch (org.apache.kafka.common.errors.TimeoutException error) {
            // Brokers are away: it looks again.
        }
        return all;
    }
}
