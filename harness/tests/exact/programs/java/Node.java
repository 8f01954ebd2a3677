import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What both Java programs share: what a node has seen, answers and gossips. Keeps each value in a
 * file before it shows it, so that a crash loses nothing. One thread at a time.
 */
final class Node {
    static final int GOSSIP_MS = 100;

    private static final Path FILE = Path.of("seen.txt");

    final boolean quiet;
    private String id;
    private final List<String> peers = new ArrayList<>();
    private final Set<Long> seen = new HashSet<>();
    private final Random random = new Random();

    Node(String[] args) throws IOException {
        quiet = List.of(args).contains("quiet");
        if (Files.exists(FILE)) {
            Files.readAllLines(FILE).forEach(line -> seen.add(Long.valueOf(line)));
        }
    }

    synchronized void handle(String line) {
        String type = field(line, "type");
        switch (type) {
            case "init" -> {
                id = field(line, "node_id");
                peers.addAll(list(line, "node_ids"));
                peers.remove(id);
            }
            case "broadcast" -> add(field(line, "message"));
            case "gossip" -> list(line, "values").forEach(this::add);
            default -> { }
        }
        if (!type.equals("gossip")) {
            String messages = type.equals("read") ? ",\"messages\":" + seen : "";
            send(field(line, "src"), "{\"type\":\"%s_ok\",\"in_reply_to\":%s%s}"
                .formatted(type, field(line, "msg_id"), messages));
        }
    }

    /** Tells one peer everything. Lost messages do not matter: the next one says it again. */
    synchronized void gossip(String chance) {
        if (peers.isEmpty()) {
            return;
        }
        String peer = peers.get(random.nextInt(peers.size()));
        send(peer, "{\"type\":\"gossip\",\"values\":%s,\"chance\":%s}".formatted(seen, chance));
    }

    private void add(String value) {
        if (seen.add(Long.valueOf(value))) {
            try {
                Files.writeString(FILE, value + "\n", StandardOpenOption.CREATE,
                    StandardOpenOption.APPEND);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private void send(String dest, String body) {
        String line = "{\"src\":\"%s\",\"dest\":\"%s\",\"body\":%s}\n".formatted(id, dest, body);
        byte[] bytes = line.getBytes(StandardCharsets.UTF_8);
        System.out.write(bytes, 0, bytes.length);
        System.out.flush();
    }

    /** The text or number that this key has first. */
    private static String field(String line, String key) {
        Matcher matcher = Pattern.compile("\"%s\":\\s*\"?([^\",}\\]]*)".formatted(key)).matcher(line);
        return matcher.find() ? matcher.group(1) : "";
    }

    private static List<String> list(String line, String key) {
        Matcher matcher = Pattern.compile("\"%s\":\\s*\\[([^\\]]*)".formatted(key)).matcher(line);
        String items = matcher.find() ? matcher.group(1).replaceAll("[\" ]", "") : "";
        return Pattern.compile(",").splitAsStream(items)
            .filter(item -> !item.isEmpty())
            .collect(Collectors.toList());
    }
}
