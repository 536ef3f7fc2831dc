import ca.uhn.fhir.context.FhirContext;
import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.management.OperatingSystemMXBean;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.zip.GZIPInputStream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.hl7.fhir.r4.model.Bundle;
import org.hl7.fhir.r4.model.Communication;

/**
 * Fetches messages as a program on the JVM would: {@code Peer.java (jackson|hapi) TABLES DATABASE}. It does so a few times,
 * each into a database of its own, and tells the figures of the last: the JVM is warm then. See ../README.md.
 */
public final class Peer {
  private static final int RUNS = 4;
  private static final int PREVIEW = 200;

  /** What is written of a record. */
  record Row(
      String id, String version, String head, String subject, String from, boolean outgoing, String at, String text) {}

  /** What is written of a page, and where the next one is. */
  record Read(List<Row> rows, String next) {}

  interface Reader {
    Read read(InputStream body) throws IOException;
  }

  public static void main(String[] arguments) throws Exception {
    Reader reader =
        switch (arguments[0]) {
          case "jackson" -> Jackson::read;
          case "hapi" -> new Hapi()::read;
          default -> throw new IllegalArgumentException(arguments[0]);
        };
    var tables = Files.readString(Path.of(arguments[1]));
    var http = HttpClient.newBuilder().sslContext(trusting(System.getenv("PEER_ROOT"))).build();
    var os = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    for (int run = 1; run <= RUNS; run++) {
      long wall = System.nanoTime();
      long cpu = os.getProcessCpuTime();
      try (var store = new Store(arguments[2] + run, tables)) {
        for (var url = System.getenv("PEER_FIRST"); url != null; ) {
          var page = reader.read(get(http, url));
          store.write(page.rows());
          url = page.next();
        }
        cpu = (os.getProcessCpuTime() - cpu) / 1000;
        wall = (System.nanoTime() - wall) / 1000;
        if (run == RUNS) {
          System.out.printf(
              "{\"sync_cpu_us\":%d,\"sync_wall_us\":%d,\"messages\":%d}%n", cpu, wall, store.count());
        }
      }
    }
  }

  private static InputStream get(HttpClient http, String url) throws Exception {
    var request =
        HttpRequest.newBuilder(URI.create(url))
            .header("accept", "application/fhir+json")
            .header("accept-encoding", "gzip")
            .header("authorization", "Bearer " + System.getenv("PEER_TOKEN"))
            .build();
    var answer = http.send(request, BodyHandlers.ofByteArray());
    var body = new ByteArrayInputStream(answer.body());
    var packed = answer.headers().firstValue("content-encoding").orElse("").equals("gzip");
    return packed ? new GZIPInputStream(body) : body;
  }

  private static SSLContext trusting(String file) throws Exception {
    var roots = KeyStore.getInstance(KeyStore.getDefaultType());
    roots.load(null);
    try (var pem = Files.newInputStream(Path.of(file))) {
      roots.setCertificateEntry("portal", CertificateFactory.getInstance("X.509").generateCertificate(pem));
    }
    var managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    managers.init(roots);
    var context = SSLContext.getInstance("TLS");
    context.init(null, managers.getTrustManagers(), null);
    return context;
  }

  private static String last(String reference) {
    return reference.substring(reference.lastIndexOf('/') + 1);
  }

  /** The members that are written, bound to fields. */
  static final class Jackson {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    @JsonIgnoreProperties(ignoreUnknown = true)
    record Page(List<Link> link, List<Entry> entry) {}

    record Link(String relation, String url) {}

    @JsonIgnoreProperties(ignoreUnknown = true)
    record Entry(Record resource) {}

    @JsonIgnoreProperties(ignoreUnknown = true)
    record Record(
        String id, Meta meta, List<Reference> partOf, Concept topic, Reference sender, String sent, List<Part> payload) {}

    @JsonIgnoreProperties(ignoreUnknown = true)
    record Meta(String versionId) {}

    @JsonIgnoreProperties(ignoreUnknown = true)
    record Reference(String reference, String display) {}

    @JsonIgnoreProperties(ignoreUnknown = true)
    record Concept(String text) {}

    @JsonIgnoreProperties(ignoreUnknown = true)
    record Part(String contentString) {}

    static Read read(InputStream body) throws IOException {
      var page = MAPPER.readValue(body, Page.class);
      var rows = new ArrayList<Row>();
      for (var entry : page.entry() == null ? List.<Entry>of() : page.entry()) {
        var it = entry.resource();
        var parts = it.payload() == null ? List.<Part>of() : it.payload();
        var text =
            parts.stream().map(Part::contentString).filter(t -> t != null).collect(Collectors.joining("\n\n"));
        var sender = it.sender() == null ? new Reference(null, null) : it.sender();
        var parents = it.partOf() == null ? List.<Reference>of() : it.partOf();
        rows.add(
            new Row(
                it.id(),
                it.meta().versionId(),
                parents.isEmpty() ? it.id() : last(parents.get(0).reference()),
                it.topic() == null || it.topic().text() == null ? "" : it.topic().text(),
                sender.display() == null ? "" : sender.display(),
                sender.reference() != null && sender.reference().startsWith("Patient/"),
                it.sent() == null ? "" : it.sent(),
                text));
      }
      var next = page.link().stream().filter(link -> link.relation().equals("next")).findFirst();
      return new Read(rows, next.map(Link::url).orElse(null));
    }
  }

