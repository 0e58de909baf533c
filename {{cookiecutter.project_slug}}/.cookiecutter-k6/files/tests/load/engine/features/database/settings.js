import { address } from './addresses.js';

/** Settings of the database tests. */
export const settings = {
  DATABASE_URL: address(
    ['postgres', 'postgresql'],
    'postgres://user:password@localhost:5432/db?sslmode=disable',
    'Database under test, or the one whose changes are captured',
  ),
};
