/** HTTP answers for a page under test: by the end of the path, the rest of the page's requests go nowhere. */
import { vi } from 'vitest';

export interface Asked {
  method: string;
  path: string;
  body: unknown;
}

type Answer = (asked: Asked) => unknown;

/** `answers` by what a path begins with after the API's own, longest first. Undo with `vi.restoreAllMocks`. */
export function answerWith(answers: Record<string, Answer>): Asked[] {
  const heard: Asked[] = [];
  const paths = Object.keys(answers).sort((a, b) => b.length - a.length);
  const before = globalThis.fetch;
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (input, init) => {
    const request = input instanceof Request ? input : new Request(String(input), init);
    const { pathname } = new URL(request.url, location.href);
    const path = pathname.replace('/api/v1', '');
    const found = paths.find((begin) => path.startsWith(begin));
    if (!pathname.startsWith('/api/v1') || found === undefined) return before(input, init);
    const text = await request.clone().text();
    const asked = { method: request.method, path, body: text === '' ? null : JSON.parse(text) };
    heard.push(asked);
    return new Response(JSON.stringify(answers[found]?.(asked)), { headers: { 'content-type': 'application/json' } });
  });
  return heard;
}
