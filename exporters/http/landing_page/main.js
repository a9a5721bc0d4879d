// Reads the chosen path every few seconds, and listens to the reader.

const TIMEOUT = 10000; // milliseconds
const MAX_WAIT = 30000; // between attempts after errors

// A proxy may serve this page below a prefix, with or without a slash at the end. location.href may contain a password,
// which fetch() refuses.
const base = location.origin + location.pathname.replace(/\/?$/, '/');
for (const link of document.links) link.href = new URL(link.getAttribute('href'), base);
const links = [...document.links].filter((link) => 'metrics' in link.dataset);

const page = new Page();
let link = links[0];
let failures = 0; // since the last success
let request; // the controller of the running one
let isAwake = false; // the next wait is left out
let endWait = () => {};

function wake() {
  isAwake = true;
  endWait();
}

async function wait(milliseconds) {
  let timer;
  if (!isAwake) {
    await new Promise((resolve) => {
      endWait = resolve;
      if (milliseconds) timer = setTimeout(resolve, milliseconds);
    });
  }
  clearTimeout(timer);
  isAwake = false;
}

async function load(url, accept) {
  request = new AbortController();
  const { signal } = request;
  const timer = setTimeout(() => request.abort(`No complete reply in ${TIMEOUT / 1000} s`), TIMEOUT);
  try {
    const reply = await fetch(url, { signal, headers: { Accept: accept }, cache: 'no-store' });
    if (reply.ok) return await reply.text();
    if (reply.status === 401) throw '401 Unauthorized: reload this page to log in';
    throw `The server replied ${reply.status} ${reply.statusText}`.trim();
  } catch (error) {
    throw signal.reason ?? (typeof error === 'string' ? error : 'The server cannot be reached');
  } finally {
    clearTimeout(timer);
  }
}

function showStart() {
  const time = Date.parse(byId('start').dateTime);
  setText(byId('start'), `${localTime(time)} (${ago(time)})`);
}

// Reads the start time again: after errors the process may be another one.
async function readStart() {
  const text = await load(base, 'text/html').catch(() => '');
  const [, start] = /datetime="([^"]*)"/.exec(text) ?? [];
  if (start) byId('start').dateTime = start;
}

async function update() {
  const { source } = page;
  try {
    await source.read(await load(link.href, 'text/plain;version=0.0.4'), Date.now());
    if (source !== page.source) return; // another path was chosen
    page.show();
    if (failures) await readStart();
    failures = 0;
    setText(byId('status'), 'Live');
    setText(byId('updated'), `updated ${new Date().toLocaleTimeString()}`);
  } catch (error) {
    if (source !== page.source) return;
    failures++;
    setText(byId('status'), `${error}. Trying again.`);
  }
  document.body.classList.toggle('failed', failures > 0);
  showStart();
}

async function run() {
  for (;;) {
    const interval = 1000 * byId('interval').value;
    if (document.hidden || !interval) {
      await wait();
    } else {
      await update();
      await wait(failures ? Math.min(MAX_WAIT, interval * 2 ** failures) : interval);
    }
  }
}

// Moves the focus between rows. Further rows are added when the last one is on the screen.
function onKey(event) {
  const { key, target } = event;
  const isFilter = target === byId('filter');
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  if (key === '/' && !isFilter) {
    byId('filter').focus();
  } else {
    const buttons = [...document.querySelectorAll('tbody .metric button')];
    const at = isFilter && key === 'ArrowDown' ? -1 : buttons.indexOf(target);
    const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: buttons.length - 1 }[key];
    if (next === undefined || (at < 0 && next)) return;
    (buttons[next] ?? byId('filter')).focus();
  }
  event.preventDefault();
}

function choosePath() {
  link = links[byId('path').selectedIndex];
  page.source = new Source();
  page.show();
  request?.abort('Another path was chosen');
  wake();
}

byId('host').textContent = document.title = location.host;
byId('filter').oninput = ({ target }) => page.filter(target.value);
byId('path').append(...links.map(({ textContent }) => new Option(textContent)));
byId('path').parentNode.hidden = links.length < 2;
byId('path').onchange = choosePath;
byId('interval').onchange = wake;
byId('theme').onchange = ({ target }) => (document.documentElement.style.colorScheme = target.value);
document.forms[0].onsubmit = () => false;
document.addEventListener('visibilitychange', wake);
document.addEventListener('keydown', onKey);
window.addEventListener('online', wake);
const end = new IntersectionObserver(
  ([{ isIntersecting, target }]) => {
    if (!isIntersecting) return;
    page.list.grow();
    end.unobserve(target); // so that it reports again if the new rows do not fill the screen
    end.observe(target);
  },
  { rootMargin: '400px' },
);
end.observe(byId('more'));
page.orderBy('name', false);
showStart();
if (link) run();
else setText(byId('status'), 'No path is served.');
