/**
 * Tells the nodes of an installation that a sheet's log has grown. The log is the truth; the bell only says that there is more of it, so a ring
 * that is lost or doubled costs time, never data. Used by the rooms.
 */
export interface Bell {
  /** The log of the sheet now reaches this number. */
  ring(sheetId: string, seq: bigint): void;
  /** Hears every ring, also this node's own; returns the way to stop. */
  listen(hear: (sheetId: string, seq: bigint) => void): () => void;
  close(): Promise<void>;
}

/** Rings within this process: enough for one node, and for several in one test. */
export function localBell(): Bell {
  const listeners = new Set<(sheetId: string, seq: bigint) => void>();
  return {
    ring: (sheetId, seq) => {
      for (const hear of listeners) hear(sheetId, seq);
    },
    listen: (hear) => {
      listeners.add(hear);
      return () => listeners.delete(hear);
    },
    close: async () => listeners.clear(),
  };
}
