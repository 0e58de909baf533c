import { choice, duration } from '../../settings/kinds.js';
import { address } from '../database/addresses.js';

/** Settings of the tests of change data capture. */
export const settings = {
  MONGODB_URL: address(
    ['mongodb', 'mongodb+srv'],
    'mongodb://user:password@localhost:27017/db',
    'Database where the pipeline ends; include its name',
  ),
  READ_URL: address(
    ['http', 'https', 'postgres', 'postgresql'],
    'http://localhost:8000/api/v1',
    'Where the pipeline ends when that is an API or another PostgreSQL',
  ),
  CDC_READ: choice(
    /** @type {const} */ (['mongodb', 'http', 'sql']),
    'mongodb',
    'Where the pipeline ends; selects the row of `readSides` in `config/cdc.js`',
  ),
  CDC_DRAIN: duration(
    '30s',
    'Longest wait at the end of a run for the pipeline to catch up; rows missing then are lost',
  ),
};
