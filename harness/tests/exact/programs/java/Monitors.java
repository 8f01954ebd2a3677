import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;

/** Threads that wait for each other's notification; futures, and work for the collector. */
final class Monitors {
    private static final Object TURN = new Object();

    private final Queue<String> lines = new ArrayDeque<>();
    private final ExecutorService pool = Executors.newFixedThreadPool(3);
    private final Node node;

    private Monitors(Node node) {
        this.node = node;
    }

    public static void main(String[] args) throws IOException {
        Monitors monitors = new Monitors(new Node(args));
        start(monitors::answer);
        start(monitors::gossip);
        BufferedReader reader = new BufferedReader(new InputStreamReader(System.in));
        for (String line = reader.readLine(); line != null; line = reader.readLine()) {
            monitors.put(line);
        }
        System.exit(0);
    }

    private interface Work {
        void run() throws InterruptedException;
    }

    private static void start(Work work) {
        Thread thread = new Thread(() -> {
            try {
                for (;;) {
                    work.run();
                }
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        thread.setDaemon(true);
        thread.start();
    }

    private synchronized void put(String line) {
        lines.add(line);
        notifyAll();
    }

    private void answer() throws InterruptedException {
        String line;
        synchronized (this) {
            if (lines.isEmpty()) {
                wait(node.quiet ? 1000 : 50);
            }
            line = lines.poll();
        }
        if (line != null) {
            node.handle(line);
        }
    }

    private void gossip() throws InterruptedException {
        synchronized (TURN) {
            TURN.wait(Node.GOSSIP_MS);
        }
        node.gossip(node.quiet ? "{}" : extras());
    }

    /** Three futures, in the order in which they were done, beside the usual things. */
    private String extras() {
        List<Integer> order = new ArrayList<>();
        CompletableFuture<?>[] jobs = IntStream.range(0, 3)
            .mapToObj(number -> CompletableFuture.supplyAsync(() -> litter(number), pool)
                .thenAccept(done -> {
                    synchronized (order) {
                        order.add(done);
                    }
                }))
            .toArray(CompletableFuture[]::new);
        CompletableFuture.allOf(jobs).join();
        return "{\"order\":%s,\"more\":%s}".formatted(order, Chance.take());
    }

    /** Leaves two megabytes behind. */
    private static int litter(int number) {
        byte[][] pages = new byte[2048][];
        for (int i = 0; i < pages.length; i++) {
            pages[i] = new byte[1024];
        }
        return number + pages[number].length;
    }
}
