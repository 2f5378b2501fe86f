// Makes, reads and judges record batches with Kafka's own classes, for the test of ours. Commands come in frames on
// standard input, answers leave in frames on standard output.
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Random;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.DefaultRecordBatch;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MemoryRecords.RecordFilter;
import org.apache.kafka.common.record.internal.MemoryRecordsBuilder;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.utils.BufferSupplier;
import org.apache.kafka.common.utils.PrimitiveRef;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.storage.internals.log.AppendOrigin;
import org.apache.kafka.storage.internals.log.LogValidator;

public final class BatchPeer {
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
            ByteBuffer bytes = ByteBuffer.wrap(command);
            switch (bytes.get()) {
                case 'M' -> make(bytes.get(), bytes.getInt(), bytes.getLong(), false, out);
                case 'C' -> make(bytes.get(), bytes.getInt(), bytes.getLong(), true, out);
                case 'V' -> {
                    byte codec = bytes.get();
                    judge(bytes.slice(), out, each -> asBrokerStores(each, codec));
                }
                default -> judge(bytes.slice(), out, each -> each);
            }
        }
    }

    private static void make(byte codec, int count, long seed, boolean cleaned, DataOutputStream out)
        throws IOException {
        Random random = new Random(seed);
        for (int i = 0; i < count; i++) {
            ByteBuffer made = random.nextInt(20) == 0 ? marker(random) : batch(codec, random);
            if (cleaned && random.nextInt(5) != 0) made = cleaned(made, random);
            byte[] bytes = new byte[made.remaining()];
            made.duplicate().get(bytes);
            answer(out, (byte) 0, shown(made).toString(), bytes);
        }
    }

    private interface Taking {
        ByteBuffer take(ByteBuffer bytes) throws Exception;
    }

    /** Valid by Kafka's own judgement, and what it makes of the batch, or why not. */
    private static void judge(ByteBuffer bytes, DataOutputStream out, Taking taking) throws IOException {
        byte result = 0;
        String text;
        byte[] taken = new byte[0];
        try {
            ByteBuffer batch = taking.take(bytes);
            text = shown(batch).toString();
            taken = new byte[batch.remaining()];
            batch.duplicate().get(taken);
        } catch (Exception error) {
            result = 1;
            text = String.valueOf(error);
        }
        answer(out, result, text, taken);
    }

    private static void answer(DataOutputStream out, byte result, String text, byte[] bytes) throws IOException {
        byte[] json = text.getBytes(StandardCharsets.UTF_8);
        out.writeInt(5 + json.length + bytes.length);
        out.writeByte(result);
        out.writeInt(json.length);
        out.write(json);
        out.write(bytes);
    }

    private static ByteBuffer marker(Random random) {
        ControlRecordType type = random.nextBoolean() ? ControlRecordType.COMMIT : ControlRecordType.ABORT;
        EndTransactionMarker end = new EndTransactionMarker(type, random.nextInt(9));
        long offset = random.nextInt(1000);
        long timestamp = 1_700_000_000_000L + random.nextInt();
        return MemoryRecords.withEndTransactionMarker(offset, timestamp, 3, 77L, (short) 2, end).buffer();
    }

    private static ByteBuffer batch(byte codec, Random random) {
        Compression compression = Compression.of(CompressionType.forId(codec)).build();
        TimestampType type = random.nextInt(4) == 0 ? TimestampType.LOG_APPEND_TIME : TimestampType.CREATE_TIME;
        boolean idempotent = random.nextBoolean();
        boolean transactional = idempotent && random.nextBoolean();
        long id = idempotent ? random.nextLong() >>> 1 : -1;
        short epoch = (short) (idempotent ? random.nextInt(32768) : -1);
        int sequence = idempotent ? random.nextInt() >>> 1 : -1;
        long offset = random.nextInt(3) == 0 ? random.nextLong() >>> 2 : random.nextInt(1000);
        long now = 1_700_000_000_000L + random.nextInt();
        MemoryRecordsBuilder builder = MemoryRecords.builder(ByteBuffer.allocate(4096), (byte) 2, compression, type,
            offset, now, id, epoch, sequence, transactional, false, random.nextInt(100));
        int count = 1 + random.nextInt(random.nextInt(20) == 0 ? 500 : 12);
        for (int i = 0; i < count; i++) {
            builder.appendWithOffset(offset, record(random, now));
            // Compaction leaves holes.
            offset += 1 + (random.nextInt(10) == 0 ? random.nextInt(50) : 0);
        }
        return builder.build().buffer();
    }

    private static SimpleRecord record(Random random, long now) {
        Header[] headers = new Header[random.nextInt(4) == 0 ? random.nextInt(5) : 0];
        for (int i = 0; i < headers.length; i++) {
            headers[i] = new RecordHeader("h" + random.nextInt(100), field(random));
        }
        return new SimpleRecord(now + random.nextInt(2_000_000) - 1_000_000, field(random), field(random), headers);
    }

    private static byte[] field(Random random) {
        if (random.nextInt(6) == 0) return null;
        byte[] made = new byte[random.nextInt(40) == 0 ? random.nextInt(3000) : random.nextInt(40)];
        // Half of it compresses.
        for (int i = 0; i < made.length; i++) made[i] = (byte) (i % 2 == 0 ? random.nextInt() : 'x');
        return made;
    }

    /** What the log cleaner leaves of a batch: each record with its own chance, at times none. */
    private static ByteBuffer cleaned(ByteBuffer batch, Random random) {
        int ofTen = random.nextInt(11);
        RecordFilter filter = new RecordFilter(1_700_000_000_000L, 86_400_000L) {
            @Override
            protected BatchRetentionResult checkBatchRetention(RecordBatch each) {
                return new BatchRetentionResult(BatchRetention.RETAIN_EMPTY, false);
            }

            @Override
            protected boolean shouldRetainRecord(RecordBatch each, Record record) {
                return random.nextInt(10) < ofTen;
            }
        };
        ByteBuffer output = ByteBuffer.allocate(2 * batch.remaining() + 1024);
        MemoryRecords records = MemoryRecords.readableRecords(batch);
        ByteBuffer left = records.filterTo(filter, output, BufferSupplier.NO_CACHING).outputBuffer();
        left.flip();
        return left;
    }

    /** Through what a broker demands of a client's batch; as it is appended at offset 1,000, in the topic's codec. */
    private static ByteBuffer asBrokerStores(ByteBuffer bytes, byte codec) {
        MemoryRecords records = MemoryRecords.readableRecords(bytes);
        RecordBatch batch = records.batches().iterator().next();
        batch.ensureValid();
        LogValidator validator = new LogValidator(records, new TopicPartition("topic", 0), Time.SYSTEM,
            batch.compressionType(), Compression.of(CompressionType.forId(codec)).build(), false, (byte) 2,
            TimestampType.CREATE_TIME, Long.MAX_VALUE, Long.MAX_VALUE, 7, AppendOrigin.CLIENT);
        return validator.validateMessagesAndAssignOffsets(PrimitiveRef.ofLong(1_000), new NoMetrics(),
            BufferSupplier.NO_CACHING).validatedRecords().buffer();
    }

    private static final class NoMetrics implements LogValidator.MetricsRecorder {
        public void recordInvalidMagic() { }
        public void recordInvalidOffset() { }
        public void recordInvalidChecksums() { }
        public void recordInvalidSequence() { }
        public void recordNoKeyCompactedTopic() { }
    }

    private static ObjectNode shown(ByteBuffer bytes) throws IOException {
        MutableRecordBatch found = MemoryRecords.readableRecords(bytes.duplicate()).batches().iterator().next();
        DefaultRecordBatch batch = (DefaultRecordBatch) found;
        batch.ensureValid();
        ObjectNode node = JSON.createObjectNode();
        node.put("baseOffset", String.valueOf(batch.baseOffset()));
        node.put("length", batch.sizeInBytes());
        node.put("leaderEpoch", batch.partitionLeaderEpoch());
        node.put("magic", batch.magic());
        node.put("crc", batch.checksum());
        node.put("lastOffset", String.valueOf(batch.lastOffset()));
        node.put("baseTimestamp", String.valueOf(batch.baseTimestamp()));
        node.put("maxTimestamp", String.valueOf(batch.maxTimestamp()));
        node.put("producerId", String.valueOf(batch.producerId()));
        node.put("producerEpoch", batch.producerEpoch());
        node.put("baseSequence", batch.baseSequence());
        node.put("count", batch.countOrNull());
        node.put("codec", batch.compressionType().name);
        node.put("appendTime", batch.timestampType() == TimestampType.LOG_APPEND_TIME);
        node.put("transactional", batch.isTransactional());
        node.put("control", batch.isControlBatch());
        node.put("canonicalCrc", canonicalCrc(batch, bytes.duplicate()));
        ArrayNode records = node.putArray("records");
        for (Record record : batch) records.add(shown(record));
        return node;
    }

    private static ObjectNode shown(Record record) {
        ObjectNode node = JSON.createObjectNode();
        node.put("offset", String.valueOf(record.offset()));
        node.put("timestamp", String.valueOf(record.timestamp()));
        node.put("key", base64(record.key()));
        node.put("value", base64(record.value()));
        ArrayNode headers = node.putArray("headers");
        for (Header header : record.headers()) {
            ArrayNode pair = headers.addArray();
            pair.add(base64(ByteBuffer.wrap(header.key().getBytes(StandardCharsets.UTF_8))));
            pair.add(header.value() == null ? null : base64(ByteBuffer.wrap(header.value())));
        }
        return node;
    }

    private static String base64(ByteBuffer bytes) {
        if (bytes == null) return null;
        byte[] copy = new byte[bytes.remaining()];
        bytes.duplicate().get(copy);
        return Base64.getEncoder().encodeToString(copy);
    }

    /** The checksum that Kafka's own header writer computes for the same batch without a producer. */
    private static long canonicalCrc(DefaultRecordBatch batch, ByteBuffer bytes) {
        ByteBuffer plain = ByteBuffer.allocate(batch.sizeInBytes());
        bytes.limit(bytes.position() + batch.sizeInBytes());
        plain.put(bytes);
        plain.flip();
        int lastOffsetDelta = (int) (batch.lastOffset() - batch.baseOffset());
        DefaultRecordBatch.writeHeader(plain, 0L, lastOffsetDelta, batch.sizeInBytes(), (byte) 2,
            batch.compressionType(), batch.timestampType(), batch.baseTimestamp(), batch.maxTimestamp(), -1L, (short) -1,
            -1, false, batch.isControlBatch(), false, -1, batch.countOrNull());
        MemoryRecords rewritten = MemoryRecords.readableRecords((ByteBuffer) plain.rewind());
        DefaultRecordBatch written = (DefaultRecordBatch) rewritten.batches().iterator().next();
        written.ensureValid();
        return written.checksum();
    }
}
