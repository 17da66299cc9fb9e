import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import type { Sight } from '../ledger/access.js';
import type { Ledger } from '../ledger/ledger.js';
import type { RootOf } from '../ledger/roots.js';
import type { Documents } from '../store/documents.js';
import type { OnceStore } from '../store/once-store.js';
import type { Around } from './layout.js';
import type { People, PeopleFile } from './people.js';
import type { Provider } from './provider.js';
import type { Received, SentFile } from './receiving.js';
import type { OfficersSession, Session, SignedIn } from './session.js';
import type { Tickets } from './tickets.js';

/** What the operator decides about the pages. */

export interface PagesOptions {
  /**
   * The address of the service for browsers: the base of every redirect, and the only origin from which forms are
   * accepted. A demonstration has none.
   */
  readonly publicUrl?: string | undefined;
  readonly sessionKeys: readonly Buffer[];
  readonly once: OnceStore;
  readonly people: z.output<typeof PeopleFile>;
  /** The identity provider, if there is one. Officers then sign in only through it. */
  readonly provider?: Provider | undefined;
  /** The store of the files that officers send; without it, documents are named but not kept. */
  readonly documents?: Documents | undefined;
  /** Whether files of disputes are kept too. They may name a patient. */
  readonly documentsOfDisputes?: boolean;
  /** How old a sign-in may be when the officer signs, in milliseconds. */
  readonly freshMs: number;
  /** The code that opens an empty ledger in the browser; without it, no ledger can be opened there. */
  readonly firstRunCode?: string | undefined;
  /**
   * Reads a sign-in link: the officer, and the link’s own identifier. Rejects a text that is no link, or a link that
   * has expired.
   */
  readonly readLink?: ((token: string) => Promise<{ readonly officer: string; readonly id: string }>) | undefined;
}

/** An officer’s request: who asks, and what they may see. */
export interface Asking {
  readonly session: OfficersSession;
  readonly sight: Sight;
  readonly around: Around;
  /** The mark of this officer’s drafts. */
  readonly draftMark: string;
}

// Screens import these types from here, because they must not import the server.
export type { FastifyReply, FastifyRequest };

export type Handler = (asking: Asking, request: FastifyRequest, reply: FastifyReply) => Promise<unknown>;
export type Form = Readonly<Record<string, string>>;
export type FormHandler = (
  asking: Asking,
  form: Form,
  request: FastifyRequest,
  reply: FastifyReply,
) => Promise<unknown>;

/** Receives a form with a file. It reads the file only if the form came from the officer’s own page. */
export type Receive = <T>(take: (file: SentFile, form: Form) => Promise<T>) => Promise<Received<T>>;

/** What the screens work with. */
export interface Site {
  readonly app: FastifyInstance;
  readonly ledger: Ledger;
  readonly people: People;
  readonly demonstration: boolean;
  readonly options: PagesOptions;
  readonly rootOf: RootOf;
  /** The sign-ins that were begun with the provider and are not finished. */
  readonly tickets: Tickets;
  /** Registers a page for officers. A reader who is not signed in is sent to sign in, and then back to the page. */
  get(path: string, handler: Handler): void;
  /**
   * The same, for the page on which a draft begins. The browser keeps it: an officer who goes back to it sees what they
   * typed, in the same draft.
   */
  getDraft(path: string, handler: Handler): void;
  /** Registers a form for officers. It is accepted only from one of our pages, in the same session. */
  post(path: string, handler: FormHandler): void;
  /**
   * Registers a form that holds a draft. If the session ends while the officer fills it in, the draft is kept on the
   * page: the officer signs in again, and sees what they typed.
   */
  postDraft(path: string, handler: FormHandler): void;
  /** Registers a form that holds a draft with a file. If nobody is signed in, the draft is kept, without the file. */
  postFile(
    path: string,
    handler: (asking: Asking, receive: Receive, request: FastifyRequest, reply: FastifyReply) => Promise<unknown>,
  ): void;
  /** Registers a page, or a form, that needs no sign-in. */
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
  /** Whether the officer signed in recently enough to sign. */
  isFresh(session: OfficersSession): boolean;
  /** Keeps in the session the page to which the officer returns after signing in again. */
  keepBack(reply: FastifyReply, session: OfficersSession, to: string): void;
  redirect(reply: FastifyReply, path: string): FastifyReply;
}

/**
 * The page to which an officer goes after signing in. An address of another service becomes the first page of this one.
 */
export const placeOfOurs = (to: unknown): string =>
  typeof to === 'string' && /^\/(?![/\\])[\x21-\x5b\x5d-\x7e]*$/.test(to) ? to : '/';

/** An address longer than this is not kept during sign-in, because browsers carry it in a cookie. */
const KEPT_PLACE_LENGTH_MAX = 1_000;

/** The same, for an address that is kept until the officer has signed in. */
export function keptPlace(to: unknown): string {
  const place = placeOfOurs(to);
  return place.length > KEPT_PLACE_LENGTH_MAX ? '/' : place;
}
