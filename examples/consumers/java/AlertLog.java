// Prints alerts from Kafka with Kafka's own client. It needs org.apache.kafka:kafka-clients (4.0 or newer) and
// com.fasterxml.jackson.core:jackson-databind; Java 17 runs it as it is, with their jars in a folder:
//   KAFKA_BROKERS=localhost:9092 java -cp 'jars/*' AlertLog.java

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

public final class AlertLog {
  private static final int REMEMBER = 10_000;
  private static final Pattern ALERT = Pattern.compile("vireo\\.alert\\.(new|update|end)\\.v1");
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Ids of events that were handled. In memory: an effect that must happen once is stored together with its id. */
  private final Set<String> seen = new LinkedHashSet<>();

  public static void main(String[] arguments) {
    Map<String, String> env = System.getenv();
    String group = env.getOrDefault("KAFKA_GROUP", "alert-log");
    Map<String, Object> settings =
        Map.of(
            "bootstrap.servers", env.getOrDefault("KAFKA_BROKERS", "localhost:9092"),
            "group.id", group,
            "client.id", group,
            "auto.offset.reset", "earliest",
            "enable.auto.commit", "false",
            "key.deserializer", ByteArrayDeserializer.class,
            "value.deserializer", ByteArrayDeserializer.class);
    AlertLog log = new AlertLog();
    Thread main = Thread.currentThread();
    try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(settings)) {
      // On SIGTERM: finishes the event in hand and leaves the group, so that the others take over at once.
      Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(consumer, main)));
      consumer.subscribe(List.of(env.getOrDefault("KAFKA_TOPIC", "vireo.alerts")));
      for (;;) {
        for (ConsumerRecord<byte[], byte[]> message : consumer.poll(Duration.ofMillis(500))) {
          log.handle(message);
          // After handling, so that a crash in between repeats an event instead of losing it.
          consumer.commitSync(
              Map.of(
                  new TopicPartition(message.topic(), message.partition()),
                  new OffsetAndMetadata(message.offset() + 1)));
        }
      }
    } catch (WakeupException stopped) {
      // As the hook asked.
    }
  }

  private static void stop(KafkaConsumer<byte[], byte[]> consumer, Thread main) {
    boolean asked = main.isAlive();
    consumer.wakeup();
    try {
      main.join();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
    if (asked) Runtime.getRuntime().halt(0);
  }

  /** Prints one line for an event that was not seen before. Delivery is at least once; an event keeps its id. */
  private void handle(ConsumerRecord<byte[], byte[]> message) {
    String id = header(message, "ce_id");
    if (seen.contains(id)) return;
    String type = header(message, "ce_type");
    try {
      // A later version of the type would be another shape.
      if (!ALERT.matcher(type).matches()) throw new IllegalArgumentException(type);
      // It may have been sent before: right for a log, wrong for a siren.
      String history = header(message, "ce_replay").equals("true") ? " [history]" : "";
      System.out.println(describe(JSON.readTree(message.value())) + history);
    } catch (IOException | RuntimeException unreadable) {
      // One that cannot be read must not stop those behind it.
      System.err.println("passed over: event " + id + " of type " + type);
    }
    // Remembered last: what could not be handled comes again.
    seen.add(id);
    if (seen.size() > REMEMBER) seen.remove(seen.iterator().next());
  }

  private static String describe(JsonNode alert) {
    String line =
        String.format(
            Locale.ROOT,
            "%s %s %s %s %.2f",
            text(alert, "lastAt"),
            text(alert, "cameraId"),
            text(alert, "phase"),
            text(alert, "label"),
            alert.required("score").doubleValue());
    if (!text(alert, "phase").equals("end")) return line;
    Duration lasted = Duration.between(Instant.parse(text(alert, "startedAt")), Instant.parse(text(alert, "lastAt")));
    return String.format(
        Locale.ROOT, "%s after %.1f s, %s", line, lasted.toMillis() / 1000.0, text(alert, "endReason"));
  }

  private static String text(JsonNode alert, String field) {
    return alert.required(field).asText();
  }

  private static String header(ConsumerRecord<byte[], byte[]> message, String name) {
    Header found = message.headers().lastHeader(name);
    return found == null ? "" : new String(found.value(), StandardCharsets.UTF_8);
  }
}
