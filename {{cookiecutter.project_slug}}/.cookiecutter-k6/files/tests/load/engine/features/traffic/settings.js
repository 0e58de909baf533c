import { choice, list } from '../../settings/kinds.js';

/** Settings of recorded traffic. */
export const settings = {
  TRAFFIC_JOURNEYS: list(
    [],
    'Journeys that the traffic test runs, comma-separated; default: all that were imported',
  ),
  TRAFFIC_CACHE: choice(
    /** @type {const} */ (['new', 'returning']),
    'new',
    'Whose browser the traffic test plays: `new` has nothing cached; `returning` asks only once for what may be cached',
  ),
};
