/** Mentions while they are typed: in the text they are '@Name', to the server '<@ID>'. */
import { mention } from '#domain/conversation.ts';

export interface Named {
  userId: string;
  name: string;
}

const OFFERED_MAX = 6;
const QUERY_CHARS_MAX = 30;

/** What is typed after the '@' before the caret; null where no person is being typed. */
export function queryAt(text: string, caret: number): string | null {
  const found = /(?:^|[\s(])@([\p{L}\p{M}'’.-]*(?: [\p{L}\p{M}'’.-]*)?)$/u.exec(text.slice(0, caret));
  const query = found?.[1] ?? null;
  return query !== null && query.length <= QUERY_CHARS_MAX ? query : null;
}

/** People one of whose names begins so. */
export function suggestions<T extends Named>(people: readonly T[], query: string): T[] {
  const wanted = query.toLocaleLowerCase();
  const fits = ({ name }: Named) => {
    const whole = name.toLocaleLowerCase();
    // A name that stands there whole has been chosen.
    return (
      whole !== wanted.trim() && (whole.startsWith(wanted) || whole.split(' ').some((part) => part.startsWith(wanted)))
    );
  };
  return people.filter(fits).slice(0, OFFERED_MAX);
}

/** The longest names first, so that 'Ann Lee' does not take the place of 'Ann Leeds'. */
export const toText = (text: string, named: readonly Named[]): string =>
  named
    .toSorted((a, b) => b.name.length - a.name.length)
    .reduce((rest, { userId, name }) => rest.replaceAll(`@${name}`, mention(userId)), text);

export type Piece = { text: string; isMention: boolean };

/** The text of a comment in pieces, with the names of those whom it mentions. */
export function pieces(text: string, named: readonly Named[]): Piece[] {
  const nameOf = new Map(named.map(({ userId, name }) => [mention(userId), name]));
  return text
    .split(/(<@[0-9a-f-]{36}>)/)
    .filter((part) => part !== '')
    .map((part) => {
      const name = nameOf.get(part);
      return name === undefined ? { text: part, isMention: false } : { text: `@${name}`, isMention: true };
    });
}
