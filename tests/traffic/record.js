// Records a session of a person in a real browser as a HAR file.
//
//   node record.js BROWSER SCENARIO URL PASSWORD HAR [PROXY]
//
// SCENARIO: one of those below, or a module that exports one.
//
// CommonJS, because NODE_PATH serves `require` only.

/* global document, fetch, process */

const { chromium } = require('playwright-core');

const scenarios = {
  /** Logs in to Django's admin, adds a group, renames it, deletes it, logs out. */
  async admin(page, url, password) {
    await page.goto(`${url}/admin/`);
    await page.fill('#id_username', 'recorder');
    await page.fill('#id_password', password);
    await page.click('input[type=submit]');
    await page.click('a[href$="/auth/group/"] >> nth=0');
    await page.click('a[href$="/auth/group/add/"] >> nth=-1');
    await page.fill('#id_name', 'Night shift');
    await page.click('input[name=_save]');
    await page.click('#result_list a:has-text("Night shift")');
    await page.fill('#id_name', 'Early shift');
    await page.click('input[name=_continue]');
    await page.click('a.deletelink');
    await page.click('input[type=submit] >> nth=-1');
    await page.waitForSelector('.messagelist');
  },

  /** Logs in to the single-page application, adds a ticket, changes it, comments on it; also changes one of others. */
  async desk(page, url, password) {
    await page.goto(url);
    await page.fill('#email', 'recorder@example.com');
    await page.fill('#password', password);
    await page.click('#enter');
    await page.waitForFunction(() => document.getElementById('list').textContent !== '');
    await page.fill('#title', 'Printer on fire');
    await page.click('#add');
    await page.waitForSelector('#state:has-text("added")');
    await page.fill('#change', 'Printer still on fire');
    await page.click('#save');
    await page.waitForSelector('#state:has-text("saved")');
    await page.click('#say');
    await page.waitForSelector('#state:has-text("said")');
    await page.click('#spoil');
    await page.waitForSelector('#state:has-text("spoiled")');
  },
};

/** Sends JSON as a script of the page would, and returns the answer. */
function call(page, method, path, body, token) {
  return page.evaluate(
    async ([way, address, content, authorization]) => {
      const response = await fetch(address, {
        method: way,
        headers: {
          'Content-Type': 'application/json',
          ...(authorization && { Authorization: authorization }),
        },
        body: content && JSON.stringify(content),
      });
      return response.status === 204 ? undefined : response.json();
    },
    [method, path, body, token],
  );
}

Object.assign(scenarios, {
  /** A REST service with token login: adds a group, renames it, lists, deletes it. */
  async rest(page, url, password) {
    await page.goto(url);
    const login = await call(page, 'POST', '/api/login/', { username: 'recorder', password });
    const token = `Token ${login.token}`;
    await call(page, 'GET', '/api/groups/', undefined, token);
    const made = await call(page, 'POST', '/api/groups/', { name: 'Night shift' }, token);
    await call(page, 'GET', `/api/groups/${made.id}/`, undefined, token);
    await call(page, 'PATCH', `/api/groups/${made.id}/`, { name: 'Early shift' }, token);
    await call(page, 'GET', '/api/groups/', undefined, token);
    await call(page, 'DELETE', `/api/groups/${made.id}/`, undefined, token);
  },

  /** A GraphQL service with token login: adds a book, renames it, deletes it. */
  async graphql(page, url, password) {
    await page.goto(url);
    const ask = async (query, variables, token) => {
      const name = /(query|mutation) (\w+)/.exec(query)[2];
      const content = { operationName: name, query, variables };
      return (await call(page, 'POST', '/graphql', content, token)).data;
    };
    const { login } = await ask(
      'mutation SignIn($email: String!, $password: String!) { login(email: $email, password: $password) { token } }',
      { email: 'recorder@example.com', password },
    );
    const token = `Bearer ${login.token}`;
    await ask('query Shelf { books { id title } }', {}, token);
    const { createBook } = await ask(
      'mutation CreateBook($title: String!) { createBook(title: $title) { id title } }',
      { title: 'Printing for beginners' },
      token,
    );
    const { id } = createBook;
    await ask('query OneBook($id: ID!) { book(id: $id) { id title } }', { id }, token);
    await ask(
      'mutation RenameBook($id: ID!, $title: String!) { renameBook(id: $id, title: $title) { id title } }',
      { id, title: 'Printing for experts' },
      token,
    );
    await ask('mutation DeleteBook($id: ID!) { deleteBook(id: $id) }', { id }, token);
  },
});

async function main([browserPath, scenario, url, password, har, proxy]) {
  const browser = await chromium.launch({
    executablePath: browserPath,
    timeout: 120000,
    args: ['--no-sandbox', ...(proxy ? ['--proxy-bypass-list=<-loopback>'] : [])],
    ...(proxy && { proxy: { server: proxy } }),
  });
  const context = await browser.newContext({
    ...(proxy ? {} : { recordHar: { path: har, content: 'embed', mode: 'full' } }),
  });
  // A machine that runs other tests, too.
  context.setDefaultTimeout(60000);
  const page = await context.newPage();
  try {
    await (scenarios[scenario] ?? require(scenario))(page, url, password);
  } catch (error) {
    process.stderr.write(`${await page.content()}\n`);
    throw error;
  } finally {
    await context.close();
    await browser.close();
  }
}

main(process.argv.slice(2)).catch((error) => {
  process.stderr.write(`${error}\n`);
  process.exitCode = 1;
});
