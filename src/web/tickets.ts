import { parse, serialize } from 'cookie';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { createSeal } from './seal.js';

/**
 * Sign-ins that were begun with an identity provider, each in a sealed cookie of its own. A browser without the cookie
 * did not begin the sign-in. Several sign-ins may be under way, in several tabs.
 */
export const TICKET_MS = 10 * 60_000;

const Ticket = z.strictObject({
  state: z.string(),
  nonce: z.string(),
  verifier: z.string(),
  /** The page to which the officer goes after signing in. */
  to: z.string(),
  /** How old the sign-in at the provider may be, in seconds, if it must be recent. */
  maxAge: z.int().optional(),
  /** When the ticket expires, in milliseconds since 1970. */
  until: z.int(),
});

export type Ticket = z.output<typeof Ticket>;

export interface Tickets {
  give(request: FastifyRequest, reply: FastifyReply, ticket: Ticket): void;
  /** Takes the ticket of a state out of the browser; undefined if this browser has none, or it has expired. */
  take(request: FastifyRequest, reply: FastifyReply, state: string, now: number): Ticket | undefined;
}

/** How many sign-ins under way are kept: a browser sends all of them with each request. */
const UNDER_WAY_MAX = 5;

/** @param secure whether browsers reach the service over TLS */
export function createTickets(keys: readonly Buffer[], secure: boolean): Tickets {
  const { seal, open } = createSeal(keys, 'sign-in');
  const prefix = `${secure ? '__Host-' : ''}bcf-sign-in-`;
  const nameOf = (state: string): string => `${prefix}${state.slice(0, 16)}`;
  const set = (reply: FastifyReply, name: string, value: string, seconds: number): void =>
    void reply.header(
      'set-cookie',
      serialize(name, value, { path: '/', httpOnly: true, secure, sameSite: 'lax', maxAge: seconds }),
    );

  return {
    give(request, reply, ticket) {
      const others = Object.keys(parse(request.headers.cookie ?? '')).filter((name) => name.startsWith(prefix));
      for (const name of others.slice(0, Math.max(0, others.length - UNDER_WAY_MAX + 1))) set(reply, name, '', 0);
      set(reply, nameOf(ticket.state), seal(Buffer.from(JSON.stringify(ticket))), TICKET_MS / 1000);
    },
    take(request, reply, state, now) {
      const text = open(parse(request.headers.cookie ?? '')[nameOf(state)]);
      if (text === undefined) return undefined;
      set(reply, nameOf(state), '', 0);
      const ticket = Ticket.parse(JSON.parse(text.toString()));
      return ticket.state === state && now < ticket.until ? ticket : undefined;
    },
  };
}
