// The course home: draws the sections and keeps their states fresh.
const list = document.querySelector('#sections');
const summary = document.querySelector('#summary');
const rows = new Map();

const words = {
  stopped: ['', 'Not running'],
  starting: ['warn', 'Starting'],
  running: ['good', 'Running'],
  failed: ['bad', 'Stopped by an error'],
  'in preparation': ['', 'In preparation'],
};

function element(name, properties = {}, ...children) {
  const node = Object.assign(document.createElement(name), properties);
  node.append(...children);
  return node;
}

function createRow(section) {
  const state = element('span', { className: 'badge' });
  const log = element('pre', { className: 'diff', hidden: true });
  const open = element('a', {
    className: 'button primary',
    textContent: 'Open',
    href: `http://localhost:${section.port}`,
  });
  const start = element('button', { className: 'primary', textContent: 'Start and open' });
  const stop = element('button', { textContent: 'Stop' });
  start.ariaLabel = `Start and open lesson ${section.number}`;
  open.ariaLabel = `Open lesson ${section.number}`;
  stop.ariaLabel = `Stop lesson ${section.number}`;
  open.target = '_blank';
  let opened; // a window must be opened by the click itself, or the browser blocks it
  start.onclick = async () => {
    opened = window.open('about:blank', '_blank');
    await act(section.number, 'start');
  };
  stop.onclick = () => act(section.number, 'stop');
  const item = element(
    'li',
    { className: 'stop' },
    element('span', { className: 'dot', textContent: section.number, ariaHidden: 'true' }),
    element(
      'div',
      {},
      element('h2', { textContent: `${section.number} ${section.title}` }),
      element('p', { className: 'quiet', textContent: section.goal }),
      element('p', {}, state),
      log,
    ),
    element('div', { className: 'actions' }, open, start, stop),
  );
  list.append(item);
  return (now) => {
    const [kind, text] = words[now.state];
    item.className = `stop ${now.state === 'running' ? 'running' : now.state === 'failed' ? 'failed' : ''}`;
    state.className = `badge ${kind}`;
    const label = now.state === 'running' ? `Running on ${now.port}` : text;
    if (state.textContent !== label) state.textContent = label;
    open.hidden = now.state !== 'running';
    start.hidden = !['stopped', 'failed'].includes(now.state);
    stop.hidden = !['starting', 'running'].includes(now.state);
    log.hidden = now.state !== 'failed';
    log.textContent = now.log.join('\n');
    if (now.state === 'running' && opened) {
      opened.location = `http://localhost:${now.port}`;
      opened = undefined;
    }
    if (now.state === 'failed') {
      opened?.close();
      opened = undefined;
    }
  };
}

async function act(number, action) {
  await fetch(`/api/lessons/${number}/${action}`, { method: 'POST' });
  await refresh();
}

async function refresh() {
  try {
    const sections = await (await fetch('/api/sections')).json();
    for (const section of sections) {
      if (!rows.has(section.number)) rows.set(section.number, createRow(section));
      rows.get(section.number)(section);
    }
    const running = sections.filter((section) => section.state === 'running').length;
    const text = running === 1 ? '1 lesson running' : `${running} lessons running`;
    summary.className = `badge ${running ? 'good' : ''}`;
    if (summary.textContent !== text) summary.textContent = text;
  } catch {
    summary.className = 'badge bad';
    summary.textContent = 'The course home was stopped. Start it again with npm start.';
  }
}

await refresh();
setInterval(refresh, 700);
