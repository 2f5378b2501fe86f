// Keeps one log with Kafka's own classes, lets its cleaner pass over it, and shows what is left and what is known of
// producers. Commands come in frames on standard input, one answer for each pass leaves on standard output.
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ScheduledFuture;
import java.util.stream.Stream;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.server.storage.log.FetchIsolation;
import org.apache.kafka.server.util.Scheduler;
import org.apache.kafka.storage.internals.log.AbortedTxn;
import org.apache.kafka.storage.internals.log.Cleaner;
import org.apache.kafka.storage.internals.log.FetchDataInfo;
import org.apache.kafka.storage.internals.log.LogConfig;
import org.apache.kafka.storage.internals.log.LogDirFailureChannel;
import org.apache.kafka.storage.internals.log.LogSegment;
import org.apache.kafka.storage.internals.log.LogToClean;
import org.apache.kafka.storage.internals.log.ProducerStateManagerConfig;
import org.apache.kafka.storage.internals.log.SkimpyOffsetMap;
import org.apache.kafka.storage.internals.log.UnifiedLog;
import org.apache.kafka.storage.internals.utils.Throttler;
import org.apache.kafka.storage.log.metrics.BrokerTopicStats;

public final class LogPeer {
    private static final ObjectMapper JSON = new ObjectMapper();

    public static void main(String[] args) throws Exception {
        DataInputStream in = new DataInputStream(new BufferedInputStream(System.in, 1 << 20));
        DataOutputStream out = new DataOutputStream(new BufferedOutputStream(System.out, 1 << 20));
        while (true) {
            if (in.available() == 0) out.flush();
            byte[] command;
            try {
                command = new byte[in.readInt()];
            } catch (EOFException end) {
                return;
            }
            in.readFully(command);
            JsonNode asked = JSON.readTree(command);
            if (asked.has("marker")) marker(asked.get("marker"), out);
            else keep(asked, out);
        }
    }

    private static void marker(JsonNode asked, DataOutputStream out) throws IOException {
        ControlRecordType type = asked.get("committed").asBoolean() ? ControlRecordType.COMMIT : ControlRecordType.ABORT;
        EndTransactionMarker end = new EndTransactionMarker(type, asked.get("coordinatorEpoch").asInt());
        ByteBuffer made = MemoryRecords.withEndTransactionMarker(asked.get("timestampMs").asLong(),
            asked.get("producerId").asLong(), (short) asked.get("producerEpoch").asInt(), end).buffer();
        byte[] bytes = new byte[made.remaining()];
        made.duplicate().get(bytes);
        answer(out, "{}", bytes);
    }

    private static void keep(JsonNode command, DataOutputStream out) throws Exception {
        Path folder = Files.createTempDirectory("log-peer");
        Path partition = Files.createDirectory(folder.resolve("t-0"));
        LogConfig config = new LogConfig(Map.of(
            "cleanup.policy", "compact",
            "delete.retention.ms", command.get("deleteRetentionMs").asText()));
        UnifiedLog log = UnifiedLog.create(partition.toFile(), config, 0, 0, new Never(), new BrokerTopicStats(),
            Time.SYSTEM, 900_000, new ProducerStateManagerConfig(Integer.MAX_VALUE, false), 600_000,
            new LogDirFailureChannel(1), true, Optional.of(Uuid.randomUuid()));
        try {
            if (command.has("log")) reads(log, command, out);
            for (JsonNode pass : command.get("passes")) pass(log, pass, out);
        } finally {
            log.closeHandlers();
            remove(folder);
        }
    }

    /** What read-committed fetches get: how many bytes, and the aborted transactions they are told of. */
    private static void reads(UnifiedLog log, JsonNode command, DataOutputStream out) throws IOException {
        append(log, command.get("log").binaryValue());
        log.updateHighWatermark(log.logEndOffset());
        ArrayNode shown = JSON.createArrayNode();
        for (JsonNode read : command.get("reads")) {
            FetchDataInfo info = log.read(read.get("offset").asLong(), read.get("bytesMax").asInt(),
                FetchIsolation.TXN_COMMITTED, read.get("wholeFirst").asBoolean());
            // A first batch that would be cut is left out of an answer, and what was told of it.
            if (info.firstEntryIncomplete) info = FetchDataInfo.empty(0);
            StringBuilder text = new StringBuilder().append(info.records.sizeInBytes());
            info.abortedTransactions.orElse(List.of()).forEach(each ->
                text.append(" ").append(each.producerId()).append(" from ").append(each.firstOffset()));
            shown.add(text.toString());
        }
        answer(out, shown.toString(), new byte[0]);
    }

