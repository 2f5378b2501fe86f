// Reads and makes messages with the generated classes of kafka-clients, for the test of our codecs. Commands come in
// frames on standard input, answers leave in frames on standard output.
import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.ApiMessageType;
import org.apache.kafka.common.message.RequestHeaderData;
import org.apache.kafka.common.message.ResponseHeaderData;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Message;
import org.apache.kafka.common.protocol.MessageUtil;
import org.apache.kafka.common.protocol.types.BoundField;
import org.apache.kafka.common.protocol.types.Field;
import org.apache.kafka.common.protocol.types.RawTaggedField;
import org.apache.kafka.common.protocol.types.Schema;
import org.apache.kafka.common.protocol.types.Struct;
import org.apache.kafka.common.protocol.types.TaggedFields;
import org.apache.kafka.common.protocol.types.Type;
import org.apache.kafka.common.record.internal.MemoryRecords;

public final class MessagePeer {
    private static final Map<Class<?>, Method> CONVERTERS = new HashMap<>();

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
            byte what = bytes.get();
            Spoken spoken = new Spoken(bytes.get() == 1, bytes.getShort(), bytes.getShort());
            if (what == 'C') check(spoken, bytes.slice(), out);
            else generate(spoken, bytes.getInt(), bytes.getLong(), out);
        }
    }

    /** Decodes, encodes again, and shows the fields; what differs is the answer's text. */
    private static void check(Spoken spoken, ByteBuffer bytes, DataOutputStream out) throws IOException {
        byte result = 0;
        String text;
        try {
            text = readAndCompare(spoken, bytes);
        } catch (Exception error) {
            result = 1;
            text = String.valueOf(error);
        }
        answer(out, result, text, new byte[0]);
    }

    private static String readAndCompare(Spoken spoken, ByteBuffer bytes) throws Exception {
        ByteBuffer original = bytes.duplicate();
        ByteBufferAccessor reader = new ByteBufferAccessor(bytes);
        Message header = spoken.newHeader();
        header.read(reader, spoken.headerVersion());
        Message body = spoken.newBody();
        body.read(reader, spoken.version);
        if (bytes.hasRemaining()) throw new IllegalStateException(bytes.remaining() + " bytes are left over");
        ByteBuffer again = ByteBuffer.allocate(original.remaining() + 4096);
        again.put(MessageUtil.toByteBufferAccessor(header, spoken.headerVersion()).buffer());
        again.put(MessageUtil.toByteBufferAccessor(body, spoken.version).buffer());
        again.flip();
        if (!again.equals(original)) throw new IllegalStateException("Kafka writes other bytes: " + hex(again));
        return shown(spoken, header, body);
    }

    /** Random messages, laid out by the schemas and then read by the message classes. */
    private static void generate(Spoken spoken, int count, long seed, DataOutputStream out) throws Exception {
        Made made = new Made(new Random(seed), spoken);
        for (int i = 0; i < count; i++) {
            ByteBuffer bytes = ByteBuffer.allocate(1 << 17);
            made.write(spoken.headerSchema(), bytes);
            made.write(spoken.bodySchema(), bytes);
            bytes.flip();
            ByteBufferAccessor reader = new ByteBufferAccessor(bytes.duplicate());
            Message header = spoken.newHeader();
            header.read(reader, spoken.headerVersion());
            Message body = spoken.newBody();
            body.read(reader, spoken.version);
            byte[] written = new byte[bytes.remaining()];
            bytes.get(written);
            answer(out, (byte) 0, shown(spoken, header, body), written);
        }
    }

    private static void answer(DataOutputStream out, byte result, String text, byte[] bytes) throws IOException {
        byte[] json = text.getBytes(StandardCharsets.UTF_8);
        out.writeInt(5 + json.length + bytes.length);
        out.writeByte(result);
        out.writeInt(json.length);
        out.write(json);
        out.write(bytes);
    }

    private static String shown(Spoken spoken, Message header, Message body) throws Exception {
        return "[" + json(header, spoken.headerVersion()) + "," + json(body, spoken.version) + "]";
    }

    private static JsonNode json(Message message, short version) throws Exception {
        Method converter = CONVERTERS.get(message.getClass());
        if (converter == null) {
            Class<?> found = Class.forName(message.getClass().getName() + "JsonConverter");
            converter = found.getMethod("write", message.getClass(), short.class, boolean.class);
            CONVERTERS.put(message.getClass(), converter);
        }
        return (JsonNode) converter.invoke(null, message, version, false);
    }

    private static String hex(ByteBuffer bytes) {
        StringBuilder text = new StringBuilder();
        for (ByteBuffer each = bytes.duplicate(); each.hasRemaining();) {
            text.append(String.format("%02x", each.get()));
        }
        return text.toString();
    }

    /** One kind of message in one version. */
    private static final class Spoken {
        final boolean isRequest;
        final short key;
        final ApiMessageType type;
        final short version;

        Spoken(boolean isRequest, short key, short version) {
            this.isRequest = isRequest;
            this.key = key;
            this.type = ApiMessageType.fromApiKey(key);
            this.version = version;
        }

        short headerVersion() {
            return isRequest ? type.requestHeaderVersion(version) : type.responseHeaderVersion(version);
        }

        Message newHeader() {
            return isRequest ? new RequestHeaderData() : new ResponseHeaderData();
        }

        Message newBody() {
            return isRequest ? type.newRequest() : type.newResponse();
        }

        Schema headerSchema() {
            return (isRequest ? RequestHeaderData.SCHEMAS : ResponseHeaderData.SCHEMAS)[headerVersion()];
        }

        Schema bodySchema() {
            return (isRequest ? type.requestSchemas() : type.responseSchemas())[version];
        }
    }

    /** Random values for any schema. */
    private static final class Made {
        private static final String[] ALPHABET = {"a", "z", "Q", "-", ".", "é", "水", "🌊"};
        private final Random random;
        private final Spoken spoken;

        Made(Random random, Spoken spoken) {
            this.random = random;
            this.spoken = spoken;
        }

        void write(Schema schema, ByteBuffer into) {
            schema.write(into, struct(schema));
        }

        private Struct struct(Schema schema) {
            Struct struct = new Struct(schema);
            for (BoundField field : schema.fields()) struct.set(field, value(field.def.type, field.def.name));
            return struct;
        }

        private Object value(Type type, String name) {
            if (type instanceof Schema) return struct((Schema) type);
            if (type instanceof TaggedFields) return tagged((TaggedFields) type);
            if (type.isNullable() && random.nextInt(5) == 0) return null;
            if (type.isArray()) return array(type.arrayElementType().get(), name);
            return primitive(type.toString(), name);
        }

        private Object[] array(Type element, String name) {
            // These calls we make for one coordinator or topic at a time.
            boolean one = name.startsWith("coordinator") || spoken.key == ApiMessageType.DELETE_TOPICS.apiKey();
            Object[] values = new Object[one ? 1 : count()];
            for (int i = 0; i < values.length; i++) values[i] = value(element, name);
            return values;
        }

        /** Now and then so many that the count takes two bytes. */
        private int count() {
            return random.nextInt(400) == 0 ? 130 + random.nextInt(5) : random.nextInt(3);
        }

        /** Known fields, and unknown ones of a future version. */
        private Map<Integer, Object> tagged(TaggedFields type) {
            Map<Integer, Object> values = new TreeMap<>();
            for (Map.Entry<Integer, Field> field : type.fields().entrySet()) {
                if (random.nextBoolean()) {
                    values.put(field.getKey(), value(field.getValue().type, field.getValue().name));
                }
            }
            if (random.nextInt(6) == 0) {
                int tag = 100 + random.nextInt(1000);
                values.put(tag, new RawTaggedField(tag, bytes(random.nextInt(20))));
            }
            return values;
        }

        private Object primitive(String type, String name) {
            switch (type) {
                case "BOOLEAN":
                    return random.nextBoolean();
                case "INT8":
                    return (byte) (name.equals("isolation_level") ? random.nextInt(2) : random.nextInt());
                case "INT16":
                    return shortInteger(name);
                case "UINT16":
                    return random.nextInt(65536);
                case "INT32":
                    // Tagged fields that hold -1 everywhere are as good as absent.
                    return name.equals("leader_id") || name.equals("epoch") ? random.nextInt(9) : integer();
                case "INT64":
                    return random.nextInt(3) == 0 ? random.nextLong() : (long) integer();
                case "UUID":
                    return new Uuid(random.nextLong(), random.nextLong());
                default:
                    return sized(type);
            }
        }

        private Object sized(String type) {
            if (type.endsWith("STRING")) return text();
            int length = random.nextInt(30) == 0 ? random.nextInt(300) : random.nextInt(12);
            byte[] content = new byte[length];
            // The other side, which is told the length, knows the rest.
            for (int i = 0; i < length; i++) content[i] = (byte) (length + i);
            if (type.endsWith("RECORDS")) return MemoryRecords.readableRecords(ByteBuffer.wrap(content));
            if (type.endsWith("BYTES")) return ByteBuffer.wrap(content);
            throw new IllegalStateException("no random value for " + type);
        }

        private short shortInteger(String name) {
            if (name.equals("request_api_key")) return spoken.key;
            if (name.equals("request_api_version")) return spoken.version;
            return (short) (name.equals("acks") ? random.nextInt(3) - 1 : integer());
        }

        private int integer() {
            int[] edges = {-1, 0, 1, Integer.MAX_VALUE, Integer.MIN_VALUE};
            int choice = random.nextInt(8);
            return choice < edges.length ? edges[choice] : random.nextInt();
        }

        private byte[] bytes(int length) {
            byte[] made = new byte[length];
            random.nextBytes(made);
            return made;
        }

        private String text() {
            int length = random.nextInt(40) == 0 ? 100 + random.nextInt(200) : random.nextInt(8);
            StringBuilder made = new StringBuilder();
            for (int i = 0; i < length; i++) made.append(ALPHABET[random.nextInt(ALPHABET.length)]);
            return made.toString();
        }
    }
}
