/** Files that go into a sheet: read for whoever may edit it, and handed back as text. Mounted by server/http/api with a body limit of its own. */
import { accessToSheet } from '#domain/actors.ts';
import { NOTHING_HERE, os, refused, signedIn } from './context.ts';

const read = os.files.read.use(signedIn).handler(async ({ input, context, errors }) => {
  const { sheets, files } = context.desk;
  const seat = await sheets.seatOf(input.sheetId, context.actor);
  if (!seat || accessToSheet(context.actor, seat) !== 'edit') throw errors.NOT_FOUND(NOTHING_HERE);
  const outcome = await files.read(new Uint8Array(await input.file.arrayBuffer()), input.sheet);
  if (!outcome.ok) throw errors.CONFLICT({ message: outcome.refusal.message, ...refused(outcome.refusal) });
  const { lines, width, sheets: names, sheet } = outcome.value;
  return { lines: lines.map(({ number, texts }) => ({ number, texts: [...texts] })), width, sheets: names, sheet };
});

export const files = { read };
