// Bulk import: sends products in batches, with realistic sizes and prices.
//
//   ./scripts/load-test.sh bulk-import
//   ./scripts/load-test.sh bulk-import --env BULK_ROWS=1000 --env DATA_SEED=7
//
// engine/features/tenants/made-rows.js generates the rows, write-csv.js next to it writes them to a CSV file. The same
// DATA_SEED generates the same rows.

import exec from 'k6/execution';
import { Counter, Trend } from 'k6/metrics';
import { checker } from '../lib/checker.js';
import { shop } from '../config/tenants.js';
import { endpoint, jsonAt } from '../lib/http.js';
import { env, writesAllowed } from '../lib/config.js';
import { defineTest, thinkTime } from '../lib/define.js';
import {
  credentialEndpoints,
  tierHeaders,
  tierRequest,
} from '../engine/features/tenants/tenant.js';
import { productRow } from '../engine/features/tenants/made-rows.js';

const sentRows = new Counter('bulk_rows_sent');
const importedRows = new Counter('bulk_rows_imported');
const importDuration = new Trend('bulk_import_duration', true);

const IMPORT = endpoint('POST /bulk/import', '/bulk/import', {
  method: 'POST',
  kind: 'bulk',
  statuses: [200, 201, 202],
});
/** @param {import('../engine/types/suite.js').HttpResponse} response */
function importedBy(response) {
  const count = Number(jsonAt(response, shop.imported));
  return count >= 0 ? count : 0;
}

const verify = checker(IMPORT.name, {
  success: true,
  also: { [`${IMPORT.name} imports every row`]: (r) => importedBy(r) === env.BULK_ROWS },
});

const test = defineTest({
  name: 'bulk-import',
  defaultLoad: {
    scenario: 'bulk_import',
    shape: { executor: 'constant-vus', vus: 5, duration: '2m' },
  },
  endpoints: [IMPORT],
  support: credentialEndpoints,
  prepare: () => {
    if (!writesAllowed) {
      throw new Error(
        'bulk-import writes to the service, which is not on this machine. To allow it: --allow-writes',
      );
    }
    tierHeaders();
  },
  thresholds: {
    http_req_duration: ['p(95)<5000'],
    http_req_failed: ['rate<0.01'],
    checks: ['rate>0.99'],
    bulk_import_duration: ['p(95)<5000'],
    bulk_rows_imported: ['count>0'],
  },
  findings: (metrics) => {
    const rows = (/** @type {string} */ name) => metrics[name]?.values.count ?? 0;
    const [imported, sent] = [rows('bulk_rows_imported'), rows('bulk_rows_sent')];
    return {
      tables: [{ title: 'Import', head: ['rows sent', 'imported'], rows: [[sent, imported]] }],
      reasons: imported < sent ? [`bulk import: ${imported} of ${sent} rows were imported`] : [],
      explains: (metric) => metric === 'bulk_rows_imported' && imported < sent,
    };
  },
  tags: { test_type: 'bulk_import' },
});

export const { options, setup, teardown, handleSummary } = test;

export default test.run(() => {
  const first = exec.scenario.iterationInTest * env.BULK_ROWS;
  const products = Array.from({ length: env.BULK_ROWS }, (_, i) =>
    productRow(env.DATA_SEED, first + i),
  );
  const response = tierRequest(IMPORT, { body: shop.products(products) });
  if (response.status !== 0) {
    importDuration.add(response.timings.duration);
  }
  sentRows.add(env.BULK_ROWS);
  verify(response);
  importedRows.add(importedBy(response));
  thinkTime(1, 3);
});
