// Where a run is found: addresses of the CI system, out of the variables that it sets.

/** What may be put into a link: CI systems set these, but a job can change them. */
const ADDRESS = /^https?:\/\/[\w.:[\]-]+(?:\/[\w.~@%+-]+)*\/?$/;

/**
 * Addresses of a run in the CI system. Undefined where there is none, for example on a developer's machine.
 *
 * @param {Record<string, string | undefined>} variables of the environment
 * @returns {{ run?: string, report?: string, commits?: string }} `run`: the job; `report`: report.html, if it can be
 *   opened without a download; `commits`: address that a commit completes
 * @example linksOf(__ENV).run // 'https://github.com/acme/shop/actions/runs/7'
 */
export function linksOf(variables) {
  const links = variables.GITHUB_REPOSITORY ? onGithub(variables) : onGitlab(variables);
  return Object.fromEntries(Object.entries(links).filter(([, url]) => ADDRESS.test(url ?? '')));
}

/** @param {Record<string, string | undefined>} variables */
function onGithub(variables) {
  const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository } = variables;
  // A workflow that speaks for another one names the run of that one.
  const id = variables.TESTED_RUN_ID || variables.GITHUB_RUN_ID;
  const project = `${server}/${repository}`;
  return {
    run: id && `${project}/actions/runs/${id}`,
    commits: `${project}/commit`,
  };
}

/** @param {Record<string, string | undefined>} variables */
function onGitlab(variables) {
  const { CI_PROJECT_URL: project, TESTED_JOB_ID, CI_JOB_ID } = variables;
  const job = `${project}/-/jobs/${TESTED_JOB_ID || CI_JOB_ID}`;
  const page = `${variables.SUITE_PATH || 'tests/load/'}results/${variables.TESTED_RUN}/report.html`;
  return {
    run: project && job,
    report: project && variables.TESTED_RUN && `${job}/artifacts/file/${page}`,
    commits: project && `${project}/-/commit`,
  };
}
