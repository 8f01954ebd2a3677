import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;

/** Things that differ whenever a program is started again. */
final class Chance {
    private static final SecureRandom SECURE = new SecureRandom();

    private Chance() { }

    static String take() {
        long began = System.nanoTime();
        LockSupport.parkNanos(300_000);
        Path temporary;
        try {
            temporary = Files.createTempFile("gossip", null);
            Files.delete(temporary);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        return ("{\"nap_ns\":%d,\"wall_ms\":%d,\"cpu_ns\":%d,\"pid\":%d,\"thread\":%d,"
            + "\"os_random\":%d,\"random\":%d,\"math\":%s,\"uuid\":\"%s\",\"order\":\"%s\","
            + "\"identity\":%d,\"cpus\":%d,\"temporary\":\"%s\",\"environment\":%d}").formatted(
                System.nanoTime() - began,
                System.currentTimeMillis(),
                ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime(),
                ProcessHandle.current().pid(),
                Thread.currentThread().getId(),
                SECURE.nextInt(),
                ThreadLocalRandom.current().nextInt(),
                Math.random(),
                UUID.randomUUID(),
                Set.of("red", "green", "blue", "black", "white"),
                new Object().hashCode(),
                Runtime.getRuntime().availableProcessors(),
                temporary,
                System.getenv().size());
    }
}
