// Unleash: logs in, creates a feature flag, gives it a strategy, turns it on, archives and deletes it.

/* global module */

/** @type {(page: any, url: string, password: string) => Promise<void>} */
module.exports = async (page, url, password) => {
  await page.goto(`${url}/login`);
  await page.fill('input[name=username]', 'recorder');
  await page.fill('input[name=password]', password);
  await page.click('button[type=submit]');
  await page.click('text=Got it');
  await page.goto(`${url}/projects/default`);
  await page.click('button:has-text("New feature flag")');
  const dialog = page.getByRole('dialog');
  await dialog.locator('input[type=text]').first().fill('nightshift');
  await dialog.locator('textarea').first().fill('Lamps after ten.');
  await dialog.getByRole('button', { name: 'Create feature flag' }).click();
  await page.waitForURL(/features\/nightshift/);
  await page.click('text=Apply');
  await page.waitForSelector('text=Strategy applied');
  await page.locator('input[type=checkbox]').first().click();
  await page.waitForResponse(/environments\/development\/on/);
  await page.click('[aria-label="Archive feature flag"] >> visible=true');
  await dialog.getByRole('button', { name: /archive/i }).click();
  await page.waitForURL(/projects\/default($|\?)/);
  await page.click('text=View archived flags');
  await page.click('tr:has-text("nightshift") [aria-label="Delete feature flag"] >> visible=true');
  await dialog.locator('input[type=text]').fill('I want to delete');
  await dialog.getByRole('button', { name: 'Delete feature flag' }).click();
  await page.waitForSelector('tr:has-text("nightshift")', { state: 'detached' });
  await page.waitForTimeout(1000);
};
