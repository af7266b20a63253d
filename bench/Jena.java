// Jena in memory over a file of N-Quads, for `bench.rivals`: a query comes in as one line of JSON, its time or its
// fault goes out as one line. Run by Java's source launcher; needs Debian's libapache-jena-java.

import java.io.BufferedReader;
import java.io.InputStreamReader;
import org.apache.jena.atlas.json.JSON;
import org.apache.jena.query.Dataset;
import org.apache.jena.query.QueryExecution;
import org.apache.jena.query.QueryExecutionFactory;
import org.apache.jena.query.ReadWrite;
import org.apache.jena.rdf.model.Model;
import org.apache.jena.riot.RDFDataMgr;
import org.apache.jena.query.DatasetFactory;

class Jena {
    public static void main(String[] given) throws Exception {
        Dataset data = DatasetFactory.createTxnMem();
        data.begin(ReadWrite.WRITE);
        RDFDataMgr.read(data, given[0]);
        data.commit();
        data.end();
        System.out.println("ready");
        BufferedReader asked = new BufferedReader(new InputStreamReader(System.in, "UTF-8"));
        for (String line; (line = asked.readLine()) != null; ) {
            String query = JSON.parseAny(line).getAsString().value();
            long start = System.nanoTime();
            data.begin(ReadWrite.READ);
            try {
                Model all = data.getUnionModel();
                try (QueryExecution run = QueryExecutionFactory.create(query, DatasetFactory.wrap(all))) {
                    if (run.getQuery().isAskType()) {
                        run.execAsk();
                    } else {
                        run.execSelect().forEachRemaining(row -> row.varNames().forEachRemaining(row::get));
                    }
                }
                System.out.println((System.nanoTime() - start) / 1e6);
            } catch (Exception fault) {
                System.out.println("fault " + fault.getClass().getSimpleName());
            } finally {
                data.end();
            }
        }
    }
}
