import k6 from 'k6';
import exec from 'k6/execution';
import { addressOf, orderOf, STATUSES, tracked } from '../../../config/cdc.js';
import { now } from '../database/clock.js';
import { markOf } from '../database/run-mark.js';
import { randomItem, weightedRandom } from '../../../lib/helpers.js';
import { follow, settle } from './follow.js';
import { memoryIndicator, parts, stability } from './metrics.js';
import { openReadSide } from './read-sides.js';
import * as source from './source.js';

/** @typedef {import('./types.js').PipelineTest} PipelineTest */
/** @typedef {import('./types.js').Written} Written */
/** @typedef {ReturnType<typeof follow>} Seen */

/** With more than KEEP rows, a VU deletes its oldest one with the probability REMOVE_SHARE. */
const KEEP = 100;
const REMOVE_SHARE = 0.1;

/** Parts of a run that are compared: later latencies with those of the same VU at the beginning. */
const FIRST_PART = 0.25;
const LAST_PART = 0.75;

/** Rows that were not found and are named in the log, per VU. */
const NAMED = 10;

/** Constant column of every customer. */
const NAME = 'Load Test';

const BACKLOG = `
  SELECT coalesce(max(pg_wal_lsn_diff(pg_current_wal_lsn(), confirmed_flush_lsn)), 0)::float8 / 1048576 AS mb
  FROM pg_replication_slots WHERE slot_type = 'logical' AND database = current_database()`;

const isTrue = (/** @type {boolean} */ ok) => ok;
const CREATED = { 'write succeeded': isTrue };
const UPDATED = { 'update succeeded': isTrue };
const REPLICATED = { 'update was replicated': isTrue };

/** One VU of a pipeline test: writes rows and polls for them on the read side. */
export class Writer {
  /** @param {PipelineTest} row */
  constructor(row) {
    this.row = row;
    this.source = source.openConnection();
    this.side = openReadSide();
    this.mark = markOf();
    this.end = markOf(undefined, row.ending ?? '@loadtest.com');
    /** @type {Written[]} */
    this.rows = [];
    this.first = { count: 0, sum: 0 };
    this.named = 0;
    /** Fewest rows of this VU that deletions leave. */
    this.fewest = 0;
    this.nextReport = 0;
    /** @type {() => keyof NonNullable<PipelineTest['weights']>} */
    this.choose = row.weights === undefined ? () => 'create' : weightedRandom(choices(row.weights));
  }

  /**
   * One iteration.
   *
   * @param {number} vus of the test
   */
  work(vus) {
    const { remove, keep = 0 } = this.row;
    this.fewest = Math.ceil(keep / vus);
    if (remove === 'next') {
      this.rows.slice().forEach((written) => this.remove(written));
    } else if (remove === 'oldest' && this.rows.length > KEEP && Math.random() < REMOVE_SHARE) {
      this.remove(this.rows[0]);
    }
    const action = this.choose();
    if (action === 'create' || this.rows.length === 0) {
      k6.group('Create Customer', () => this.create());
    } else {
      const written = randomItem(this.rows);
      k6.group(TITLES[action], () => this[action](written));
    }
    this.report();
  }

  create() {
    const { row } = this;
    const id = crypto.randomUUID();
    const email = `${row.email(id, __VU, exec.vu.iterationInInstance)}${this.end}`;
    const startedAt = now();
    const { success, ms } = source.insertCustomer(this.source, id, email, row.status, NAME);
    k6.check(success, CREATED);
    if (!success) {
      return;
    }
    /** @type {Written} */
    const written = {
      id,
      values: { id, email, name: NAME },
      referring: [],
      state: row.status,
      revision: 1,
      seen: 0,
      found: false,
    };
    this.rows.push(written);
    const about = { startedAt, writeMs: ms, operation: 'create' };
    const seen = follow(this.side, written, row.find, about);
    k6.check(seen, {
      'row was replicated': ({ found }) => found,
      'email is the same': ({ document }) => document?.email === email,
    });
    this.record(written, seen, ms);
    if (row.update !== undefined && row.weights === undefined) {
      this.update(written);
    }
  }

  /** @param {Written} written */
  update(written) {
    const { times = 1, find } = /** @type {NonNullable<PipelineTest['update']>} */ (
      this.row.update
    );
    let writeMs = 0;
    let startedAt = 0;
    for (let count = 0; count < times; count += 1) {
      startedAt = now();
      writeMs = this.change(written);
      if (writeMs < 0) {
        return;
      }
    }
    const seen = follow(this.side, written, find, { startedAt, writeMs, operation: 'update' });
    k6.check(seen.found, REPLICATED);
    this.record(written, seen, writeMs);
  }

