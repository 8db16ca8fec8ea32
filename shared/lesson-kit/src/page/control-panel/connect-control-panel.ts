/** A page's hand on what surrounds it: servers, balancer, broker. */
export interface ControlPanelConnection<TStage> {
  /** Changes the stage, or only looks; draws what comes of it. Rejects with the server's sentence when a wish fails. */
  readonly change: (wish?: object) => Promise<TStage>;
  /**
   * A switch or button that asks for something when it is used. What went wrong stands in `#problem`; with `connectAnew` the page is
   * loaded again when it went well.
   */
  readonly onUse: (
    control: HTMLElement,
    wish: () => object,
    options?: { readonly connectAnew?: boolean },
  ) => void;
}

/** Between two looks, in ms. */
const INTERVAL = 1000;

/**
 * Draws the stage that the lesson's server tells at `/control-panel`: when it changes, and once a second while somebody looks at the page.
 * @example const { change, onUse } = connectControlPanel<Stage>(draw);
 */
export function connectControlPanel<TStage>(
  draw: (stage: TStage) => void,
): ControlPanelConnection<TStage> {
  /** What was asked for since; older answers are not drawn. */
  let asked = 0;

  const change = async (wish?: object): Promise<TStage> => {
    const number = ++asked;
    const options = wish && {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(wish),
    };
    const response = await fetch('/control-panel', options);
    if (!response.ok) throw new Error(await response.text());
    const stage = (await response.json()) as TStage;
    if (number === asked) draw(stage);
    return stage;
  };

  const look = async (): Promise<void> => {
    if (!document.hidden) await change().catch(() => undefined); // a server that is away is seen elsewhere
    setTimeout(look, INTERVAL);
  };
  queueMicrotask(look); // when the lesson's own code has run

  return {
    change,
    onUse(control, wish, { connectAnew = false } = {}) {
      const problem = document.querySelector<HTMLElement>('#problem')!;
      control.addEventListener(
        control instanceof HTMLButtonElement ? 'click' : 'change',
        async () => {
          problem.hidden = true;
          try {
            await change(wish());
            if (connectAnew) location.reload();
          } catch (error) {
            problem.hidden = false;
            problem.textContent = (error as Error).message;
          }
        },
      );
    },
  };
}
