/** One server of a drawing. */
export interface DrawnServer {
  readonly name: string;
  /** A second line, for example its health and port. */
  readonly note: string;
  /** Undefined if they are not counted. */
  readonly clients: number | undefined;
}

/** Clients, a balancer, the instances behind it, and their backplane. */
export interface ServersDrawing {
  readonly servers: readonly DrawnServer[];
  /** The instance of this page, or an empty string. */
  readonly here: string;
  readonly balancer: string;
  /** Whether a client's requests go to several servers. */
  readonly takesTurns: boolean;
  /** The backplane: `unneeded` if a service replaces it, `none` if each instance is alone. */
  readonly backplane: {
    readonly name: string;
    readonly note: string;
    readonly state: 'joined' | 'broken' | 'none' | 'unneeded';
  };
}

const WIDTH = 360;
const GAP = 6;
/** The upper edge of each row. */
const ROWS = { clients: 1, balancer: 66, servers: 131 };

/**
 * Draws the course's picture of several instances into an SVG with a width of 360. The `aria-label`
 * says the same in words.
 */
export function drawServers(picture: SVGElement, drawing: ServersDrawing): void {
  const { servers, here, balancer, takesTurns, backplane } = drawing;
  const column = WIDTH / servers.length;
  const isJoined = backplane.state === 'joined' || backplane.state === 'broken';
  const isNarrow = servers.length > 2; // then a note has a line for each of its parts
  const notes = servers.map(({ note }) => (isNarrow ? note.split(', ') : [note]));
  const bottom = ROWS.servers + 31 + 17 * Math.max(1, ...notes.map(({ length }) => length));
  const last = bottom + (backplane.state === 'unneeded' ? 10 : 34);
  const shapes: SVGElement[] = [];
  const line = (x1: number, y1: number, x2: number, y2: number, kind: string): void => {
    shapes.push(shape('line', { x1, y1, x2, y2, class: kind }));
  };
  const box = (
    left: number,
    top: number,
    width: number,
    kind: string,
    ...texts: string[]
  ): void => {
    const height = 14 + 17 * texts.length;
    const [x, rest] = [left + GAP / 2, width - GAP];
    shapes.push(shape('rect', { x, y: top, width: rest, height, rx: 8, class: kind }));
    texts.forEach((text, i) => {
      shapes.push(
        shape(
          'text',
          { x: left + width / 2, y: top + 20 + 17 * i, class: i === 0 ? 'name' : '' },
          text,
        ),
      );
    });
  };

  servers.forEach(({ name, clients }, i) => {
    const middle = (i + 0.5) * column;
    const isHere = name === here;
    line(middle, ROWS.clients + 31, middle, ROWS.balancer, '');
    for (const to of takesTurns ? [0, 1].slice(0, servers.length) : [i]) {
      line(
        middle,
        ROWS.balancer + 31,
        (to + 0.5) * column,
        ROWS.servers,
        takesTurns ? 'turns' : '',
      );
    }
    if (isJoined) line(middle, bottom, middle, last, backplane.state);
    const others = (clients ?? 1) - 1;
    const othersText = isNarrow ? ` + ${others}` : ` and ${others} more`;
    const more = others < 1 ? '' : othersText;
    const who = isHere ? `this tab${more}` : count(clients);
    box(
      i * column,
      ROWS.clients,
      column,
      isHere ? 'here' : '',
      `${String.fromCharCode(65 + i)}: ${who}`,
    );
    box(i * column, ROWS.servers, column, isHere ? 'here' : '', name, ...(notes[i] ?? []));
  });
  box(0, ROWS.balancer, WIDTH, '', balancer);
  box(0, last, WIDTH, backplane.state, backplane.name, backplane.note);
  picture.setAttribute('viewBox', `0 0 ${WIDTH} ${last + 49}`);
  // A step of a walkthrough observes this.
  picture.toggleAttribute('data-takes-turns', takesTurns);
  picture.replaceChildren(...shapes);
  const described = servers.map(({ name, note, clients }) => `${name}: ${count(clients)}, ${note}`);
  picture.setAttribute(
    'aria-label',
    [balancer, ...described, `${backplane.name}, ${backplane.note}`].join('; '),
  );
}

const count = (clients: number | undefined): string =>
  clients === undefined ? 'not counted' : `${clients} client${clients === 1 ? '' : 's'}`;

function shape(name: string, attributes: Record<string, string | number>, text = ''): SVGElement {
  const created = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const [key, value] of Object.entries(attributes)) created.setAttribute(key, String(value));
  created.textContent = text;
  return created;
}
