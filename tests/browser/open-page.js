// Opens a local page in a real browser without a network, and prints what it saw as JSON.
//
//   node open-page.js BROWSER PAGE [VIEW...]
//
// For each view (default: all): console messages, errors, requests, dialogs, what a reader sees of it. With all
// views also what axe-core finds. CommonJS, because NODE_PATH serves `require` only.

/* global document, process, window */

const { chromium } = require('playwright-core');

const VIEWS = {
  light: { colorScheme: 'light', viewport: { width: 1200, height: 900 } },
  dark: { colorScheme: 'dark', viewport: { width: 1200, height: 900 } },
  phone: { colorScheme: 'light', viewport: { width: 390, height: 844 } },
};

const AXE = require.resolve('axe-core');

async function look(browser, file, view) {
  const context = await browser.newContext({ ...VIEWS[view], offline: true, bypassCSP: false });
  const page = await context.newPage();
  const seen = { view, console: [], requests: [], dialogs: 0 };
  page.on('console', (message) => seen.console.push(message.text()));
  page.on('pageerror', (error) => seen.console.push(String(error)));
  page.on('request', (request) => seen.requests.push(request.url()));
  page.on('dialog', (dialog) => {
    seen.dialogs += 1;
    return dialog.dismiss();
  });
  await page.goto(`file://${file}`);
  seen.heading = await page.innerText('h1');
  seen.text = await page.innerText('body');
  seen.injected = await page.locator('img, iframe, object, body script + script').count();
  seen.charts = await page.locator('figure svg').count();
  seen.overflow = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  seen.heads = await headsInSight(page);
  seen.inSight = await partsInSight(page);
  seen.live = await liveCharts(page);
  seen.sorted = await sorted(page);
  if (process.env.SCREENSHOTS) {
    await page.screenshot({ path: `${process.env.SCREENSHOTS}-${view}.png`, fullPage: true });
  }
  seen.overflowOnPaper = await overflowOnPaper(page);
  await context.close();
  return seen;
}

/** How many columns of the table of endpoints begin and end in sight, before anybody scrolls. */
function headsInSight(page) {
  return page.evaluate(() => {
    const heads = [...document.querySelectorAll('table[data-sortable] thead th')];
    return heads.filter((head) => head.getBoundingClientRect().right <= window.innerWidth).length;
  });
}

/** Which of result, p95 and failed requests are in sight, before anybody scrolls. */
function partsInSight(page) {
  return page.evaluate(() => {
    const tiles = [...document.querySelectorAll('.tile')].map((tile) => [
      tile.querySelector('h2').textContent,
      tile,
    ]);
    const wanted = ['verdict', 'p95', 'Failed'];
    return [['verdict', document.querySelector('.verdict')], ...tiles]
      .filter(([name]) => wanted.includes(name))
      .filter(([, part]) => part.getBoundingClientRect().bottom <= window.innerHeight)
      .map(([name]) => name);
  });
}

/** What charts show by keyboard and pointer, zoomed, and for another endpoint; null without charts of endpoints. */
async function liveCharts(page) {
  const chart = page.locator('.live svg').first();
  const row = page.locator('[data-series] button').first();
  if ((await row.count()) === 0) {
    return null;
  }
  const readouts = () => page.locator('.live').first().locator('.readout').allInnerTexts();
  const last = async () => Number(await chart.getAttribute('aria-valuemax'));
  const seen = { points: { all: await last() } };
  if (seen.points.all < 3) {
    return null;
  }
  await chart.focus();
  await page.keyboard.press('End');
  await page.keyboard.press('ArrowLeft');
  seen.key = { value: await chart.getAttribute('aria-valuetext'), readouts: await readouts() };
  await page.keyboard.press('+');
  seen.points.keyZoom = await last();
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Zoom in' }).first().click();
  seen.points.buttonZoom = await last();
  await page.keyboard.press('Tab');
  await page.getByRole('button', { name: 'Zoom out' }).first().click();
  await chart.scrollIntoViewIfNeeded();
  const { x, y, width, height } = await chart.boundingBox();
  await page.mouse.move(x + 0.2 * width, y + 0.5 * height);
  seen.pointer = await readouts();
  await page.mouse.move(x + 0.12 * width, y + 0.5 * height);
  await page.mouse.down();
  await page.mouse.move(x + 0.6 * width, y + 0.5 * height);
  await page.mouse.up();
  seen.points.dragZoom = await last();
  await page.mouse.dblclick(x + 0.5 * width, y + 0.5 * height);
  seen.points.back = await last();
  await page.mouse.move(0, 0);
  const chosen = () =>
    page.locator('.live select').evaluate((list) => list.selectedOptions[0].text);
  const picked = { before: await chosen(), chartBefore: await chart.innerHTML() };
  await row.click();
  seen.picked = {
    ...picked,
    name: await row.locator('bdi').innerText(),
    selected: await chosen(),
    chart: await chart.innerHTML(),
  };
  await row.click();
  return seen;
}

/** How far anything sticks out of an A4 page with margins of a centimetre. */
async function overflowOnPaper(page) {
  await page.emulateMedia({ media: 'print' });
  await page.setViewportSize({ width: 718, height: 1000 });
  return page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
}

/** The first column after a click on the head of the second, twice. */
async function sorted(page) {
  const button = page.locator('table[data-sortable] th:nth-child(2) button');
  const names = () => page.locator('table[data-sortable] tbody th bdi').allInnerTexts();
  await button.click();
  const down = await names();
  await button.click();
  return { down, up: await names() };
}

/** What axe-core finds; in a page of its own, because the report lets no foreign script run. */
async function accessibility(browser, file) {
  const findings = [];
  for (const colorScheme of ['light', 'dark']) {
    const context = await browser.newContext({ colorScheme, offline: true, bypassCSP: true });
    const page = await context.newPage();
    await page.goto(`file://${file}`);
    await page.evaluate(() => document.querySelectorAll('details').forEach((e) => (e.open = true)));
    await page.addScriptTag({ path: AXE });
    const { violations } = await page.evaluate(() => window.axe.run());
    findings.push(
      ...violations.map(({ id, nodes }) => `${colorScheme}: ${id}: ${nodes[0].html.slice(0, 200)}`),
    );
    await context.close();
  }
  return findings;
}

async function main([executablePath, file, ...views]) {
  // Containers have no user namespaces; the pages are our own.
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  try {
    const seen = [];
    for (const view of views.length > 0 ? views : Object.keys(VIEWS)) {
      seen.push(await look(browser, file, view));
    }
    const findings = views.length > 0 ? null : await accessibility(browser, file);
    console.log(JSON.stringify({ views: seen, accessibility: findings }));
  } finally {
    await browser.close();
  }
}

main(process.argv.slice(2)).catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
