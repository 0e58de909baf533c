// Prints the id of the workflow run on GitHub that has the newest artifact with the history. Used by ci/history.sh:
//
//   API_TOKEN=... k6 run --quiet --log-format=raw --env DEFAULT_BRANCH=main engine/features/history/find.js
//
// Prints nothing if there is none yet. Exits with 107 and the reason if GitHub cannot be asked.

import { hide } from '../../vu/failures.js';
import { apiAt } from '../sharing/api.js';

/**
 * @typedef {{ expired: boolean, created_at: string, workflow_run: null | { id: number, head_branch: string,
 *   repository_id: number, head_repository_id: number } }} Artifact
 */

export const options = { setupTimeout: '60s', iterations: 1 };

hide(__ENV.API_TOKEN);

export default function nothing() {}

/** @throws if GitHub does not answer */
export function setup() {
  const api = apiAt(__ENV.GITHUB_API_URL, {
    Accept: 'application/vnd.github+json',
    Authorization: `Bearer ${__ENV.API_TOKEN}`,
    'X-GitHub-Api-Version': '2022-11-28',
  });
  const path = `/repos/${__ENV.GITHUB_REPOSITORY}/actions/artifacts?per_page=100&name=${__ENV.ARTIFACT}`;
  /** @type {{ artifacts: Artifact[] }} */
  const { artifacts } = api.call('GET', path);
  // A change from a fork can store an artifact of any name, but not as a run of this repository's own branch.
  const trusted = artifacts.filter(
    ({ expired, workflow_run: run }) =>
      !expired &&
      run?.head_branch === __ENV.DEFAULT_BRANCH &&
      run.head_repository_id === run.repository_id,
  );
  const [newest] = trusted.sort((a, b) => (a.created_at < b.created_at ? 1 : -1));
  if (newest !== undefined) {
    console.log(`run=${newest.workflow_run?.id}`);
  }
}

/** Returns nothing: this is no measurement. */
export function handleSummary() {
  return {};
}
