/** Where signing in leads: a path of this site, never another site that a link smuggled in. */
export function nextPath(wanted: string | null, origin: string): string {
  if (!wanted?.startsWith('/')) return '/';
  const url = URL.canParse(wanted, origin) ? new URL(wanted, origin) : null;
  return url?.origin === origin ? `${url.pathname}${url.search}${url.hash}` : '/';
}
