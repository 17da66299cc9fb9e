import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import type { Sight } from '../ledger/access.js';
import type { Ledger } from '../ledger/ledger.js';
import type { Documents } from '../store/documents.js';
import type { OnceStore } from '../store/once-store.js';
import type { Around } from './layout.js';
import type { People, PeopleFile } from './people.js';
import type { Provider } from './provider.js';
import type { Received, SentFile } from './receiving.js';
import type { OfficersSession, Session, SignedIn } from './session.js';
import type { Tickets } from './tickets.js';

/** What screens are made with, and what they know of who asks. */

export interface PagesOptions {
  /** Where browsers find the service: the base of every redirect, and the only origin of forms. A demonstration has none. */
  readonly publicUrl?: string | undefined;
  readonly sessionKeys: readonly Buffer[];
  readonly once: OnceStore;
  readonly people: z.output<typeof PeopleFile>;
  /** The identity provider with which officers sign in, where there is one: then nobody signs in otherwise. */
  readonly provider?: Provider | undefined;
  /** Where the files are kept that officers send; left out, documents are named and not kept. */
  readonly documents?: Documents | undefined;
  /** Whether files of disputes are kept too: they may name a patient. */
  readonly documentsOfDisputes?: boolean;
  /** How old a sign-in may be for signing, in milliseconds. */
  readonly freshMs: number;
  /** Opens an empty ledger in the browser; without it nobody can. */
  readonly firstRunCode?: string | undefined;
  /** Reads a sign-in link: the officer and the link’s own name; throws where it is not one, or its time is over. */
  readonly readLink?: ((token: string) => Promise<{ readonly officer: string; readonly id: string }>) | undefined;
}

/** An officer’s request: who asks, and what may be shown to them. */
export interface Asking {
  readonly session: OfficersSession;
  readonly sight: Sight;
  readonly around: Around;
  /** What marks a draft as this officer’s. */
  readonly draftMark: string;
}

// Screens take them from here: they know the site, and no server.
export type { FastifyReply, FastifyRequest };

export type Handler = (asking: Asking, request: FastifyRequest, reply: FastifyReply) => Promise<unknown>;
export type Form = Readonly<Record<string, string>>;
export type FormHandler = (
  asking: Asking,
  form: Form,
  request: FastifyRequest,
  reply: FastifyReply,
) => Promise<unknown>;

/** Receives a form and the file in it: of an officer’s own page, or nothing of it is looked at. */
export type Receive = <T>(take: (file: SentFile, form: Form) => Promise<T>) => Promise<Received<T>>;

/** What the screens are made with. */
export interface Site {
  readonly app: FastifyInstance;
  readonly ledger: Ledger;
  readonly people: People;
  readonly demonstration: boolean;
  readonly options: PagesOptions;
  /** Sign-ins that were begun with the provider. */
  readonly tickets: Tickets;
  /** A page for an officer: whoever is not signed in is sent to sign in, and back. */
  get(path: string, handler: Handler): void;
  /** What an officer sends: from a page of ours, in the same session. */
  post(path: string, handler: FormHandler): void;
  /**
   * The same of a draft, which is kept for its officer where their session ends while they fill it in: they sign in again,
   * and are shown what they had typed.
   */
  postDraft(path: string, handler: FormHandler): void;
  /** The same of a draft with a file. Where nobody is signed in the draft is kept, without the file. */
  postFile(
    path: string,
    handler: (asking: Asking, receive: Receive, request: FastifyRequest, reply: FastifyReply) => Promise<unknown>,
  ): void;
  /** A page, or a form, for anybody. */
  getOpen(
    path: string,
    handler: (session: Session, around: Around, request: FastifyRequest, reply: FastifyReply) => Promise<unknown>,
  ): void;
  postOpen(
    path: string,
    handler: (
      session: Session,
      around: Around,
      form: Form,
      reply: FastifyReply,
      request: FastifyRequest,
    ) => Promise<unknown>,
  ): void;
  signIn(reply: FastifyReply, who: SignedIn): void;
  signOut(reply: FastifyReply, session: Session): Promise<void>;
  /** Whether an officer has shown who they are so short a while ago that they may sign. */
  isFresh(session: OfficersSession): boolean;
  /** Keeps with a session where its officer goes on once they have signed in again. */
  keepBack(reply: FastifyReply, session: OfficersSession, to: string): void;
  redirect(reply: FastifyReply, path: string): FastifyReply;
}

/** Where an officer goes after having signed in: a place of this service, and of no other. */
export const placeOfOurs = (to: unknown): string =>
  typeof to === 'string' && /^\/(?![/\\])[\x21-\x5b\x5d-\x7e]*$/.test(to) ? to : '/';

/** A longer address than this is not kept with a sign-in: browsers carry it in a cookie. */
const KEPT_PLACE_LENGTH_MAX = 1_000;

/** The same, where it has to be kept until the officer has signed in. */
export function keptPlace(to: unknown): string {
  const place = placeOfOurs(to);
  return place.length > KEPT_PLACE_LENGTH_MAX ? '/' : place;
}
