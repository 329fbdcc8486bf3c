import java.util.concurrent.CountDownLatch;
import org.codelibs.opensearch.runner.OpenSearchRunner;

/**
 * One OpenSearch node with its security plugin on the loopback address, until the process is ended:
 * Server FOLDER HTTP_PORT TRANSPORT_PORT. The certificates and the plugin's own settings lie in FOLDER/node_1/config.
 */
public class Server {
    public static void main(String[] arguments) throws Exception {
        int port = Integer.parseInt(arguments[1]);
        OpenSearchRunner runner = new OpenSearchRunner();
        runner.setMaxHttpPort(65535);
        runner.onBuild((number, settings) -> {
            settings.put("network.host", "127.0.0.1");
            settings.put("transport.port", arguments[2]);
            settings.put("discovery.type", "single-node");
            // The test's own disk may be nearly full; the documents are few.
            settings.put("cluster.routing.allocation.disk.threshold_enabled", "false");
            for (String layer : new String[] {"http", "transport"}) {
                settings.put("plugins.security.ssl." + layer + ".pemcert_filepath", "node.pem");
                settings.put("plugins.security.ssl." + layer + ".pemkey_filepath", "node.key");
                settings.put("plugins.security.ssl." + layer + ".pemtrustedcas_filepath", "authority.pem");
            }
            settings.put("plugins.security.ssl.http.enabled", "true");
            settings.put("plugins.security.allow_default_init_securityindex", "true");
            settings.putList("plugins.security.nodes_dn", "CN=node");
            settings.putList("plugins.security.authcz.admin_dn", "CN=admin");
        });
        // The runner numbers its nodes from 1 and adds that to the port.
        runner.build(OpenSearchRunner.newConfigs().basePath(arguments[0]).numOfNode(1).baseHttpPort(port - 1)
            .pluginTypes("org.opensearch.security.OpenSearchSecurityPlugin").clusterName("candour-test-" + port));
        new CountDownLatch(1).await();
    }
}
