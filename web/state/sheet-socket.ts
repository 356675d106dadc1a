/** The WebSocket that the stock provider uses: it lets the outbox see, and hold back, every frame that leaves. */

import * as decoding from 'lib0/decoding';
import { MESSAGE } from '#protocol/rooms.ts';
import type { Outbox } from './outbox.svelte.ts';

export function sheetSocket(Base: typeof WebSocket, outbox: Outbox, ownClientId: () => number): typeof WebSocket {
  return class SheetSocket extends Base {
    constructor(url: string | URL, protocols?: string | string[]) {
      super(url, protocols);
      outbox.socketOpened();
    }

    override send(frame: string | ArrayBufferLike | Blob | ArrayBufferView<ArrayBuffer>): void {
      if (!(frame instanceof Uint8Array)) return;
      if (isEcho(frame, ownClientId()) || !outbox.frameLeaves(frame)) return;
      super.send(frame as Uint8Array<ArrayBuffer>);
    }
  };
}

/** The stock provider sends other people's presence back to the server as it hears it: n clients would make n² frames. */
function isEcho(frame: Uint8Array, ownClientId: number): boolean {
  if (frame[0] !== MESSAGE.awareness) return false;
  const decoder = decoding.createDecoder(frame);
  decoding.readVarUint(decoder);
  decoding.readVarUint(decoder);
  const states = decoding.readVarUint(decoder);
  for (let index = 0; index < states; index++) {
    if (decoding.readVarUint(decoder) === ownClientId) return false;
    decoding.readVarUint(decoder);
    decoding.readVarString(decoder);
  }
  return true;
}
