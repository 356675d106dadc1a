// @ts-nocheck: its packages are there only once the bench has installed them.
/**
 * Hocuspocus with its defaults, in memory. With FOLDER it keeps documents there the way its database extension does: loaded whole when a document
 * opens, stored whole by the debounced hook.
 */
import { existsSync, readFileSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Server } from '@hocuspocus/server';
import * as Y from 'yjs';

const folder = process.env.FOLDER;
const fileOf = (name) => join(folder, encodeURIComponent(name));

const server = new Server({
  port: Number(process.env.PORT),
  address: process.env.HOST,
  quiet: true,
  ...(folder && {
    async onLoadDocument({ documentName, document }) {
      if (existsSync(fileOf(documentName))) Y.applyUpdate(document, readFileSync(fileOf(documentName)));
    },
    async onStoreDocument({ documentName, document }) {
      await writeFile(`${fileOf(documentName)}.new`, Y.encodeStateAsUpdate(document));
      await rename(`${fileOf(documentName)}.new`, fileOf(documentName));
    },
  }),
});
await server.listen();
console.log(`running at http://127.0.0.1:${server.address.port}`);
