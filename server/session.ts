/** Signing in: better-auth over our tables, and the one way from a request's headers to an actor. Used by http, push and the sheets' gate. */
import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { betterAuth } from 'better-auth';
import { prismaAdapter } from 'better-auth/adapters/prisma';
import { fromNodeHeaders, toNodeHandler } from 'better-auth/node';
import { organization } from 'better-auth/plugins';
import { createAccessControl } from 'better-auth/plugins/access';
import type { RequestHandler } from 'express';
import { type Actor, type OrganizationKind, ROLES, ROLES_OF_KIND, type Role } from '#domain/actors.ts';
import { PRODUCT } from '#domain/product.ts';
import { clientAddress } from './client-address.ts';
import type { Database } from './database.ts';

export interface SignedIn {
  actor: Actor;
  sessionId: string;
  email: string;
}

export interface Sessions {
  /** better-auth's own endpoints under /api/auth. */
  handler: RequestHandler;
  /** Who these headers speak for; null without a valid session or without an organization. */
  signedIn(headers: IncomingHttpHeaders): Promise<SignedIn | null>;
  /** The account behind these headers even where it belongs to no organization yet. */
  account(headers: IncomingHttpHeaders): Promise<{ userId: string; email: string } | null>;
  hashPassword(password: string): Promise<string>;
}

/** A new user with a password, in the shape better-auth reads: it finds the password by the user's id. */
export function accountOf(name: string, email: string, passwordHash: string) {
  const id = randomUUID();
  return {
    id,
    name,
    email: email.toLowerCase(),
    emailVerified: true,
    accounts: { create: { accountId: id, providerId: 'credential', password: passwordHash } },
  };
}

/** In better-auth nobody may change an organization: colleagues, invitations and roles go through http/colleagues, which keeps the record. */
const access = createAccessControl({ organization: [], member: [], invitation: [] });
const roles = Object.fromEntries(
  ROLES.map((name) => [name, access.newRole({ organization: [], member: [], invitation: [] })]),
);

const fits = (kind: OrganizationKind, role: string): boolean =>
  (ROLES_OF_KIND[kind] as readonly string[]).includes(role);

/** Header in which the sign-in limit finds the other end of the connection; whatever a client sends under it is overwritten. */
const PEER_ADDRESS = 'x-peer-address';

export function createSessions(options: {
  database: Database;
  origin: string;
  secret: string;
  /** Proxies of our own in front of the server. */
  proxies?: number;
}): Sessions {
  const { prisma } = options.database;

  const auth = betterAuth({
    appName: PRODUCT,
    baseURL: options.origin,
    // A page may act when it came from the host it talks to; other sites' pages are refused.
    trustedOrigins: (request) => {
      const host = request?.headers.get('host');
      return host ? [options.origin, `http://${host}`, `https://${host}`] : [options.origin];
    },
    secret: options.secret,
    telemetry: { enabled: false },
    database: prismaAdapter(prisma, { provider: 'postgresql', transaction: true }),
    // Accounts come from invitations (http/people.ts), so that nobody learns from a sign-up form who was invited.
    emailAndPassword: { enabled: true, disableSignUp: true, minPasswordLength: 12, maxPasswordLength: 128 },
    session: { expiresIn: 12 * 3600, updateAge: 3600 },
    advanced: {
      database: { generateId: false },
      cookiePrefix: PRODUCT.toLowerCase(),
      // Said aloud, because the library switches both off where NODE_ENV says test.
      disableOriginCheck: false,
      disableCSRFCheck: false,
      // Set by us from the connection: what a client claims about its address would let a password guesser start afresh.
      ipAddress: { ipAddressHeaders: [PEER_ADDRESS] },
    },
    rateLimit: {
      enabled: true,
      window: 60,
      max: 600,
      // Per address: a room full of people behind one address signs in together; a password guesser gets 30 tries a minute.
      customRules: { '/sign-in/email': { window: 60, max: 30 }, '/get-session': false },
    },
    logger: { disabled: true },
    // Names stand under decisions and in the record, and memberships go through our own endpoints: neither changes behind their back.
    disabledPaths: [
      '/update-user',
      '/change-email',
      '/delete-user',
      '/organization/accept-invitation',
      '/organization/reject-invitation',
      '/organization/invite-member',
      '/organization/cancel-invitation',
      '/organization/remove-member',
      '/organization/update-member-role',
      '/organization/leave',
    ],
    plugins: [
      organization({
        ac: access,
        roles,
        allowUserToCreateOrganization: false,
        disableOrganizationDeletion: true,
        requireEmailVerificationOnInvitation: false,
      }),
    ],
  });
  const handle = toNodeHandler(auth);

  async function account(headers: IncomingHttpHeaders) {
    if (!headers.cookie) return null;
    return auth.api.getSession({ headers: fromNodeHeaders(headers) });
  }

  return {
    handler: (req, res) => {
      const forwarded = req.headers['x-forwarded-for']?.toString();
      req.headers[PEER_ADDRESS] = clientAddress(req.socket.remoteAddress ?? 'unknown', forwarded, options.proxies ?? 0);
      handle(req, res);
    },
    async account(headers) {
      const found = await account(headers);
      return found && { userId: found.user.id, email: found.user.email };
    },
    async signedIn(headers) {
      const found = await account(headers);
      if (!found) return null;
      const active = found.session.activeOrganizationId;
      const member = await prisma.member.findFirst({
        where: { userId: found.user.id, ...(active ? { organizationId: active } : {}) },
        orderBy: { createdAt: 'asc' },
        include: { organization: true },
      });
      if (!member || !fits(member.organization.kind, member.role)) return null;
      return {
        sessionId: found.session.id,
        email: found.user.email,
        actor: {
          userId: found.user.id,
          name: found.user.name,
          organizationId: member.organizationId,
          organization: member.organization.name,
          parentId: member.organization.parentId ?? member.organizationId,
          kind: member.organization.kind,
          role: member.role as Role,
        },
      };
    },
    hashPassword: async (password) => (await auth.$context).password.hash(password),
  };
}
