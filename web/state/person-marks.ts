/** Small marks of a person that this browser keeps beside the copies of sheets, and that go with them when the person signs out. */
const PREFIX = 'mark';

const keyOf = (userId: string, name: string): string => `${PREFIX} ${userId} ${name}`;

export function isMarked(userId: string, name: string): boolean {
  try {
    return localStorage.getItem(keyOf(userId, name)) !== null;
  } catch {
    return false;
  }
}

export function mark(userId: string, name: string): void {
  try {
    localStorage.setItem(keyOf(userId, name), '1');
  } catch {
    // No storage allowed: the mark lasts as long as the page.
  }
}

/** Removes the marks of everybody except of who stays. */
export function wipeMarks(stays: (userId: string) => boolean): void {
  try {
    for (const key of Object.keys(localStorage)) {
      const [prefix, userId] = key.split(' ');
      if (prefix === PREFIX && userId && !stays(userId)) localStorage.removeItem(key);
    }
  } catch {
    // No storage allowed: nothing was kept.
  }
}
