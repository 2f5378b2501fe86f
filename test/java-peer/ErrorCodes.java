// Tells the error codes of kafka-clients by name, one a line, in one frame on standard output.
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.protocol.Errors;

public final class ErrorCodes {
    public static void main(String[] args) throws IOException {
        StringBuilder lines = new StringBuilder();
        for (Errors error : Errors.values()) lines.append(error.name()).append(' ').append(error.code()).append('\n');
        byte[] text = lines.toString().getBytes(StandardCharsets.UTF_8);
        DataOutputStream out = new DataOutputStream(System.out);
        out.writeInt(5 + text.length);
        out.writeByte(0);
        out.writeInt(text.length);
        out.write(text);
        out.flush();
    }
}
