/**
 * The page at the URL of the emulator. It shows the response of `/api/status`, which contains no
 * tokens.
 */
export const statusPage = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Azure SignalR Service, emulated</title>
<link rel="icon" href="data:,">
<style>
  :root {
    color-scheme: light dark;
    --ink: light-dark(#1d222b, #e8eaee);
    --quiet: light-dark(#535c6b, #a6adba);
    --page: light-dark(#faf9f5, #14161d);
    --card: light-dark(#fff, #1b1f27);
    --line: light-dark(#dedcd4, #343945);
  }
  body {
    margin: 0;
    font: 16px/1.5 system-ui, sans-serif;
    color: var(--ink);
    background: var(--page);
  }
  main { max-width: 70rem; margin: 0 auto; padding: 1rem; }
  h1 { font-size: 1.4rem; } h2 { font-size: 1.1rem; } h3 { font-size: 1rem; }
  section {
    background: var(--card);
    border: 1px solid var(--line);
    border-radius: 10px;
    padding: 0 1rem 1rem;
    margin-top: 1rem;
  }
  .scroll { overflow-x: auto; }
  table { border-collapse: collapse; width: 100%; }
  th, td {
    text-align: left;
    padding: 0.3rem 1rem 0.3rem 0;
    border-top: 1px solid var(--line);
    font-variant-numeric: tabular-nums;
  }
  th, p { color: var(--quiet); font-weight: 600; }
  td { overflow-wrap: anywhere; }
</style>
</head>
<body>
<main>
<h1>Azure SignalR Service, emulated</h1>
<p id="summary" role="status">Loading</p>
<div id="hubs"></div>
</main>
<script>
  const element = (name, text) =>
    Object.assign(document.createElement(name), { textContent: text });
  const table = (caption, heads, rows) => {
    const region = document.createElement('div');
    region.className = 'scroll';
    region.tabIndex = 0;
    region.setAttribute('role', 'region');
    region.setAttribute('aria-label', caption);
    const body = document.createElement('table');
    const head = body.createTHead().insertRow();
    for (const text of heads) head.append(Object.assign(element('th', text), { scope: 'col' }));
    const tableBody = body.createTBody();
    for (const row of rows) {
      const cells = row.map((text) => element('td', String(text ?? '')));
      tableBody.insertRow().append(...cells);
    }
    region.append(body);
    return rows.length === 0 ? [] : [element('h3', caption), region];
  };
  let shown = '';
  async function refresh() {
    try {
      const text = await (await fetch('/api/status')).text();
      if (text !== shown) {
        show(JSON.parse(text));
        shown = text;
      }
    } catch {
      shown = '';
      document.querySelector('#summary').textContent = 'The emulator does not respond.';
    }
    setTimeout(refresh, 1000);
  }
  function show(status) {
    const { serviceMode, openConnections, quota, latency, hubs } = status;
    document.querySelector('#summary').textContent =
      serviceMode + ' mode, ' + openConnections + ' connections open' +
      (quota === null ? '' : ' of ' + quota) +
      (latency > 0 ? ', ' + latency + ' ms latency in each direction' : '') +
      (hubs.length === 0 ? '. No server and no client is connected.' : '.');
    document.querySelector('#hubs').replaceChildren(...hubs.map(hubSection));
  }
  function hubSection({ name, counts, servers, clients, groups }) {
    const section = document.createElement('section');
    section.append(
      element('h2', 'Hub ' + name),
      ...messageTable(name, counts),
      ...serverTable(name, servers),
      ...clientTable(name, clients),
      ...table('Groups of ' + name, ['group', 'members'],
        groups.map((one) => [one.name, one.members])),
    );
    return section;
  }
  function messageTable(name, counts) {
    const heads = ['from servers', 'from clients', 'to clients', 'clients', 'users', 'groups'];
    const { fromServers, fromClients, toClients, clients, users, groups } = counts;
    const row = [fromServers, fromClients, toClients, clients, users, groups];
    return table('Messages of ' + name, heads, [row]);
  }
  function serverTable(name, servers) {
    const rows = servers.map(({ serverId, connectionId, clients, connectedAt }) =>
      [serverId, connectionId, clients, new Date(connectedAt).toLocaleTimeString()]);
    const heads = ['server', 'connection', 'clients', 'since'];
    return table('Server connections of ' + name, heads, rows);
  }
  function clientTable(name, clients) {
    const heads = ['connection', 'user', 'transport', 'protocol', 'groups', 'sent', 'received'];
    const rows = clients.map((one) => [one.connectionId, one.userId, one.transport, one.protocol,
      groupList(one), one.received, one.sent]);
    return table('Clients of ' + name, heads, rows);
  }
  function groupList({ groups, groupCount }) {
    const more = groupCount - groups.length;
    return groups.join(', ') + (more > 0 ? ' and ' + more + ' more' : '');
  }
  refresh();
</script>
</body>
</html>
`;