    /** Appends to a new segment, cleans all segments before the active one, and shows the whole log. */
    private static void pass(UnifiedLog log, JsonNode pass, DataOutputStream out) throws Exception {
        append(log, pass.get("closed").binaryValue());
        log.updateHighWatermark(log.logEndOffset());
        long upTo = log.logEndOffset();
        log.roll();
        append(log, pass.get("active").binaryValue());
        log.updateHighWatermark(log.logEndOffset());
        Throttler throttler = new Throttler(Double.MAX_VALUE, Long.MAX_VALUE, "cleaner", "entries", Time.SYSTEM);
        Cleaner cleaner = new Cleaner(0, new SkimpyOffsetMap(1 << 20), 1 << 20, 1 << 20, 0.75, throttler, Time.SYSTEM,
            partition -> { });
        ObjectNode shown = JSON.createObjectNode();
        show(log, shown);
        cleaner.doClean(new LogToClean(log, 0, upTo, true), pass.get("nowMs").asLong());
        aborted(log, shown.putArray("abortedAfter"));
        answer(out, shown.toString(), bytesOf(log));
    }

    private static void append(UnifiedLog log, byte[] bytes) {
        for (MutableRecordBatch batch : MemoryRecords.readableRecords(ByteBuffer.wrap(bytes)).batches()) {
            ByteBuffer one = ByteBuffer.allocate(batch.sizeInBytes());
            batch.writeTo(one);
            one.flip();
            log.appendAsFollower(MemoryRecords.readableRecords(one), batch.partitionLeaderEpoch());
        }
    }

    private static void show(UnifiedLog log, ObjectNode shown) {
        shown.put("lastStableOffset", log.lastStableOffset());
        var producers = shown.putArray("producers");
        log.activeProducers().stream().sorted(Comparator.comparingLong(each -> each.producerId())).forEach(each ->
            producers.add(each.producerId() + "/" + each.producerEpoch() + " " + each.lastSequence() + " "
                + each.lastTimestamp() + " " + each.coordinatorEpoch() + " " + each.currentTxnStartOffset()));
        aborted(log, shown.putArray("abortedBefore"));
    }

    private static void aborted(UnifiedLog log, ArrayNode shown) {
        List<AbortedTxn> all = new ArrayList<>();
        for (LogSegment segment : log.logSegments()) all.addAll(segment.txnIndex().allAbortedTxns());
        for (AbortedTxn each : all) {
            shown.add(each.producerId() + " " + each.firstOffset() + "-" + each.lastOffset());
        }
    }

    private static byte[] bytesOf(UnifiedLog log) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (LogSegment segment : log.logSegments()) {
            ByteBuffer buffer = ByteBuffer.allocate(segment.size());
            segment.log().readInto(buffer, 0);
            bytes.write(buffer.array(), 0, buffer.limit());
        }
        return bytes.toByteArray();
    }

    private static void answer(DataOutputStream out, String text, byte[] bytes) throws IOException {
        byte[] json = text.getBytes(StandardCharsets.UTF_8);
        out.writeInt(5 + json.length + bytes.length);
        out.writeByte(0);
        out.writeInt(json.length);
        out.write(json);
        out.write(bytes);
    }

    private static void remove(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            all.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
        }
    }

    /** Nothing happens by itself. */
    private static final class Never implements Scheduler {
        @Override
        public void startup() { }

        @Override
        public void shutdown() { }

        @Override
        public ScheduledFuture<?> schedule(String name, Runnable task, long delayMs, long periodMs) {
            return null;
        }

        @Override
        public void resizeThreadPool(int newSize) { }
    }
}
