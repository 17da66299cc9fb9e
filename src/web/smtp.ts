import MailComposer from 'nodemailer/lib/mail-composer';
import SMTPConnection from 'nodemailer/lib/smtp-connection';

/** Sends letters through the mail server that the operator names. No letter is kept here. */

export interface Letter {
  readonly to: { readonly name: string; readonly address: string };
  readonly subject: string;
  readonly text: string;
  /** The same text for the same letter, so that a mail server recognises a letter that arrives twice. */
  readonly id: string;
}

/** What went wrong, without the server’s own words, which may repeat addresses and credentials. */
export interface Trouble {
  readonly code: string | undefined;
  readonly response: number | undefined;
}

/**
 * What became of a letter: the server accepted it; the server refused it; or the connection broke on the way, and
 * nobody knows.
 */
export type Became = 'sent' | 'refused' | 'in-doubt';

/** One connection to the mail server. It ends after a letter that is in doubt. */
export interface Visit {
  send(letter: Letter): Promise<{ readonly became: Became; readonly trouble?: Trouble }>;
  leave(): void;
}

export interface Postman {
  /** Connects to the mail server. Resolves to the trouble if the server cannot be reached or refuses the sign-in. */
  visit(): Promise<Visit | Trouble>;
  /** Breaks off the connection that is in use. */
  close(): void;
}

/** How long the server may take for one answer. */
const PATIENCE_MS = 20_000;

const LOOPBACK: ReadonlySet<string> = new Set(['127.0.0.1', '[::1]', 'localhost']);

const troubleOf = (error: unknown): Trouble => {
  const { code, responseCode: response } = error as { readonly code?: string; readonly responseCode?: number };
  return { code, response };
};

/**
 * Sends letters through a mail server: `smtps://user:password@host` or `smtp://…`. With `smtp://`, letters are
 * encrypted by STARTTLS or not sent. Only a server on this machine may be used without encryption.
 */
export function createPostman({ url, from }: { readonly url: string; readonly from: string }): Postman {
  const { protocol, hostname, port, username, password } = new URL(url);
  const secure = protocol === 'smtps:';
  const [user, pass] = [decodeURIComponent(username), decodeURIComponent(password)];
  let open: SMTPConnection | undefined;

  async function reached(): Promise<SMTPConnection> {
    const connection = new SMTPConnection({
      host: hostname.replace(/^\[|\]$/g, ''),
      port: port === '' ? (secure ? 465 : 587) : Number(port),
      secure,
      requireTLS: !secure && !LOOPBACK.has(hostname),
      connectionTimeout: PATIENCE_MS,
      greetingTimeout: PATIENCE_MS,
      socketTimeout: PATIENCE_MS,
    });
    open = connection;
    await new Promise<void>((resolve, reject) => {
      connection.once('error', reject);
      connection.once('end', () => reject(new Error('The connection ended.')));
      connection.connect((error) => (error ? reject(error) : resolve()));
    });
    // Whoever waits for the connection reports later errors.
    connection.on('error', () => undefined);
    if (user !== '')
      await new Promise<void>((resolve, reject) => {
        connection.once('end', () => reject(new Error('The connection ended.')));
        connection.login({ user, pass, credentials: { user, pass } }, (error) => (error ? reject(error) : resolve()));
      });
    return connection;
  }

  async function handedOver(connection: SMTPConnection, { to, subject, text, id }: Letter): Promise<void> {
    const composed = new MailComposer({
      from,
      to,
      subject,
      text,
      messageId: id,
      // These headers stop machines that answer letters automatically from answering this one.
      headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' },
      disableFileAccess: true,
      disableUrlAccess: true,
    }).compile();
    const whole = await composed.build();
    const envelope = composed.getEnvelope();
    await new Promise<void>((resolve, reject) => {
      connection.once('end', () => reject(new Error('The connection ended.')));
      connection.send(envelope, whole, (error) => (error ? reject(error) : resolve()));
    });
  }

  return {
    async visit() {
      let connection: SMTPConnection;
      try {
        connection = await reached();
      } catch (error) {
        open?.close();
        return troubleOf(error);
      }
      return {
        async send(letter) {
          try {
            await handedOver(connection, letter);
            return { became: 'sent' };
          } catch (error) {
            const trouble = troubleOf(error);
            return { became: trouble.response === undefined ? 'in-doubt' : 'refused', trouble };
          }
        },
        leave: () => connection.quit(),
      };
    },
    close: () => open?.close(),
  };
}
