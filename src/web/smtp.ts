import { createTransport } from 'nodemailer';

/** How letters leave: by the mail server that the operator names. Nothing of a letter is kept here. */

export interface Letter {
  readonly to: { readonly name: string; readonly address: string };
  readonly subject: string;
  readonly text: string;
  /** The same for the same letter, so that a mail server that gets it twice can tell. */
  readonly id: string;
}

/**
 * What became of a letter: the server has it; it has not; or the connection broke between the last word of the letter and
 * the server’s answer, and nobody knows.
 */
export type Became = 'sent' | 'not-sent' | 'in-doubt';

export interface Postman {
  /** Hands a letter over. `why` says in words what went wrong. */
  send(letter: Letter): Promise<{ readonly became: Became; readonly why?: string }>;
  close(): void;
}

/** How long the server may take for one answer. */
const PATIENCE_MS = 20_000;

const LOOPBACK: ReadonlySet<string> = new Set(['127.0.0.1', '[::1]', 'localhost']);

/**
 * A postman for a mail server, `smtps://user:password@host` or `smtp://…`. What is sent with `smtp://` is encrypted by
 * STARTTLS, or not sent; only a server on this machine is spoken to in the clear.
 */
export function createPostman({ url, from }: { readonly url: string; readonly from: string }): Postman {
  const { protocol, hostname, port, username, password } = new URL(url);
  const secure = protocol === 'smtps:';
  const transport = createTransport({
    host: hostname.replace(/^\[|\]$/g, ''),
    port: port === '' ? (secure ? 465 : 587) : Number(port),
    secure,
    requireTLS: !secure && !LOOPBACK.has(hostname),
    ...(username !== '' && { auth: { user: decodeURIComponent(username), pass: decodeURIComponent(password) } }),
    connectionTimeout: PATIENCE_MS,
    greetingTimeout: PATIENCE_MS,
    socketTimeout: PATIENCE_MS,
    // A letter is words; it fetches nothing and holds no file.
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return {
    async send({ to, subject, text, id }) {
      // A server that is not there, or lets nobody in, is told before a letter is on its way.
      const shut = await transport.verify().then(
        () => undefined,
        (error: unknown) => (error as Error).message,
      );
      if (shut !== undefined) return { became: 'not-sent', why: shut };
      try {
        await transport.sendMail({
          from,
          to,
          subject,
          text,
          messageId: id,
          // Machines that answer letters by themselves leave this one alone.
          headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' },
        });
        return { became: 'sent' };
      } catch (error) {
        const { responseCode, message } = error as Error & { readonly responseCode?: number };
        return { became: responseCode === undefined ? 'in-doubt' : 'not-sent', why: message };
      }
    },
    close: () => transport.close(),
  };
}
