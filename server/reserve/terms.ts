/** Terms of the reserve: part of its programme's row, changed under the lock of the record together with the entry that says what changed. Part of the reserve desk. */
import { accept, type Outcome } from '#domain/refusals.ts';
import { changeTerms, NO_TERMS, type VaultTerms } from '#domain/vault-terms.ts';
import { VaultTermsView as Shape, type VaultTermsView } from '#protocol/reserve-terms.ts';
import type { Database } from '../database.ts';
import { programmeOf, type Tx, type Work } from './book.ts';

/** Beside what else the programme keeps there, such as the mark of the demo. */
const KEY = 'vault';

const UNSET: VaultTermsView = { version: 0, terms: NO_TERMS, by: '', at: null };

async function stored(
  tx: Pick<Tx, 'programme'>,
): Promise<{ view: VaultTermsView; all: Record<string, unknown> } | null> {
  const programme = await programmeOf(tx);
  if (!programme) return null;
  const all = { ...(programme.terms as Record<string, unknown>) };
  // Terms that cannot be read must not be shown as if none were decided.
  return { all, view: all[KEY] === undefined ? UNSET : Shape.parse(all[KEY]) };
}

/** Null: the workspace has no programme yet. */
export const readTerms = async ({ prisma }: Database): Promise<VaultTermsView | null> =>
  (await stored(prisma))?.view ?? null;

export async function setTerms(
  { tx, programmeId, actor, at, record }: Work,
  wanted: { after: number; terms: VaultTerms },
): Promise<Outcome<null>> {
  const found = await stored(tx);
  const changes = changeTerms(found?.view ?? UNSET, wanted);
  if (!changes.ok) return changes;
  const version = wanted.after + 1;
  const view: VaultTermsView = { version, terms: wanted.terms, by: actor.name, at: at.toISOString() };
  await tx.programme.update({
    where: { id: programmeId },
    data: { terms: JSON.parse(JSON.stringify({ ...found?.all, [KEY]: view })) },
  });
  await record([
    { kind: 'reserve.terms', actor, body: { version, changes: changes.value.map((change) => ({ ...change })) } },
  ]);
  return accept(null);
}
