/** A supplier that sits in the stage's pool, with its own sheet of offers. */
import { randomUUID } from 'node:crypto';
import type { Stage } from './stage.ts';
import type { Tap } from './tap.ts';

export interface Supplier {
  organizationId: string;
  tap: Tap;
  /** Its offers of the present round. */
  sheetId: string;
}

/** The administrator gives the seat, as the page does. */
export async function seatSupplier(stage: Stage, name: string): Promise<Supplier> {
  const email = `${randomUUID()}@sample.test`;
  const { prisma } = stage.database;
  const { id } = await prisma.organization.create({
    data: { name, slug: randomUUID(), kind: 'supplier', createdAt: new Date(0) },
  });
  await prisma.user.create({
    data: {
      name: `${name} liaison`,
      email,
      emailVerified: true,
      members: { create: { organizationId: id, role: 'liaison', createdAt: new Date(0) } },
    },
  });
  const admin = await stage.admin();
  const { status } = await admin.call('POST', `/api/v1/pools/${stage.poolId}/members`, { organizationId: id });
  if (status !== 200) throw new Error(`no seat for the supplier: ${status}`);
  const tap = await stage.signIn(email);
  await tap.watch(stage.poolId);
  return { organizationId: id, tap, sheetId: await offersSheetOf(tap, stage) };
}

/** The one sheet that a supplier is told of. */
export async function offersSheetOf(tap: Tap, stage: Stage): Promise<string> {
  const { sheets } = (await tap.get(`/pools/${stage.poolId}`)).body as { sheets: { id: string; kind: string }[] };
  const [sheet, ...others] = sheets;
  if (sheet?.kind !== 'offers' || others.length > 0) throw new Error(`a supplier is told of ${JSON.stringify(sheets)}`);
  return sheet.id;
}
