import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** A pool of threads with a schedule gossips; the main thread answers. */
final class Scheduled {
    public static void main(String[] args) throws IOException {
        Node node = new Node(args);
        ScheduledExecutorService pool = Executors.newScheduledThreadPool(2);
        pool.scheduleAtFixedRate(() -> node.gossip(node.quiet ? "{}" : Chance.take()),
            Node.GOSSIP_MS, Node.GOSSIP_MS, TimeUnit.MILLISECONDS);
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            node.handle(line);
        }
        System.exit(0);
    }
}
