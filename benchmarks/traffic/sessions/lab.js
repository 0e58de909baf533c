// JupyterLab: logs in, creates a text file, names it at its first save, writes more, deletes it.

/* global module */

/** @type {(page: any, url: string, password: string) => Promise<void>} */
module.exports = async (page, url, password) => {
  await page.goto(`${url}/lab`);
  await page.fill('#password_input', password);
  await page.click('#login_submit');
  await page.click('.jp-LauncherCard[title="Create a new text file"]');
  const saved = () =>
    page.waitForSelector('.lm-DockPanel-tabBar .lm-mod-current:not(.jp-mod-dirty)');
  await page.click('.jp-FileEditor .cm-content');
  await page.keyboard.type('The night shift starts at ten.');
  await page.keyboard.press('Control+S');
  await page.fill('.jp-Dialog input.jp-mod-styled', 'night-shift.txt');
  await page.click('.jp-Dialog .jp-mod-accept');
  const item = page.locator('.jp-DirListing-item', { hasText: 'night-shift.txt' });
  await item.waitFor();
  await saved();
  await page.click('.jp-FileEditor .cm-content');
  await page.keyboard.type(' It ends at six.');
  await page.keyboard.press('Control+S');
  await saved();
  await item.click();
  await page.keyboard.press('Delete');
  await page.click('.jp-Dialog .jp-mod-accept');
  await item.waitFor({ state: 'detached' });
};
