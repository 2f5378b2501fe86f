// Runs Kafka's own tool for permissions, once for each line of the standard input: its words, with 0x1f between.
// One virtual machine for all of them, and a line of 0x1e before what each prints. The tool itself ends it where a command fails.
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.tools.AclCommand;

class AclCommands {
  public static void main(String[] none) throws Exception {
    var lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      System.out.println("\u001e");
      AclCommand.main(line.split("\u001f"));
    }
  }
}
