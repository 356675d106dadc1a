/** Where the web app shows a sheet, and a line, cell and thread in it. Used by notifications and mails; ids only, never a value. */
import type { SheetKind } from '#domain/rounds.ts';

export interface SheetPlace {
  sheetId: string;
  kind: SheetKind;
  /** Null: a sheet of the programme. */
  poolId: string | null;
  /** Number of the round where a later one is open; null: the latest. */
  round: number | null;
  /** The reader sees it in the clean room. */
  isCleanRoom: boolean;
}

export interface CommentPlace {
  row: string;
  /** Empty: the line itself. */
  column: string;
  threadId: string;
}

export function sheetPath({ sheetId, kind, poolId, round, isCleanRoom }: SheetPlace, at: CommentPlace): string {
  const ofReserve = kind === 'targets' ? '/priorities/targets' : '/priorities';
  const page = poolId === null ? ofReserve : `/pools/${poolId}/${kind === 'offers' ? 'offers' : 'demand'}`;
  const sheet = poolId !== null && kind === 'demand' && isCleanRoom ? `/${sheetId}` : '';
  const hash = new URLSearchParams({
    line: at.row,
    ...(at.column !== '' && { column: at.column }),
    comment: at.threadId,
  });
  return `${page}${sheet}${round === null ? '' : `?round=${round}`}#${hash}`;
}
