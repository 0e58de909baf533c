import { list } from '../../settings/kinds.js';

/** Settings of the resource tests. */
export const settings = {
  RESOURCES: list([], 'Rows of `config/resources.js` that the test `resources` runs; default: all'),
};
