/** Where a request comes from, as far as that can be known. Used by the sign-in limit. */

/**
 * The other end of the connection; or, behind so many proxies of our own, what the outermost of them saw. Each adds the address it was called from at
 * the end of X-Forwarded-For, so what a client writes there itself stands further to the left and is never taken.
 */
export function clientAddress(connection: string, forwardedFor: string | undefined, proxies: number): string {
  const seen = [...(forwardedFor ?? '').split(','), connection].map((address) => address.trim()).filter(Boolean);
  return seen.at(-1 - proxies) ?? connection;
}
