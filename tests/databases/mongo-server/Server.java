import de.bwaldvogel.mongo.MongoServer;
import de.bwaldvogel.mongo.backend.memory.MemoryBackend;

/** Listens on 127.0.0.1 and a free port, prints the port, ends with its standard input. */
public final class Server {
    public static void main(String[] arguments) throws Exception {
        MongoServer server = new MongoServer(new MemoryBackend());
        server.bind("127.0.0.1", 0);
        System.out.println(server.getLocalAddress().getPort());
        while (System.in.read() >= 0) {
            // The parent may say what it likes; only the end counts.
        }
        server.shutdownNow();
        System.exit(0);
    }
}
