import type { Stage } from '../server/stage.ts';

const WIDTH = 360;
const ROWS = { clients: 0, balancer: 74, instances: 148, redis: 240 };

const picture = document.querySelector<SVGElement>('#picture')!;

/** The picture of the course: clients, balancer, servers, Redis. What is drawn is what is. */
export function drawPicture({ instances, balancer, backplane, redis }: Stage, here: string): void {
  const column = WIDTH / instances.length;
  const shapes: SVGElement[] = [];
  const line = (x1: number, y1: number, x2: number, y2: number, kind: string): void => {
    shapes.push(shape('line', { x1, y1, x2, y2, class: kind }));
  };
  const box = (x: number, y: number, width: number, kind: string, ...texts: string[]): void => {
    const height = 14 + 17 * texts.length;
    shapes.push(shape('rect', { x: x + 3, y: y + 1, width: width - 6, height, rx: 8, class: kind }));
    texts.forEach((text, i) =>
      shapes.push(shape('text', { x: x + width / 2, y: y + 20 + 17 * i, class: i === 0 ? 'name' : '' }, text)),
    );
  };
  const linked = backplane === 'redis' && redis.view !== undefined;
  instances.forEach(({ name, webSockets, health }, i) => {
    const [left, middle] = [i * column, (i + 0.5) * column];
    line(middle, ROWS.clients + 31, middle, ROWS.balancer, 'link');
    if (balancer === 'sticky') line(middle, ROWS.balancer + 31, middle, ROWS.instances, 'link');
    else for (const to of [0, 1]) line(middle, ROWS.balancer + 31, (to + 0.5) * column, ROWS.instances, 'link turns');
    if (backplane === 'redis') line(middle, ROWS.instances + 48, middle, ROWS.redis, linked ? 'link' : 'link broken');
    const others = webSockets - (name === here ? 1 : 0);
    const who = `${others} ${name === here ? 'other' : 'client'}${others === 1 ? '' : 's'}`;
    box(left, ROWS.clients, column, name === here ? 'me' : '', name === here ? `this tab + ${who}` : who);
    box(
      left,
      ROWS.instances,
      column,
      name === here ? 'me' : '',
      name,
      `${health.status}, :${new URL(instances[i]!.url).port}`,
    );
  });
  box(0, ROWS.balancer, WIDTH, '', `balancer: ${balancer}`);
  const state = redis.view ? `${redis.view.channels.length} channels, ${redis.view.keys} keys` : '✕ away';
  if (backplane === 'redis')
    box(0, ROWS.redis, WIDTH, linked ? '' : 'bad', redis.kind === 'stand-in' ? 'stand-in for Redis' : 'Redis', state);
  else box(0, ROWS.redis, WIDTH, 'bad', 'no backplane', 'each server is alone');
  picture.replaceChildren(...shapes);
  const told = instances.map(({ name, webSockets, health }) => `${name}: ${webSockets} clients, ${health.status}`);
  picture.setAttribute(
    'aria-label',
    `Balancer ${balancer}; ${told.join('; ')}; backplane ${backplane}, Redis ${state}`,
  );
}

function shape(name: string, attributes: Record<string, string | number>, text = ''): SVGElement {
  const made = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  made.textContent = text;
  return made;
}