  /**
   * @param {Written} written
   * @returns {number} duration in milliseconds; negative on failure
   */
  change(written) {
    const others = STATUSES.filter((other) => other !== written.state);
    const state = this.row.update?.status || randomItem(others);
    const { success, rows, ms } = source.updateCustomerStatus(this.source, written.id, state);
    k6.check(success, UPDATED);
    if (!success) {
      return -1;
    }
    written.state = state;
    written.revision = Number(rows[0]?.revision ?? written.revision + 1);
    return ms;
  }

  /** @param {Written} written */
  address(written) {
    const id = crypto.randomUUID();
    const values = addressOf(id, written.id, this.mark);
    this.refer(written, 'addresses', id, source.insertAddress(this.source, values));
  }

  /** @param {Written} written */
  order(written) {
    const id = crypto.randomUUID();
    const values = orderOf(id, written.id, this.mark);
    this.refer(written, 'orders', id, source.insertOrder(this.source, values));
  }

  /**
   * @param {Written} written
   * @param {string} table
   * @param {string} id
   * @param {{ success: boolean }} result
   */
  refer(written, table, id, { success }) {
    k6.check(success, CREATED);
    if (success) {
      written.referring.push({ table, id });
    }
  }

  /**
   * Deletes a row, unless the read side does not have it (yet): then it stays for the comparison at the end of the run.
   *
   * @param {Written} written
   */
  remove(written) {
    this.rows.splice(this.rows.indexOf(written), 1);
    if (settle(this.side, written)) {
      source.deleteCustomer(this.source, written.id);
    }
  }

  /** @param {Written} written */
  delete(written) {
    if (this.rows.length > this.fewest) {
      this.remove(written);
    }
  }

  /**
   * @param {Written} written
   * @param {Seen} seen
   * @param {number} writeMs
   */
  record(written, seen, writeMs) {
    const { row } = this;
    if (row.detailed) {
      recordParts(seen, writeMs);
    }
    if (row.checkpoint !== undefined) {
      this.watch(seen.totalMs);
    }
    const isNamed = !seen.found && this.named < NAMED;
    if (isNamed || (seen.found && Math.random() < (row.log ?? 0))) {
      this.named += isNamed ? 1 : 0;
      const { totalMs, attempts, found } = seen;
      const text = `${tracked.table} ${written.id} in state ${written.state}`;
      console[found ? 'log' : 'warn'](
        `${text}: ${found ? 'found' : 'not found'} after ${Math.round(totalMs)} ms, ${attempts} polls`,
      );
    }
  }

  /**
   * Compares a latency with the first ones. Below one polling interval, differences are only those of the polls.
   *
   * @param {number} ms
   */
  watch(ms) {
    const { first } = this;
    const { progress } = exec.scenario;
    if (progress < FIRST_PART) {
      first.count += 1;
      first.sum += ms;
    } else if (first.count > 0) {
      const usual = Math.max(first.sum / first.count, this.row.find.every * 1000);
      stability.add(ms / usual, { part: progress < LAST_PART ? 'middle' : 'end' });
    }
  }

  /** Logs the progress of the first VU at each checkpoint. */
  report() {
    const { checkpoint } = this.row;
    if (checkpoint === undefined || exec.vu.idInTest !== 1 || Date.now() < this.nextReport) {
      return;
    }
    this.nextReport = Date.now() + checkpoint * 1000;
    const backlog = Number(this.source.run(BACKLOG).rows[0]?.mb ?? 0);
    memoryIndicator.add(backlog);
    const rows = this.rows.length;
    console.log(
      `checkpoint: ${rows} rows of VU 1, ${backlog.toFixed(1)} MB of replication backlog`,
    );
  }
}

const TITLES = {
  update: 'Update Customer',
  address: 'Add Address',
  order: 'Create Order',
  delete: 'Delete Customer',
};

/** @param {NonNullable<PipelineTest['weights']>} weights */
function choices(weights) {
  const names = /** @type {(keyof typeof weights)[]} */ (Object.keys(weights));
  return names.map((value) => ({ weight: weights[value], value }));
}

/**
 * Records the latency in parts. The three parts add up to the total.
 *
 * @param {Seen} seen
 * @param {number} writeMs
 */
function recordParts({ found, attempts, totalMs, confirmMs }, writeMs) {
  parts.whole.add(totalMs);
  parts.write.add(writeMs);
  parts.propagation.add(totalMs - writeMs - confirmMs);
  parts.confirm.add(confirmMs);
  parts.success.add(found);
  parts.attempts.add(attempts);
}
