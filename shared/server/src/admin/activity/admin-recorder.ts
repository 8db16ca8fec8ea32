import type { ActivityObserver } from '../../hubs/server-activity.ts';
import { SecondRing } from './second-ring.ts';

/** The totals of a hub since the admin page was mounted. */
export interface HubTotals {
  calls: number;
  errors: number;
  opened: number;
  /** The number of connections that an error or a timeout has closed. */
  failed: number;
}

/** What is recorded about one hub. */
export interface HubRecord {
  readonly totals: HubTotals;
  readonly ring: SecondRing;
}

/** Records what happens in each hub of a server. Each hub takes about 110 KB. */
export class AdminRecorder implements ActivityObserver {
  readonly #hubs = new Map<string, HubRecord>();

  /** Returns the record of a hub. Call it only with names of mapped hubs and paths. */
  of(hubName: string): HubRecord {
    let record = this.#hubs.get(hubName);
    if (record === undefined) {
      record = { totals: { calls: 0, errors: 0, opened: 0, failed: 0 }, ring: new SecondRing() };
      this.#hubs.set(hubName, record);
    }
    return record;
  }

  onOpened(hubName: string): void {
    const { totals, ring } = this.of(hubName);
    totals.opened++;
    ring.addConnections(1);
  }

  onClosed(hubName: string, isFailure: boolean): void {
    const { totals, ring } = this.of(hubName);
    if (isFailure) totals.failed++;
    ring.addConnections(-1);
  }

  onCall(hubName: string, startedAt: number): void {
    const { totals, ring } = this.of(hubName);
    totals.calls++;
    ring.addCall(startedAt);
  }

  onFailedCall(hubName: string): void {
    const { totals, ring } = this.of(hubName);
    totals.errors++;
    ring.addError();
  }
}
