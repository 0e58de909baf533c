import { choice, duration } from '../../settings/kinds.js';
import { address } from '../database/addresses.js';

/** Settings of the change-data-capture tests. */
export const settings = {
  MONGODB_URL: address(
    ['mongodb', 'mongodb+srv'],
    'mongodb://user:password@localhost:27017/db',
    'MongoDB where the pipeline ends, including the name of the database',
  ),
  READ_URL: address(
    ['http', 'https', 'postgres', 'postgresql'],
    'http://localhost:8000/api/v1',
    'API or PostgreSQL database where the pipeline ends, with `CDC_READ=http` or `sql`',
  ),
  CDC_READ: choice(
    /** @type {const} */ (['mongodb', 'http', 'sql']),
    'mongodb',
    'Read side: where the pipeline ends (row of `readSides` in `config/cdc.js`)',
  ),
  CDC_DRAIN: duration(
    '30s',
    'Maximum wait for the pipeline to catch up at the end of a run; rows still missing then count as lost',
  ),
};
