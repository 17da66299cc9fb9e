import { createServer, type AddressInfo, type Socket } from 'node:net';
import type { Test } from 'tap';

/** A mail server for tests. It accepts letters over SMTP (RFC 5321), and keeps them. */
export interface MailServer {
  readonly url: string;
  /** Each letter as it was sent: headers, an empty line, the text. */
  readonly letters: string[];
  /** What the server does next with the text of a letter. */
  next: 'take' | 'refuse' | 'hang up' | 'say nothing' | 'turn away' | 'hang up at sign-in';
}

/**
 * Starts one on this machine, at an address of the loopback network. With a user it takes letters only after that user has
 * signed in with the password (RFC 4954, PLAIN).
 */
export async function mailServer(
  t: Test,
  host = '127.0.0.1',
  user?: { readonly name: string; readonly password: string },
): Promise<MailServer> {
  const made: { letters: string[]; next: MailServer['next'] } = { letters: [], next: 'take' };
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket));
    socket.on('error', () => undefined);
    const say = (line: string): void => void socket.write(`${line}\r\n`);
    let text: string | undefined;
    let rest = '';
    let isSignedIn = user === undefined;
    socket.setEncoding('utf8');
    if (made.next === 'turn away') return void socket.destroy();
    if (made.next === 'say nothing') return;
    say('220 mail.test ESMTP');
    socket.on('data', (chunk: string) => {
      rest += chunk;
      for (let end = rest.indexOf('\r\n'); end >= 0; end = rest.indexOf('\r\n')) {
        const line = rest.slice(0, end);
        rest = rest.slice(end + 2);
        if (text === undefined) command(line);
        else if (line === '.') ended(text);
        else text += `${line.replace(/^\./, '')}\n`;
      }
    });
    function command(line: string): void {
      const [verb] = line.toUpperCase().split(/[ :]/);
      if (verb === 'DATA') {
        text = '';
        say('354 go on');
      } else if (verb === 'QUIT') {
        say('221 bye');
        socket.end();
      } else if (verb === 'STARTTLS') say('502 not here');
      else if (verb === 'EHLO' && user) say('250-mail.test\r\n250 AUTH PLAIN');
      else if (verb === 'AUTH') signIn(line.slice('AUTH PLAIN '.length));
      else if (verb === 'MAIL' && !isSignedIn) say('530 5.7.0 sign in first');
      else say('250 mail.test');
    }
    function signIn(credentials: string): void {
      if (made.next === 'hang up at sign-in') return void socket.destroy();
      const [, name, password] = Buffer.from(credentials, 'base64').toString().split('\0');
      isSignedIn = name === user!.name && password === user!.password;
      say(isSignedIn ? '235 2.7.0 welcome' : '535 5.7.8 not known here');
    }
    function ended(whole: string): void {
      text = undefined;
      if (made.next === 'hang up') return void socket.destroy();
      if (made.next === 'refuse') return say('550 5.1.1 <nora@north.test> user unknown');
      made.letters.push(whole);
      say('250 taken');
    }
  });
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  t.teardown(
    () =>
      new Promise<void>((resolve) => {
        for (const each of open) each.destroy();
        server.close(() => resolve());
      }),
  );
  return Object.assign(made, { url: `smtp://${host}:${(server.address() as AddressInfo).port}` });
}