  /** The model of HAPI FHIR. */
  static final class Hapi {
    private final FhirContext fhir = FhirContext.forR4();

    Read read(InputStream body) {
      var page = fhir.newJsonParser().parseResource(Bundle.class, body);
      var rows = new ArrayList<Row>();
      for (var entry : page.getEntry()) {
        var it = (Communication) entry.getResource();
        var text =
            it.getPayload().stream()
                .filter(Communication.CommunicationPayloadComponent::hasContentStringType)
                .map(part -> part.getContentStringType().getValue())
                .collect(Collectors.joining("\n\n"));
        var id = it.getIdElement().getIdPart();
        var sender = it.getSender();
        rows.add(
            new Row(
                id,
                it.getMeta().getVersionId(),
                it.hasPartOf() ? last(it.getPartOfFirstRep().getReference()) : id,
                it.getTopic().hasText() ? it.getTopic().getText() : "",
                sender.hasDisplay() ? sender.getDisplay() : "",
                sender.hasReference() && sender.getReference().startsWith("Patient/"),
                it.hasSent() ? it.getSentElement().getValueAsString() : "",
                text));
      }
      var next = page.getLink(Bundle.LINK_NEXT);
      return new Read(rows, next == null ? null : next.getUrl());
    }
  }

  /** The database. */
  static final class Store implements AutoCloseable {
    private final Connection db;
    private final Map<String, Thread> threads = new HashMap<>();

    static final class Thread {
      long id;
      String subject = "";
      String at = "";
      String from = "";
      String text = "";
      int messages;
    }

    Store(String path, String tables) throws SQLException {
      db = DriverManager.getConnection("jdbc:sqlite:" + path);
      try (var statement = db.createStatement()) {
        statement.execute("PRAGMA journal_mode = WAL");
        statement.execute("PRAGMA synchronous = NORMAL");
        statement.executeUpdate(tables);
      }
      db.setAutoCommit(false);
    }

    void write(List<Row> rows) throws SQLException {
      var changed = new HashSet<Thread>();
      try (var newThread = db.prepareStatement("INSERT INTO thread VALUES (?, ?, '', '', '', '', 0)");
          var newMessage = db.prepareStatement("INSERT INTO message VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
          var newWords = db.prepareStatement("INSERT INTO message_text (rowid, text) VALUES (?, ?)");
          var setThread =
              db.prepareStatement(
                  "UPDATE thread SET subject = ?, last_at = ?, last_from = ?, last_text = ?, messages = ? WHERE id = ?")) {
        for (var row : rows) {
          var thread = threads.get(row.head());
          if (thread == null) {
            thread = new Thread();
            thread.id = threads.size() + 1;
            threads.put(row.head(), thread);
            newThread.setLong(1, thread.id);
            newThread.setString(2, row.head());
            newThread.addBatch();
          }
          changed.add(thread);
          if (thread.subject.isEmpty()) {
            thread.subject = row.subject();
          }
          if (row.text().isEmpty()) {
            continue;
          }
          messages++;
          newMessage.setLong(1, messages);
          newMessage.setString(2, row.id());
          newMessage.setString(3, row.version());
          newMessage.setLong(4, thread.id);
          newMessage.setString(5, row.from());
          newMessage.setBoolean(6, row.outgoing());
          newMessage.setString(7, row.at());
          newMessage.setString(8, row.text());
          newMessage.addBatch();
          newWords.setLong(1, messages);
          newWords.setString(2, row.text());
          newWords.addBatch();
          thread.messages++;
          if (row.at().compareTo(thread.at) >= 0) {
            thread.at = row.at();
            thread.from = row.from();
            thread.text = row.text().substring(0, Math.min(PREVIEW, row.text().length()));
          }
        }
        newThread.executeBatch();
        newMessage.executeBatch();
        newWords.executeBatch();
        for (var thread : changed) {
          setThread.setString(1, thread.subject);
          setThread.setString(2, thread.at);
          setThread.setString(3, thread.from);
          setThread.setString(4, thread.text);
          setThread.setInt(5, thread.messages);
          setThread.setLong(6, thread.id);
          setThread.addBatch();
        }
        setThread.executeBatch();
      }
      db.commit();
    }

    private long messages;

    long count() throws SQLException {
      try (var statement = db.createStatement();
          var found = statement.executeQuery("SELECT count(*) FROM message")) {
        return found.getLong(1);
      }
    }

    @Override
    public void close() throws SQLException {
      db.close();
    }
  }
}
