import type { ClockEvent, VirtualClock } from './virtual-clock.ts';

/** A timer of the virtual clock. It has the methods of a timer of Node. */
class VirtualTimer {
  event: ClockEvent | undefined;

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  hasRef(): boolean {
    return true;
  }
}

/**
 * Replaces the timers and clocks of this process by those of the virtual clock, so that the code
 * under simulation uses them. Returns a function that restores them.
 */
export function installVirtualTimers(clock: VirtualClock): () => void {
  const { setTimeout, clearTimeout, setInterval, clearInterval } = globalThis;
  const dateNow = Date.now;
  // A property of its own hides the method of the prototype.
  const cancel = (timer: VirtualTimer | undefined): void => {
    if (timer?.event !== undefined) timer.event.run = undefined;
  };
  const replacements = {
    setTimeout(run: () => void, delay = 0): VirtualTimer {
      const timer = new VirtualTimer();
      timer.event = clock.schedule(delay, run);
      return timer;
    },
    setInterval(run: () => void, delay = 0): VirtualTimer {
      const timer = new VirtualTimer();
      const repeat = (): void => {
        timer.event = clock.schedule(delay, repeat);
        run();
      };
      timer.event = clock.schedule(delay, repeat);
      return timer;
    },
    clearTimeout: cancel,
    clearInterval: cancel,
  };
  Object.assign(globalThis, replacements);
  Date.now = () => clock.now;
  performance.now = () => clock.now;
  return () => {
    Object.assign(globalThis, { setTimeout, clearTimeout, setInterval, clearInterval });
    Date.now = dateNow;
    Reflect.deleteProperty(performance, 'now');
  };
}
