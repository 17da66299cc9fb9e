import { html, type Html } from '../html.js';
import { heading, page, paragraph, subheading } from '../layout.js';
import type { Site } from '../site.js';

/** Pages of words, for anybody. */

export function registerHelp(site: Site): void {
  const words = (path: string, title: string, said: Html): void =>
    site.getOpen(path, async (_session, around, _request, reply) =>
      reply.send(page(around, { title, main: html`${heading(title)}${said}` })),
    );
  words(
    '/help',
    'Help',
    html`${subheading('Two dates')}
      ${paragraph('Every figure is about a day, and is worked out from what was known at some moment. Leave both dates out to see today. Give the first alone to see that day as it is known now. Give both to see what somebody who asked then would have been told.')}
      ${subheading('Signing')}
      ${paragraph('An offer counts once an officer of the other side has signed it. Before you sign, the page shows each figure as it is and as it would be. If the figures move while you read, the page shows them again and asks again.')}
      ${subheading('Mistakes')}
      ${paragraph('Nothing is ever changed or removed. A mistake is put right by a new fact that says why. Until there are forms for that, whoever runs the service loads it.')}`,
  );
  words(
    '/accessibility',
    'Accessibility',
    html`${paragraph('These pages work with a keyboard alone and without scripts: they hold none. They can be enlarged, and printed.')}
      ${paragraph('They are meant to meet level AA of the Web Content Accessibility Guidelines 2.2. A program checks pages each time the service is built. They have not been tried with every screen reader.')}
      ${paragraph('Tell whoever runs this service what you cannot use. They are to answer you, and to give you what you need in another form.')}`,
  );
}
